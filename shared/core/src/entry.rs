//! One delivery's entry in the ledger: what it is, how it stands, and its history.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    class::{Class, Effect},
    history::History,
    id::{
        DeliveryId, DestinationName, EntryKey, IdempotencyKey, IntegrationName, Sha256Hex, Token,
        VendorId, Version,
    },
    integration::Owner,
    issue::Cause,
    outcome::Answer,
    record::{Ordered, Record},
    request::Request,
    span::{after, until},
};

/// One delivery. Everything but `life`, `history` and `writer` is fixed at acceptance;
/// `request` and `config_hash` are written once more where the request is made later.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Where it lies.
    pub key: EntryKey,
    /// Its name.
    pub id: DeliveryId,
    /// What it belongs to.
    pub integration: IntegrationName,
    /// Where it goes.
    pub destination: DestinationName,
    /// The business thing concerned.
    pub record: Record,
    /// Who answers for it; kept, so that an alert needs no configuration of that day.
    pub owner: Owner,
    /// What the vendor is told to recognise repetitions by.
    pub idempotency_key: IdempotencyKey,
    /// Whose turn it needs, and which version of its record it brings.
    pub ordered: Option<Ordered>,
    /// Digest of the event in canonical form: tells a repeated event from another with the same key.
    pub payload_hash: Sha256Hex,
    /// The event as it came.
    pub event: String,
    /// The request as it was rendered; none when the event was refused, or something it needs is not known yet.
    pub request: Option<Request>,
    /// The configuration that rendered it.
    pub config_hash: Sha256Hex,
    /// When the key may be used for another event.
    pub expires_at: Timestamp,
    /// How it stands.
    pub life: Life,
    /// What happened so far.
    pub history: History,
    /// Who made the last write; tells our own repeated write from another's.
    pub writer: Token,
}

/// How a delivery stands; all that [`decide`](crate::decide::decide) looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Life {
    /// Where in its life it is.
    pub state: State,
    /// Counts the writes.
    pub version: Version,
    /// When `give_up_after` began to count: at acceptance, and again when a person orders a retry.
    pub begun_at: Timestamp,
    /// HTTP calls so far.
    pub attempts: u32,
    /// Attempts that used up a wait of the schedule.
    pub failures: u32,
    /// When the first call left that may have taken effect; the vendor's memory of our key counts from here.
    pub first_sent_at: Option<Timestamp>,
    /// An attempt may have taken effect unheard. Never forgotten until the vendor confirms.
    pub doubt: bool,
    /// When doubt was last added to: the call that caused it was over by then.
    pub doubted_at: Option<Timestamp>,
    /// The credential was refused, and the next attempt uses a freshly read one.
    pub refused: bool,
    /// What there is to send.
    pub carries: Carries,
    /// What the vendor calls the record, where its answer said so.
    pub vendor_id: Option<VendorId>,
}

/// What there is to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carries {
    /// Nothing, and there never will be: the event was refused.
    Refused,
    /// Nothing yet: something that the request needs is not known.
    Nothing,
    /// The integration's request.
    Request,
    /// The integration's request for a record that the vendor has already.
    Update,
}

impl Carries {
    /// Every case, for tables and tests.
    pub const ALL: [Self; 4] = [Self::Refused, Self::Nothing, Self::Request, Self::Update];

    /// The word that the ledger uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Nothing => "nothing",
            Self::Request => "request",
            Self::Update => "update",
        }
    }
}

/// Where in its life a delivery is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Durable, not yet tried.
    Accepted,
    /// One dispatcher holds a lease on it and is making attempt `attempts`.
    Sending {
        /// The lease's owner.
        token: Token,
        /// When the lease ends.
        until: Timestamp,
    },
    /// One dispatcher holds a lease on it and is asking the vendor whether it has the record.
    Looking {
        /// The lease's owner.
        token: Token,
        /// When the lease ends.
        until: Timestamp,
    },
    /// Will be tried again by itself.
    Waiting {
        /// Not before this.
        due_at: Timestamp,
        /// Who remembers it until then.
        held: Held,
    },
    /// The vendor has it.
    Delivered,
    /// It ended in another way, and nothing more is sent.
    Closed {
        /// How it ended.
        how: End,
    },
    /// Waits for a person.
    Parked {
        /// Why.
        class: Class,
        /// Since when.
        since: Timestamp,
        /// The owner has been alerted.
        told: bool,
    },
}

/// How a delivery ends that is not delivered. It stays so: a success that is heard later is written into the
/// history, which then says that the vendor has it, but what was decided is not undone by a late answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// A newer version of its record was sent.
    Superseded,
    /// A person has done it by hand.
    Resolved,
    /// A person has given it up.
    Discarded,
    /// A person has corrected its event, and another delivery carries that.
    Edited,
}

/// Who remembers a waiting delivery until it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Held {
    /// A delayed ticket on the retry queue.
    Queue,
    /// Its destination's place in the due index: looked at when the gate may be open, oldest first.
    Gate,
    /// The ledger's due index, which is looked at from `look_at` on.
    Index {
        /// Not before this; moved on after each look, so that a lost ticket is sent again.
        look_at: Timestamp,
    },
}

