//! Ports that answer from a worker's log; the first operation beyond the log is recorded, and the worker parks.

use std::{
    cell::{Cell, RefCell},
    future::{Future, pending},
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use fairlead_core::{
    alert::Alert,
    crosswalk::Link,
    entry::{Entry, due_partition},
    gate::Gate,
    history::History,
    id::{DeliveryId, DestinationName, EntryKey, Token, Version},
    issue::{Issue, IssueId, step::Looked},
    meaning::Finding,
    outcome::Answer,
    pace::Pace,
    ports::{Due, Gates, Inserted, Issues, Leave, PortError, Ports, Saved},
    record::{Record, RecordName},
    roll::Roll,
    running::Running,
    ticket::{Queue, Ticket},
    turn::Turn,
    wait::Jitter,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::kept::Kept;

/// How long every call takes.
pub(crate) const TOOK: Duration = Duration::from_millis(200);

/// What a worker asks of the world and then waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    /// Read the entry.
    Load,
    /// Write it unless one lies there.
    Insert(Kept<Entry>),
    /// Replace this version of it.
    Save(Kept<Entry>, Version),
    /// Send a ticket, visible after a delay.
    Send(Queue, Kept<Ticket>, Duration),
    /// Call the vendor.
    Call,
    /// Ask the vendor whether it has it.
    Ask,
    /// Tell the owner.
    Publish,
    /// Look at the entry's partition of the due index.
    Look,
    /// Read the destination's gate.
    Gate,
    /// Replace this version of it.
    SaveGate(Kept<Gate>, Version),
}

/// What the world has answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Heard {
    /// The time.
    Now(Timestamp),
    /// A fresh token.
    Drawn(Token),
    /// What lies in the ledger.
    Loaded(Option<Kept<Entry>>),
    /// The insert is done.
    Inserted,
    /// The insert found this.
    Exists(Kept<Entry>),
    /// Saved, sent or published.
    Done,
    /// Another was quicker.
    Lost,
    /// What the wire told.
    Called(Answer),
    /// What the wire told of a question, and what that says.
    Asked(Answer, Finding),
    /// A page of the due index.
    Page(Vec<EntryKey>),
    /// The destination's gate.
    Gate(Option<Kept<Gate>>),
    /// The world did not do its part, or did and could not say so.
    Failed,
}

/// What a worker finds when it runs on: the world's clock, and a token that nobody holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Here {
    pub(crate) now: Timestamp,
    pub(crate) token: Token,
    pub(crate) jitter: Jitter,
    /// The gate is a part of the world; else none ever closes.
    pub(crate) gated: bool,
}

/// How far a worker has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stand {
    /// It waits for this operation.
    At(Op),
    /// It is through; false when the world did not do its part.
    Over(bool),
}

impl Stand {
    /// What is done here changes nothing that others decide by, sooner or later: a ticket more, a ticket less.
    pub(crate) fn is_quiet(&self) -> bool {
        matches!(self, Self::Over(_) | Self::At(Op::Send(..) | Op::Publish))
    }
}

pub(crate) struct Replay {
    here: Here,
    log: RefCell<Vec<Heard>>,
    place: Cell<usize>,
    drawn: Cell<u128>,
    parked_at: RefCell<Option<Op>>,
}

impl Replay {
    /// Runs `work` over `log` until it asks for what is not in it.
    pub(crate) fn run<T, F>(log: Vec<Heard>, here: Here, work: F) -> (Vec<Heard>, Stand)
    where
        F: AsyncFnOnce(&Self) -> Result<T, PortError>,
    {
        let ports = Self {
            here,
            log: RefCell::new(log),
            place: Cell::new(0),
            drawn: Cell::new(0),
            parked_at: RefCell::new(None),
        };
        let polled =
            pin!(work(&ports)).poll(&mut Context::from_waker(Waker::noop())).map(|end| end.is_ok());
        let stand = match polled {
            Poll::Ready(ok) => Stand::Over(ok),
            Poll::Pending => Stand::At(ports.parked_at.take().expect("only an operation parks")),
        };
        (ports.log.into_inner(), stand)
    }

