//! Why a delivery waits for a person, what the vendor may have done, and what to do next.

use serde::{Deserialize, Serialize};

/// Why a delivery is parked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The vendor said no.
    Rejected,
    /// The vendor says the request is too large.
    TooLarge,
    /// Every wait of the schedule is used up, or `give_up_after` has passed.
    Exhausted,
    /// The vendor may or may not have it, and cannot be asked again safely.
    InDoubt,
    /// The vendor refuses our credential, or there is none.
    Auth,
    /// Something the delivery needs is not there: its integration, or an address that may be reached.
    Missing,
    /// The mapping could not make a request from the event.
    Mapping,
    /// The event, or the request made from it, breaks its schema.
    Schema,
    /// The event's idempotency key stands for another event.
    Duplicate,
    /// A ticket failed five times and ended in its queue's own DLQ; no delivery is parked for it.
    Crashed,
}

impl Class {
    /// Every class, for tables and tests.
    pub const ALL: [Self; 10] = [
        Self::Rejected,
        Self::TooLarge,
        Self::Exhausted,
        Self::InDoubt,
        Self::Auth,
        Self::Missing,
        Self::Mapping,
        Self::Schema,
        Self::Duplicate,
        Self::Crashed,
    ];

    /// The word that logs, alerts and queues use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::TooLarge => "too_large",
            Self::Exhausted => "exhausted",
            Self::InDoubt => "in_doubt",
            Self::Auth => "auth",
            Self::Missing => "missing",
            Self::Mapping => "mapping",
            Self::Schema => "schema",
            Self::Duplicate => "duplicate",
            Self::Crashed => "crashed",
        }
    }

    /// The step of the flow that failed.
    pub fn step(self) -> &'static str {
        match self {
            Self::Mapping | Self::Schema | Self::Duplicate => "validate",
            Self::Rejected
            | Self::TooLarge
            | Self::Exhausted
            | Self::InDoubt
            | Self::Auth
            | Self::Missing
            | Self::Crashed => "dispatch",
        }
    }

    /// One sentence that an operator can follow.
    pub fn next_action(self) -> &'static str {
        match self {
            Self::Rejected => {
                "Read the vendor's answer. If the cause lies at the vendor, mend it there and retry; \
                 if it lies in the event, correct it with fairlead edit."
            }
            Self::TooLarge => {
                "Make the event smaller with fairlead edit; or split it at the source into events with keys of \
                 their own, and discard this one."
            }
            Self::Exhausted => {
                "Check that the vendor's API is back, then retry; nothing was created."
            }
            Self::InDoubt => {
                "Look in the vendor's system whether the record is there. If it is, resolve with the vendor's id; \
                 only if it is not, retry with --checked."
            }
            Self::Auth => {
                "Put a valid credential into the destination's secret, resume the destination, then retry."
            }
            Self::Missing => {
                "Deploy a bundle that has this integration and may reach its destination, then retry."
            }
            Self::Mapping => {
                "Correct the event with fairlead edit. If the mapping is wrong, correct and deploy it, send the \
                 event again, and discard this one."
            }
            Self::Schema => {
                "Correct the event with fairlead edit; or at the source, which sends it again, and discard this one."
            }
            Self::Duplicate => {
                "Compare the event with the first one. If it is another fact, send it under a key of its own; \
                 then discard this one."
            }
            Self::Crashed => {
                "Read in the function's log why the ticket failed, mend that, then redrive the DLQ to its queue; \
                 a ticket that comes twice does no harm."
            }
        }
    }

    /// Whether the same bytes may be sent again once the cause is mended.
    pub fn can_be_retried(self) -> bool {
        !matches!(self, Self::Mapping | Self::Schema | Self::Duplicate)
    }
}

/// Whether the vendor may have acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// No request left.
    NothingSent,
    /// The vendor answered that it did not take it.
    Refused,
    /// The vendor may or may not have it.
    Unknown,
    /// The vendor has it.
    Done,
}

impl Effect {
    /// What an alert says of it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NothingSent => "Nothing was sent to the vendor.",
            Self::Refused => "The vendor refused it; nothing was created.",
            Self::Unknown => {
                "The vendor may or may not have it: do not enter it by hand unchecked."
            }
            Self::Done => "The vendor has it.",
        }
    }
}
