//! What can be seen from outside: answers, calls, effects, alerts, and the ledger's stream of changes.

use std::{collections::BTreeMap, time::Duration};

use fairlead_core::{
    accept::Accepted,
    entry::State,
    gate::Gate,
    id::{DeliveryId, DestinationName, EntryKey, IntegrationName, Version},
    issue::IssueId,
    record::RecordVersion,
};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    agenda::{CallId, TaskId},
    law::Violation,
};

/// All that was seen so far.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) told: Vec<Told>,
    pub(crate) calls: Vec<Call>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) alerts: Vec<(Timestamp, String)>,
    /// What their channels were given.
    pub(crate) published: Vec<Value>,
    /// Something went wrong with a look at the issues, or with telling of one.
    pub(crate) deaf: Vec<Timestamp>,
    /// When the one-minute schedule missed a beat.
    pub(crate) missed: Vec<Timestamp>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) writes: Vec<Write>,
    pub(crate) gates: BTreeMap<DestinationName, Vec<(Timestamp, Gate)>>,
    pub(crate) orders: Vec<Ordered>,
    pub(crate) trouble: BTreeMap<EntryKey, Vec<Trouble>>,
    /// From when until when the store's credential was not the vendor's.
    pub(crate) refused: BTreeMap<DestinationName, Vec<(Timestamp, Timestamp)>>,
    /// Seen broken as it happened.
    pub(crate) broken: Vec<Violation>,
}

/// What a source system was told about an event.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) event: usize,
    pub(crate) answer: Accepted,
}

/// One call as the vendor saw it, and what became of it on our side.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// When it arrived.
    pub(crate) at: Timestamp,
    pub(crate) destination: DestinationName,
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    pub(crate) body: String,
    /// The delivery's name in the body.
    pub(crate) external: String,
    /// The integration, and the record that it is about.
    pub(crate) of: (IntegrationName, String),
    /// Which version of the record it brings.
    pub(crate) version: Option<RecordVersion>,
    /// It is a question, which does nothing at the vendor.
    pub(crate) asks: bool,
    /// The work that made it.
    pub(crate) by: TaskId,
    /// The caller knew what it knew of the gate at this time or later.
    pub(crate) knew: Timestamp,
    /// When the vendor was through, or the caller hung up.
    pub(crate) ended: Option<Timestamp>,
    pub(crate) status: u16,
    /// The vendor asked not to be called again before this.
    pub(crate) not_before: Option<Timestamp>,
    /// When the caller had the whole answer.
    pub(crate) heard: Option<Timestamp>,
    /// What was heard is in the ledger.
    pub(crate) settled: bool,
}

/// The vendor did something.
#[derive(Clone, Debug)]
pub(crate) struct Effect {
    pub(crate) at: Timestamp,
    pub(crate) path: String,
    pub(crate) external: String,
    pub(crate) call: CallId,
}

/// A readable message was put on the DLQ.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) delivery: DeliveryId,
    pub(crate) complete: bool,
}

/// The ledger changed an entry.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) at: Timestamp,
    pub(crate) delivery: DeliveryId,
    pub(crate) key: EntryKey,
    pub(crate) version: Version,
    pub(crate) state: State,
    /// The issue that it belongs to while it is parked.
    pub(crate) issue: Option<IssueId>,
}

/// An operator ordered a retry.
#[derive(Clone, Debug)]
pub(crate) struct Ordered {
    pub(crate) delivery: DeliveryId,
    pub(crate) reason: String,
}

/// Something went wrong with a ticket of this delivery; so long it may take until it shows again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trouble {
    pub(crate) at: Timestamp,
    pub(crate) patience: Duration,
}

impl Facts {
    /// How often the vendor did what this body asks for.
    pub(crate) fn effects_of<'a>(
        &'a self,
        path: &'a str,
        external: &'a str,
    ) -> impl Iterator<Item = &'a Effect> {
        self.effects.iter().filter(move |e| e.path == path && e.external == external)
    }
}