    /// What needs no waiting: from the log, else from the world, and then into the log.
    fn read(&self, fresh: impl FnOnce() -> Heard) -> Heard {
        let place = self.place.replace(self.place.get() + 1);
        let mut log = self.log.borrow_mut();
        if place == log.len() {
            log.push(fresh());
        }
        log[place].clone()
    }

    async fn ask(&self, op: impl FnOnce() -> Op) -> Heard {
        let heard = self.log.borrow().get(self.place.get()).cloned();
        match heard {
            Some(heard) => {
                self.place.set(self.place.get() + 1);
                heard
            }
            None => {
                self.parked_at.replace(Some(op()));
                pending().await
            }
        }
    }
}

fn failed<T>() -> Result<T, PortError> {
    Err(PortError::new("ask the world", "it failed"))
}

/// Without history and writer, so that worlds which differ in their past only become one.
fn stripped(entry: &Entry) -> Kept<Entry> {
    let mut entry = entry.clone();
    entry.history = History::default();
    entry.writer = Token(Uuid::nil());
    Kept::new(entry)
}

/// One destination without a rate and without a cap, and nothing is ordered: gates and records have models of their own.
impl Gates for Replay {
    async fn gate(&self, _: &DestinationName) -> Result<Option<Gate>, PortError> {
        if !self.here.gated {
            return Ok(None);
        }
        match self.ask(|| Op::Gate).await {
            Heard::Gate(gate) => Ok(gate.map(|kept| Gate::clone(&kept))),
            _ => failed(),
        }
    }

    async fn save_gate(
        &self,
        _: &DestinationName,
        gate: &Gate,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        if !self.here.gated {
            return Ok(Saved::Done);
        }
        match self.ask(|| Op::SaveGate(Kept::new(gate.clone()), replaces)).await {
            Heard::Done => Ok(Saved::Done),
            Heard::Lost => Ok(Saved::Lost),
            _ => failed(),
        }
    }

    async fn pace(&self, _: &DestinationName) -> Result<Option<Pace>, PortError> {
        Ok(None)
    }

    async fn save_pace(
        &self,
        _: &DestinationName,
        _: &Pace,
        _: Version,
    ) -> Result<Saved, PortError> {
        Ok(Saved::Done)
    }

    async fn turn(&self, _: &str) -> Result<Option<Turn>, PortError> {
        Ok(None)
    }

    async fn save_turn(&self, _: &str, _: &Turn, _: Version) -> Result<Saved, PortError> {
        Ok(Saved::Done)
    }

    async fn running(&self, _: &DestinationName) -> Result<Option<Running>, PortError> {
        Ok(None)
    }

    async fn save_running(
        &self,
        _: &DestinationName,
        _: &Running,
        _: Version,
    ) -> Result<Saved, PortError> {
        Ok(Saved::Done)
    }

    async fn roll(&self) -> Result<Option<Roll>, PortError> {
        Ok(None)
    }

    async fn save_roll(&self, _: &Roll, _: Version) -> Result<Saved, PortError> {
        Ok(Saved::Done)
    }
}

/// Every parking opens an issue, so that every one is told. Issues have laws of their own.
impl Issues for Replay {
    async fn issue(&self, _: &IssueId) -> Result<Option<Issue>, PortError> {
        Ok(None)
    }

    async fn save_issue(&self, _: &Issue, _: Version) -> Result<Saved, PortError> {
        Ok(Saved::Done)
    }

    async fn watched(&self) -> Result<Vec<IssueId>, PortError> {
        Ok(vec![])
    }

    async fn parked(&self, _: &IssueId) -> Result<Looked, PortError> {
        Ok(Looked { count: 0, newest: None })
    }
}

impl Ports for Replay {
    type Gates = Self;

