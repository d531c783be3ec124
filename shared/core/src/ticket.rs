//! The small SQS body that names a delivery; the event itself stays in the ledger.

use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{
    alert::typed,
    entry::Entry,
    id::{DeliveryId, EntryKey, Sha256Hex, Version},
    notice::Notice,
};

/// One SQS message body. Old forms keep parsing: a ticket outlives a deploy.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ticket {
    /// The form's version: 1.
    pub v: u8,
    /// What is to be done.
    pub step: Step,
    /// Where the delivery's entry lies.
    pub entry: EntryKey,
    /// The delivery's name, for people who read the queue.
    pub delivery: DeliveryId,
    /// How many queues this chain of tickets has passed.
    #[serde(default)]
    pub hops: u8,
    /// With [`Step::Retry`]: what was ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// With [`Step::Alert`]: the version at which the delivery was parked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// On the DLQ: what an operator needs to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

/// What a ticket asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Make an attempt.
    Dispatch,
    /// Look whether a wait is over.
    Due,
    /// Tell the owner.
    Alert,
    /// A person's order about a parked delivery; a redriven message orders to try it again.
    Retry,
    /// Make the vendor's request from the event, now that what it needs may be known.
    Render,
}

impl Order {
    /// Who gives the order of a message that is redriven from the DLQ; SQS does not say.
    pub const REDRIVE: &'static str = "dlq redrive";
}

/// A person's order about a parked delivery.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Order {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The version at which the delivery was parked; an order for an older one does nothing.
    pub version: Version,
    /// The person has looked and the vendor does not have it: doubt is no obstacle.
    #[serde(default)]
    pub checked: bool,
    /// What is ordered; tickets of the first form know retries only.
    #[serde(default)]
    pub act: Act,
}

/// What a person orders for a parked delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Try it again, with the same key and the same bytes.
    #[default]
    Retry,
    /// It is done by hand; no further call is made.
    Resolve {
        /// What the vendor calls it, where the person knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vendor_id: Option<String>,
    },
    /// It is given up; no further call is made.
    Discard,
    /// Its event was corrected: another delivery carries the corrected one, and this one is over.
    Edit {
        /// Digest of the corrected event, which lies in the ledger under it.
        event: Sha256Hex,
    },
}

/// The queues that tickets travel on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Queue {
    /// To dispatch.
    Dispatch,
    /// To retry, delayed.
    Retry,
    /// To alert.
    Alert,
    /// The dispatch queue's DLQ: one readable message per parked delivery.
    Dlq,
    /// To validate, which alone can make a request; beside the events that EventBridge puts there.
    Intake,
}

/// Why a message is no ticket.
#[derive(Debug, thiserror::Error)]
pub enum NotATicket {
    /// It cannot be read.
    #[error("the message is no ticket: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// It comes from a newer release.
    #[error("the ticket has form {0}; this release reads form {newest}", newest = Ticket::FORM)]
    TooNew(u8),
}

/// Why a ticket stays on its queue though nothing failed: the queue shows it again when the time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its chain is too long for another")]
pub struct TooManyHops;

impl Ticket {
    /// The form that this release writes.
    pub const FORM: u8 = 1;

    /// AWS stops a chain of Lambda and SQS after about 16 hops; ours ends well before, in the due index.
    ///
    /// Source: AWS Lambda developer guide, "Recursive loop detection".
    pub const MOST_HOPS: u8 = 12;

    /// A ticket that starts a chain.
    pub fn new(step: Step, entry: EntryKey, delivery: DeliveryId) -> Self {
        Self {
            v: Self::FORM,
            step,
            entry,
            delivery,
            hops: 0,
            order: None,
            version: None,
            notice: None,
        }
    }

    /// The ticket for a queue. The one on the DLQ is at once a message to read and an order that its redrive gives.
    pub(crate) fn of(entry: &Entry, queue: Queue, hops: u8, stack: &str) -> Self {
        let mut ticket = Self::new(queue.step(), entry.key.clone(), entry.id);
        ticket.hops = hops.saturating_add(1);
        ticket.version = (queue == Queue::Alert).then_some(entry.life.version);
        if queue == Queue::Dlq {
            ticket.hops = 0;
            ticket.notice = Notice::of(entry).map(|notice| {
                let command = notice.command.map(|command| typed(stack, &command));
                Notice { command, ..notice }
            });
            ticket.order = Some(Order {
                by: Order::REDRIVE.to_owned(),
                reason: "the message was redriven".to_owned(),
                version: entry.life.version,
                checked: false,
                act: Act::Retry,
            });
        }
        ticket
    }

    /// Reads a message body.
    ///
    /// # Errors
    /// When it is no ticket, or one of a newer form.
    pub fn read(body: &str) -> Result<Self, NotATicket> {
        let ticket: Self = serde_json::from_str(body)?;
        if ticket.v > Self::FORM { Err(NotATicket::TooNew(ticket.v)) } else { Ok(ticket) }
    }

    /// Whether a message body means to be a ticket, of whatever form: events share a queue with tickets, and
    /// what EventBridge puts around an event has none of these members.
    pub fn is_meant(body: &str) -> bool {
        #[derive(Deserialize)]
        struct Members {
            #[serde(rename = "v")]
            _form: IgnoredAny,
            #[serde(rename = "step")]
            _step: IgnoredAny,
            #[serde(rename = "entry")]
            _entry: IgnoredAny,
        }
        serde_json::from_str::<Members>(body).is_ok()
    }

    /// The message body.
    pub fn text(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        // They stand in strings alone, where JSON may write them so.
        text.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
    }
}

impl Queue {
    /// What a ticket on this queue asks for.
    pub fn step(self) -> Step {
        match self {
            Self::Dispatch => Step::Dispatch,
            Self::Retry => Step::Due,
            Self::Alert => Step::Alert,
            Self::Dlq => Step::Retry,
            Self::Intake => Step::Render,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{IdempotencyKey, IntegrationName};

    /// Source: Amazon SQS API reference, SendMessage: it takes neither of these characters.
    #[test]
    fn a_body_holds_no_character_that_sqs_refuses_and_loses_none() {
        let key = EntryKey::of(&IntegrationName::new("a"), &IdempotencyKey::new("k"));
        let mut ticket = Ticket::new(Step::Retry, key, DeliveryId(uuid::Uuid::nil()));
        let (by, reason) = ("kim".to_owned(), "a\u{ffff}b\u{fffe}".to_owned());
        let version = Version(1);
        ticket.order = Some(Order { by, reason, version, checked: false, act: Act::Retry });
        let text = ticket.text();
        assert!(!text.contains(['\u{fffe}', '\u{ffff}']), "{text}");
        assert_eq!(Ticket::read(&text).expect("a ticket"), ticket);
    }
}
