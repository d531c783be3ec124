//! What a delivery needs from the world: the clock, the ledger, the queues, the vendor, the owner.

use std::{future::Future, time::Duration};

use jiff::Timestamp;

use crate::{
    alert::{Alert, STACK},
    crosswalk::Link,
    entry::Entry,
    gate::Gate,
    history::Line,
    id::{DeliveryId, DestinationName, EntryKey, Token, Version},
    issue::{Issue, IssueId, step::Looked},
    meaning::Finding,
    outcome::Answer,
    pace::Pace,
    record::{Record, RecordName},
    roll::Roll,
    running::Running,
    ticket::{Queue, Ticket},
    turn::Turn,
    wait::Jitter,
};

/// The world as the driver sees it. One struct of `fairlead-aws` implements it; tests have one in memory.
pub trait Ports {
    /// Where the gates are.
    type Gates: Gates;

    /// Where the gates are.
    fn gates(&self) -> &Self::Gates;

    /// Where the issues are.
    type Issues: Issues;

    /// Where the issues are.
    fn issues(&self) -> &Self::Issues;

    /// The time.
    fn now(&self) -> Timestamp;

    /// The name of the stack that this is, so that owners of several can tell them apart.
    fn stack(&self) -> &str {
        STACK
    }

    /// A new delivery's name, which carries its record's mark.
    fn delivery_id(&self, record: &Record) -> DeliveryId;

    /// A token that was never drawn before.
    fn token(&self) -> Token;

    /// Where between its bounds a wait shall lie.
    fn jitter(&self) -> Jitter;

    /// Reads an entry, consistently.
    fn load(&self, key: &EntryKey) -> impl Future<Output = Result<Option<Entry>, PortError>>;

    /// Writes an entry unless an unexpired one lies there; our own repeated write counts as done.
    fn insert(&self, entry: &Entry) -> impl Future<Output = Result<Inserted, PortError>>;

    /// Replaces version `replaces` of an entry; our own repeated write counts as done.
    fn save(
        &self,
        entry: &Entry,
        replaces: Version,
    ) -> impl Future<Output = Result<Saved, PortError>>;

    /// The same, and the request and configuration are written too: it was made since, or made anew.
    fn rewrite(
        &self,
        entry: &Entry,
        replaces: Version,
    ) -> impl Future<Output = Result<Saved, PortError>>;

    /// Tells the log and the metrics of a write that was done, and of the lines that it has added; nobody waits for it.
    fn log(&self, _entry: &Entry, _added: &[Line]) {}

    /// What a destination calls a record, read consistently; `None` while no answer has said so.
    fn linked(
        &self,
        at: &DestinationName,
        record: &RecordName,
    ) -> impl Future<Output = Result<Option<Link>, PortError>>;

    /// Keeps what a destination calls a record, unless something later was kept. The same twice is the same.
    fn link(
        &self,
        at: &DestinationName,
        link: &Link,
    ) -> impl Future<Output = Result<(), PortError>>;

    /// Sends a ticket, visible after `delay`; durable when it returns.
    fn send(
        &self,
        queue: Queue,
        ticket: &Ticket,
        delay: Duration,
    ) -> impl Future<Output = Result<(), PortError>>;

    /// Has the delivery's credential at hand before its call's slot comes, as far as that can be done; with `fresh`,
    /// read anew. Gives whether it is as fresh as was asked for; where not, the call itself reads it.
    fn ready(&self, _entry: &Entry, _fresh: bool) -> impl Future<Output = bool> {
        std::future::ready(false)
    }

    /// Makes one HTTP call of the delivery. Whatever comes of it is an answer.
    fn call(&self, entry: &Entry, leave: Leave) -> impl Future<Output = (Answer, Duration)>;

    /// Asks the vendor whether it has the delivery. Whatever comes of it is an answer.
    fn look(
        &self,
        entry: &Entry,
        leave: Leave,
    ) -> impl Future<Output = (Answer, Finding, Duration)>;

    /// Tells the owner, on the channel that the alert names.
    fn publish(&self, alert: &Alert) -> impl Future<Output = Result<(), PortError>>;

    /// Waits; at most [`REACH`](crate::door::REACH).
    fn pause_for(&self, length: Duration) -> impl Future<Output = ()>;

