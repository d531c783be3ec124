//! Ports that answer from a worker's log; the first operation beyond the log is recorded, and the worker waits.

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
    entry::Entry,
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

/// What a worker asks of the world and then waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    Load(EntryKey),
    Save(Kept<Entry>, Version),
    Send(Queue, Kept<Ticket>, Duration),
    Call(Kept<Entry>),
    Publish,
    Linked,
    Link(Link),
    Turn,
    SaveTurn(Turn, Version),
}

/// What the world has answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Heard {
    Now(Timestamp),
    Loaded(Option<Kept<Entry>>),
    Done,
    Lost,
    /// No answer, whether the write stands or not.
    Failed,
    Called(Answer),
    Linked(Option<Link>),
    Turn(Option<Turn>),
}

/// How far a worker has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stand {
    At(Op),
    /// It is through; false when its ticket stays.
    Over(bool),
}

pub(crate) struct Replay {
    now: Timestamp,
    /// No living worker draws from the same numbers.
    number: u128,
    log: RefCell<Vec<Heard>>,
    place: Cell<usize>,
    drawn: Cell<u128>,
    waits_at: RefCell<Option<Op>>,
}

impl Replay {
    /// Runs `work` over `log` until it asks for what is not in it.
    pub(crate) fn run<F>(
        log: Vec<Heard>,
        now: Timestamp,
        number: u128,
        work: F,
    ) -> (Vec<Heard>, Stand)
    where
        F: AsyncFnOnce(&Self) -> Result<(), PortError>,
    {
        let ports = Self {
            now,
            number,
            log: RefCell::new(log),
            place: Cell::new(0),
            drawn: Cell::new(0),
            waits_at: RefCell::new(None),
        };
        let polled =
            pin!(work(&ports)).poll(&mut Context::from_waker(Waker::noop())).map(|end| end.is_ok());
        let stand = match polled {
            Poll::Ready(ok) => Stand::Over(ok),
            Poll::Pending => Stand::At(ports.waits_at.take().expect("only an operation waits")),
        };
        (ports.log.into_inner(), stand)
    }

    async fn ask(&self, op: impl FnOnce() -> Op) -> Heard {
        let heard = self.log.borrow().get(self.place.get()).cloned();
        match heard {
            Some(heard) => {
                self.place.set(self.place.get() + 1);
                heard
            }
            None => {
                self.waits_at.replace(Some(op()));
                pending().await
            }
        }
    }
}

/// Without history and writer, so that worlds which differ in their past only become one.
fn stripped(entry: &Entry) -> Kept<Entry> {
    let mut entry = entry.clone();
    entry.history = History::default();
    entry.writer = Token(Uuid::nil());
    Kept::new(entry)
}

fn saved(heard: &Heard) -> Result<Saved, PortError> {
    match heard {
        Heard::Done => Ok(Saved::Done),
        Heard::Failed => Err(PortError::new("save", "it does not answer")),
        other => {
            assert_eq!(other, &Heard::Lost);
            Ok(Saved::Lost)
        }
    }
}

/// No gate ever closes here.
impl Gates for Replay {
    async fn gate(&self, _: &DestinationName) -> Result<Option<Gate>, PortError> {
        Ok(None)
    }

    async fn save_gate(
        &self,
        _: &DestinationName,
        _: &Gate,
        _: Version,
    ) -> Result<Saved, PortError> {
        Ok(Saved::Done)
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
        match self.ask(|| Op::Turn).await {
            Heard::Turn(turn) => Ok(turn),
            other => unreachable!("{other:?}"),
        }
    }

    async fn save_turn(&self, _: &str, turn: &Turn, replaces: Version) -> Result<Saved, PortError> {
        saved(&self.ask(|| Op::SaveTurn(turn.clone(), replaces)).await)
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

/// Owners are told elsewhere.
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
    type Issues = Self;

    fn issues(&self) -> &Self {
        self
    }

    fn gates(&self) -> &Self {
        self
    }

    async fn pause_for(&self, _: Duration) {}

    fn now(&self) -> Timestamp {
        let place = self.place.replace(self.place.get() + 1);
        let mut log = self.log.borrow_mut();
        if place == log.len() {
            log.push(Heard::Now(self.now));
        }
        match &log[place] {
            Heard::Now(now) => *now,
            other => unreachable!("{other:?}"),
        }
    }

    fn delivery_id(&self, _: &Record) -> DeliveryId {
        DeliveryId(Uuid::nil())
    }

    fn token(&self) -> Token {
        let drawn = self.drawn.replace(self.drawn.get() + 1);
        Token(Uuid::from_u128(self.number << 64 | drawn))
    }

    fn jitter(&self) -> Jitter {
        Jitter(0)
    }

    async fn load(&self, key: &EntryKey) -> Result<Option<Entry>, PortError> {
        match self.ask(|| Op::Load(key.clone())).await {
            Heard::Loaded(entry) => Ok(entry.map(|kept| Entry::clone(&kept))),
            other => unreachable!("{other:?}"),
        }
    }

    async fn insert(&self, _: &Entry) -> Result<Inserted, PortError> {
        Ok(Inserted::New)
    }

    async fn save(&self, entry: &Entry, replaces: Version) -> Result<Saved, PortError> {
        saved(&self.ask(|| Op::Save(stripped(entry), replaces)).await)
    }

    async fn rewrite(&self, entry: &Entry, replaces: Version) -> Result<Saved, PortError> {
        self.save(entry, replaces).await
    }

    async fn linked(&self, _: &DestinationName, _: &RecordName) -> Result<Option<Link>, PortError> {
        match self.ask(|| Op::Linked).await {
            Heard::Linked(link) => Ok(link),
            other => unreachable!("{other:?}"),
        }
    }

    async fn link(&self, _: &DestinationName, link: &Link) -> Result<(), PortError> {
        // When it was heard makes no difference between worlds.
        let link = Link { at: Timestamp::UNIX_EPOCH, ..link.clone() };
        self.ask(|| Op::Link(link)).await;
        Ok(())
    }

    async fn send(&self, to: Queue, ticket: &Ticket, delay: Duration) -> Result<(), PortError> {
        self.ask(|| Op::Send(to, Kept::new(ticket.clone()), delay)).await;
        Ok(())
    }

    async fn call(&self, entry: &Entry, _: Leave) -> (Answer, Duration) {
        match self.ask(|| Op::Call(stripped(entry))).await {
            Heard::Called(answer) => (answer, Duration::from_millis(200)),
            other => unreachable!("{other:?}"),
        }
    }

    async fn look(&self, _: &Entry, _: Leave) -> (Answer, Finding, Duration) {
        unreachable!("nothing is looked up here")
    }

    async fn publish(&self, _: &Alert) -> Result<(), PortError> {
        self.ask(|| Op::Publish).await;
        Ok(())
    }

    async fn due(&self, _: &str, _: Timestamp, _: Option<&Due>) -> Result<Vec<Due>, PortError> {
        Ok(vec![])
    }
}
