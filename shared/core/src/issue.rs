//! Issues: parked deliveries that have one cause, told and answered for together.
//!
//! - [`cause`]: what such deliveries have in common, and the short name that follows from it.
//! - [`step`](mod@step): what happens next in the life of an issue; pure.
//! - [`tell`], [`look`](mod@look): how an issue learns of a parking, and what the one-minute schedule does.
//! - `send`: how messages get out, after all issues are saved.
//! - [`dlq`]: what lies on the DLQs that should not lie there, or that nobody knows of yet.
//! - [`list`]: issues at the desk.
//! - [`command`]: the exact commands that lead from the alert to a delivered record.
//!
//! An issue counts nothing by itself. Its deliveries stand in the sparse index under its name as long as they are
//! parked, so a count is read there and cannot be wrong by a ticket that came twice or a function that died.

pub mod cause;
pub mod command;
mod crashed;
pub mod dlq;
pub mod list;
pub mod look;
mod send;
pub mod step;
pub mod tell;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{DeliveryId, DestinationName, EntryKey, Version},
    notice::Notice,
    owner::{Channel, Escalation, Owner},
};
pub use cause::{Cause, IssueId};

/// Parked deliveries that have one cause: one small item of the ledger. A serialised form: it only gains fields.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Issue {
    /// Its short name; follows from the cause, so it is the same when the issue opens again.
    pub id: IssueId,
    /// What its deliveries have in common.
    pub cause: Cause,
    /// Counts the writes.
    pub version: Version,
    /// Where in its life it is.
    pub phase: Phase,
    /// Who answers for it.
    pub owner: Owner,
    /// Whose vendor it is about, where one is concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<DestinationName>,
    /// How often it was opened.
    pub openings: u32,
    /// When it was opened last.
    pub opened_at: Timestamp,
    /// When its first delivery was parked, over all openings.
    pub first_seen: Timestamp,
    /// When its newest delivery was parked.
    pub last_seen: Timestamp,
    /// How many deliveries were parked when the schedule looked last.
    pub count: u64,
    /// The most that were parked at one time since it was opened.
    pub most: u64,
    /// Since when none is parked any more; one more look confirms it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty_since: Option<Timestamp>,
    /// It was resolved long enough ago, and its owner knows; the schedule looks at it no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// The delivery that stands for it: the one that opened it, or when that is done, the oldest that is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    /// Where that delivery lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryKey>,
    /// What is known of that delivery.
    pub notice: Notice,
    /// What to run, in this order.
    pub commands: Vec<String>,
    /// What its owner was told.
    pub told: Told,
    /// What its owner is still to be told. Saved before anything is sent, so a dead channel loses nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outbox: Vec<Due>,
    /// The channels that it has reported as dead, and that have taken nothing since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deaf: Vec<Channel>,
    /// The channels that take it for open, from whichever opening; none is written down in what an older release left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aware: Option<Vec<Channel>>,
    /// Someone is sending what is in the outbox; who finds it later than this sends it again.
    pub sending_until: Timestamp,
}

/// Where in its life an issue is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nobody has said that she looks after it.
    Open,
    /// Someone looks after it: nothing is escalated any more.
    Acknowledged {
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
        /// How many deliveries were parked then.
        count: u64,
    },
    /// None of its deliveries is parked any more.
    Resolved {
        /// When the last look confirmed it.
        at: Timestamp,
    },
}

/// What an issue's owner was told since it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Told {
    /// When a message was due last.
    pub at: Timestamp,
    /// The count that it named.
    pub count: u64,
    /// How many updates there were.
    pub updates: u32,
    /// How many steps of the escalation were taken.
    pub steps: u8,
    /// How often another owner came, who was told from the first step on.
    #[serde(default, skip_serializing_if = "is_none")]
    pub owners: u32,
}

/// A message that is still to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Due {
    /// What it says.
    pub news: News,
    /// Where it goes.
    pub to: Channel,
    /// How often that failed.
    #[serde(default)]
    pub tries: u32,
}

/// What a message about an issue says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// It was opened, or opened again.
    Opened,
    /// More deliveries have the same cause.
    Grown,
    /// Nobody has acknowledged it.
    Escalated,
    /// Somebody looks after it.
    Acknowledged,
    /// It is over.
    Resolved,
    /// This channel takes no messages; told on another one.
    Deaf(Channel),
    /// That channel takes messages again; told where it was reported as dead.
    Heard(Channel),
}

/// What an issue learns of one parked delivery, or of one crashed ticket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sighting {
    /// The cause.
    pub cause: Cause,
    /// Since when it is parked.
    pub at: Timestamp,
    /// Whose vendor is concerned.
    pub destination: Option<DestinationName>,
    /// The delivery, where it is known.
    pub delivery: Option<DeliveryId>,
    /// Where it lies.
    pub entry: Option<EntryKey>,
    /// What is known of it.
    pub notice: Notice,
    /// Who answers for it.
    pub owner: Owner,
    /// What to run.
    pub commands: Vec<String>,
}

/// The partition of the sparse index in which open issues stand, sorted by when they were last seen.
pub const PARTITION: &str = "issue";

impl Issue {
    /// Whether the schedule looks at it: while it is open, for an hour after it was resolved, and as long as its owner is
    /// still to be told, though no longer than two weeks.
    pub fn is_watched(&self) -> bool {
        !self.closed
    }

    /// The owner's escalation. It always begins at once: where nothing is declared, in the chat.
    pub fn steps(&self) -> Vec<Escalation> {
        let mut steps = self.owner.escalate.clone();
        steps.sort_by_key(|step| step.after);
        if steps.first().is_none_or(|first| !first.after.is_zero()) {
            let at_once = Escalation { to: Channel::Chat, after: std::time::Duration::ZERO };
            steps.insert(0, at_once);
        }
        steps
    }

    /// The channels that were told of it so far, each once.
    pub fn channels(&self) -> Vec<Channel> {
        let mut channels = Vec::new();
        for step in self.steps().into_iter().take(usize::from(self.told.steps)) {
            if !channels.contains(&step.to) {
                channels.push(step.to);
            }
        }
        channels
    }
}

/// For serde: there was one owner only.
fn is_none(owners: &u32) -> bool {
    *owners == 0
}

impl Phase {
    /// The word that people use.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Resolved { .. } => "resolved",
        }
    }
}

impl News {
    /// The word that logs and channels use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Grown => "grown",
            Self::Escalated => "escalated",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Deaf(_) => "channel_dead",
            Self::Heard(_) => "channel_back",
        }
    }
}