    /// What stands in one partition of the due index up to a moment, oldest first: a page at most, beginning after
    /// `after` where that is given.
    fn due(
        &self,
        partition: &str,
        until: Timestamp,
        after: Option<&Due>,
    ) -> impl Future<Output = Result<Vec<Due>, PortError>>;
}

/// How a call leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leave {
    /// The cached secret may be older than its rotation: read it anew.
    pub fresh_secret: bool,
    /// The end of its slot: when its credential is at hand later than that, it does not leave.
    pub by: Option<Timestamp>,
}

/// One place in the due index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Due {
    /// Parked since, looked at from, or held back since; the partition says which.
    pub at: Timestamp,
    /// Where the entry lies.
    pub key: EntryKey,
}

/// The small items that all dispatchers share: per destination one gate, one pace and one list of running calls, and the turns of records.
pub trait Gates {
    /// The gate of a destination, read consistently; `None` while nothing was ever wrong with it.
    fn gate(&self, of: &DestinationName) -> impl Future<Output = Result<Option<Gate>, PortError>>;

    /// Replaces version `replaces` of a gate; our own repeated write counts as done.
    fn save_gate(
        &self,
        of: &DestinationName,
        gate: &Gate,
        replaces: Version,
    ) -> impl Future<Output = Result<Saved, PortError>>;

    /// The pace of a destination, read consistently; `None` before its first booking.
    fn pace(&self, of: &DestinationName) -> impl Future<Output = Result<Option<Pace>, PortError>>;

    /// Replaces version `replaces` of a pace; our own repeated write counts as done.
    fn save_pace(
        &self,
        of: &DestinationName,
        pace: &Pace,
        replaces: Version,
    ) -> impl Future<Output = Result<Saved, PortError>>;

    /// The turn at a [place](crate::turn::place), read consistently; `None` before it was first taken.
    fn turn(&self, of: &str) -> impl Future<Output = Result<Option<Turn>, PortError>>;

    /// Replaces version `replaces` of a turn; our own repeated write counts as done.
    fn save_turn(
        &self,
        of: &str,
        turn: &Turn,
        replaces: Version,
    ) -> impl Future<Output = Result<Saved, PortError>>;

    /// The running calls of a destination, read consistently; `None` before the first.
    fn running(
        &self,
        of: &DestinationName,
    ) -> impl Future<Output = Result<Option<Running>, PortError>>;

    /// Replaces version `replaces` of the running calls; our own repeated write counts as done.
    fn save_running(
        &self,
        of: &DestinationName,
        running: &Running,
        replaces: Version,
    ) -> impl Future<Output = Result<Saved, PortError>>;

    /// The destinations that were ever named, read consistently; `None` before the first look of the schedule.
    fn roll(&self) -> impl Future<Output = Result<Option<Roll>, PortError>>;

    /// Replaces version `replaces` of them; our own repeated write counts as done.
    fn save_roll(
        &self,
        roll: &Roll,
        replaces: Version,
    ) -> impl Future<Output = Result<Saved, PortError>>;
}

/// The issues: small items too, and the index in which their parked deliveries stand.
pub trait Issues {
    /// An issue, read consistently; `None` while there never was one.
    fn issue(&self, id: &IssueId) -> impl Future<Output = Result<Option<Issue>, PortError>>;

    /// Replaces version `replaces` of an issue, 0 where there is none; our own repeated write counts as done.
    fn save_issue(
        &self,
        issue: &Issue,
        replaces: Version,
    ) -> impl Future<Output = Result<Saved, PortError>>;

    /// The issues that the schedule looks at, the one that was seen last first.
    fn watched(&self) -> impl Future<Output = Result<Vec<IssueId>, PortError>>;

    /// How many deliveries of an issue are parked, as far as the index knows by now.
    fn parked(&self, id: &IssueId) -> impl Future<Output = Result<Looked, PortError>>;
}

/// What became of an insert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// The entry lies there now.
    New,
    /// Another lies there.
    Exists(Box<Entry>),
}

/// What became of a save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The entry lies there now.
    Done,
    /// Someone else was quicker; load and decide again.
    Lost,
}

/// What only a redelivery can cure: the world did not do its part.
#[derive(Debug, thiserror::Error)]
#[error("{during}: {source}")]
pub struct PortError {
    /// What was being done, in words: `save the entry`.
    pub during: &'static str,
    /// The cause.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl PortError {
    /// Names what was being done when `source` came up.
    pub fn new(
        during: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { during, source: source.into() }
    }
}