    fn gates(&self) -> &Self {
        self
    }

    type Issues = Self;

    fn issues(&self) -> &Self {
        self
    }

    async fn pause_for(&self, _: Duration) {}

    fn now(&self) -> Timestamp {
        match self.read(|| Heard::Now(self.here.now)) {
            Heard::Now(now) => now,
            other => unreachable!("{other:?}"),
        }
    }

    fn delivery_id(&self, _: &Record) -> DeliveryId {
        DeliveryId(Uuid::nil())
    }

    fn token(&self) -> Token {
        let fresh = || {
            let drawn = self.drawn.replace(self.drawn.get() + 1);
            Heard::Drawn(Token(Uuid::from_u128(self.here.token.0.as_u128() + drawn)))
        };
        match self.read(fresh) {
            Heard::Drawn(token) => token,
            other => unreachable!("{other:?}"),
        }
    }

    fn jitter(&self) -> Jitter {
        self.here.jitter
    }

    async fn load(&self, _: &EntryKey) -> Result<Option<Entry>, PortError> {
        match self.ask(|| Op::Load).await {
            Heard::Loaded(entry) => Ok(entry.map(|kept| Entry::clone(&kept))),
            _ => failed(),
        }
    }

    async fn insert(&self, entry: &Entry) -> Result<Inserted, PortError> {
        match self.ask(|| Op::Insert(stripped(entry))).await {
            Heard::Inserted => Ok(Inserted::New),
            Heard::Exists(kept) => Ok(Inserted::Exists(Box::new(Entry::clone(&kept)))),
            _ => failed(),
        }
    }

    async fn save(&self, entry: &Entry, replaces: Version) -> Result<Saved, PortError> {
        match self.ask(|| Op::Save(stripped(entry), replaces)).await {
            Heard::Done => Ok(Saved::Done),
            Heard::Lost => Ok(Saved::Lost),
            _ => failed(),
        }
    }

    async fn rewrite(&self, entry: &Entry, replaces: Version) -> Result<Saved, PortError> {
        self.save(entry, replaces).await
    }

    async fn linked(&self, _: &DestinationName, _: &RecordName) -> Result<Option<Link>, PortError> {
        Ok(None)
    }

    async fn link(&self, _: &DestinationName, _: &Link) -> Result<(), PortError> {
        Ok(())
    }

    async fn send(&self, to: Queue, ticket: &Ticket, delay: Duration) -> Result<(), PortError> {
        match self.ask(|| Op::Send(to, Kept::new(ticket.clone()), delay)).await {
            Heard::Done => Ok(()),
            _ => failed(),
        }
    }

    async fn call(&self, _: &Entry, _: Leave) -> (Answer, Duration) {
        match self.ask(|| Op::Call).await {
            Heard::Called(answer) => (answer, TOOK),
            other => unreachable!("{other:?}"),
        }
    }

    async fn look(&self, _: &Entry, _: Leave) -> (Answer, Finding, Duration) {
        match self.ask(|| Op::Ask).await {
            Heard::Asked(answer, finding) => (answer, finding, TOOK),
            other => unreachable!("{other:?}"),
        }
    }

    async fn publish(&self, _: &Alert) -> Result<(), PortError> {
        match self.ask(|| Op::Publish).await {
            Heard::Done => Ok(()),
            _ => failed(),
        }
    }

    async fn due(
        &self,
        partition: &str,
        _: Timestamp,
        after: Option<&Due>,
    ) -> Result<Vec<Due>, PortError> {
        // The delivery's id ends in a zero byte; in the other partitions nothing lies, whoever looks and when.
        if partition != due_partition(0) || after.is_some() {
            return Ok(vec![]);
        }
        match self.ask(|| Op::Look).await {
            Heard::Page(keys) => {
                Ok(keys.into_iter().map(|key| Due { at: self.here.now, key }).collect())
            }
            _ => failed(),
        }
    }
}
