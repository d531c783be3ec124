//! Who did what at the desk, when, and why: one note per act, written before the act and never changed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{entry::Entry, id::DeliveryId};

/// The partition of the index `work` in which all notes lie, oldest first.
pub const ACTS: &str = "acts";

/// One act of an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Names the act; a bulk act's id stands in the history of each delivery that it moved.
    pub id: Uuid,
    /// When it was ordered.
    pub at: Timestamp,
    /// Who, as AWS knows her.
    pub by: String,
    /// What.
    pub did: Did,
    /// On what, as people name it: a delivery and its record, a destination, the filters of a bulk act.
    pub on: String,
    /// Why.
    pub reason: String,
    /// How many deliveries it orders something for.
    #[serde(default)]
    pub deliveries: u32,
}

/// What stands before a delivery's id.
const DELIVERY: &str = ", delivery ";

/// What an operator can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    /// Try again.
    Retry,
    /// Try again with a corrected event.
    Edit,
    /// Declare done by hand.
    Resolve,
    /// Give up.
    Discard,
    /// Stop all calls to a destination.
    Pause,
    /// Allow calls to a destination again.
    Resume,
    /// Take an issue on.
    Acknowledge,
}

impl Did {
    /// The word of the command.
    pub fn word(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Edit => "edit",
            Self::Resolve => "resolve",
            Self::Discard => "discard",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Acknowledge => "acknowledge",
        }
    }
}

impl Note {
    /// On what an act is that is about one delivery.
    pub fn about(entry: &Entry) -> String {
        format!("{} {}{DELIVERY}{}", entry.integration, entry.record, entry.id)
    }

    /// The delivery that it is about; an act on many names none.
    pub fn delivery(&self) -> Option<DeliveryId> {
        // What a record is called comes from outside, and stands before.
        let (_, id) = self.on.rsplit_once(DELIVERY)?;
        id.parse().ok().map(DeliveryId)
    }

    /// Where it lies in the ledger.
    pub fn key(&self) -> String {
        format!("act#{}", self.id)
    }

    /// The short form of its id, as the histories of its deliveries have it: the last eight digits, which are chance.
    pub fn short(&self) -> String {
        let id = self.id.simple().to_string();
        id.get(24..).unwrap_or_default().to_owned()
    }
}