impl Life {
    /// The life of a delivery that was accepted at `now`.
    pub fn begin(now: Timestamp) -> Self {
        Self {
            state: State::Accepted,
            version: Version(1),
            begun_at: now,
            attempts: 0,
            failures: 0,
            first_sent_at: None,
            doubt: false,
            doubted_at: None,
            refused: false,
            carries: Carries::Request,
            vendor_id: None,
        }
    }
}

impl Life {
    /// An attempt may have taken effect unheard.
    pub(crate) fn add_doubt(&mut self, now: Timestamp) {
        self.doubt = true;
        self.doubted_at = Some(now);
    }

    /// It is known what the attempts have done.
    pub(crate) fn clear_doubt(&mut self) {
        self.doubt = false;
        self.doubted_at = None;
    }

    /// The lease that someone holds, and when it ends.
    pub fn lease(&self) -> Option<(Token, Timestamp)> {
        match self.state {
            State::Sending { token, until } | State::Looking { token, until } => {
                Some((token, until))
            }
            State::Accepted
            | State::Waiting { .. }
            | State::Delivered
            | State::Closed { .. }
            | State::Parked { .. } => None,
        }
    }

    /// Whether an order to retry may be obeyed once the cause of a parking is mended: the same bytes are sent
    /// again, or made at last.
    pub fn can_be_retried(&self, of: Class) -> bool {
        of.can_be_retried() || self.carries == Carries::Nothing
    }
}

impl State {
    /// The word that the ledger, logs and people use.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Sending { .. } => "sending",
            Self::Looking { .. } => "looking",
            Self::Waiting { .. } => "waiting",
            Self::Delivered => "delivered",
            Self::Closed { how } => how.word(),
            Self::Parked { .. } => "parked",
        }
    }

    /// Nothing will happen to it any more.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Delivered | Self::Closed { .. })
    }
}

impl End {
    /// Every end, for tables and tests.
    pub const ALL: [Self; 4] = [Self::Superseded, Self::Resolved, Self::Discarded, Self::Edited];

    /// The word that the ledger, logs and people use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Superseded => "superseded",
            Self::Resolved => "resolved",
            Self::Discarded => "discarded",
            Self::Edited => "edited",
        }
    }
}

/// The sparse index of what needs a look: a partition and a time within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// `due#<shard>`, `gate#<destination>` or `parked#<issue>`.
    pub partition: String,
    /// Due when, or parked since.
    pub at: Timestamp,
}

/// Over how many partitions of the due index waiting deliveries are spread.
///
/// One partition takes 1,000 index writes a second (DynamoDB's limit per partition).
pub const DUE_SHARDS: u8 = 4;

/// So long at most what is over is kept beyond the time that its key is kept for.
const KEPT_AFTER_END: Duration = Duration::from_secs(7 * 86_400);

/// The name of a partition of the due index.
pub fn due_partition(shard: u8) -> String {
    format!("due#{shard}")
}

/// The name of a destination's partition of the due index.
pub fn gate_partition(destination: &DestinationName) -> String {
    format!("gate#{destination}")
}

impl Entry {
    /// Where the entry stands in the sparse index; most entries, most of the time, nowhere.
    pub fn work(&self) -> Option<Work> {
        match &self.life.state {
            State::Waiting { held: Held::Index { look_at }, .. } => {
                let shard = self.id.0.as_bytes()[15] % DUE_SHARDS;
                Some(Work { partition: due_partition(shard), at: *look_at })
            }
            State::Waiting { held: Held::Gate, .. } => {
                Some(Work { partition: gate_partition(&self.destination), at: self.life.begun_at })
            }
            // Under its issue, so that those of one cause can be counted, listed and retried by a query. All such
            // partitions: `Ledger::parked_partitions` of fairlead-aws.
            State::Parked { since, .. } => {
                Some(Work { partition: Cause::of(self)?.id().partition(), at: *since })
            }
            State::Accepted
            | State::Sending { .. }
            | State::Looking { .. }
            | State::Waiting { held: Held::Queue, .. }
            | State::Delivered
            | State::Closed { .. } => None,
        }
    }

    /// When its key may be used again and the ledger may forget it: never while something is left to be done.
    ///
    /// What ends late is kept for a while after its end, so that what became of it can be read.
    pub fn forgotten_at(&self) -> Option<Timestamp> {
        let lines = &self.history.lines;
        let (accepted, ended) = (lines.first()?.at, lines.last()?.at);
        let keep = until(accepted, self.expires_at).min(KEPT_AFTER_END);
        self.life.state.is_over().then(|| self.expires_at.max(after(ended, keep)))
    }

    /// Why it is parked, if it is.
    pub fn class(&self) -> Option<Class> {
        match self.life.state {
            State::Parked { class, .. } => Some(class),
            State::Accepted
            | State::Sending { .. }
            | State::Looking { .. }
            | State::Waiting { .. }
            | State::Delivered
            | State::Closed { .. } => None,
        }
    }

    /// Whether the vendor may have acted.
    pub fn effect(&self) -> Effect {
        let resolved = State::Closed { how: End::Resolved };
        if self.life.state == State::Delivered
            || self.life.state == resolved
            || self.history.heard_late()
        {
            return Effect::Done;
        }
        if self.life.doubt || matches!(self.life.state, State::Sending { .. }) {
            return Effect::Unknown;
        }
        // One answer is enough to know that something was sent, whatever became of later attempts.
        if self.history.answers().any(|answer| matches!(answer, Answer::Replied(_))) {
            Effect::Refused
        } else {
            Effect::NothingSent
        }
    }
}
