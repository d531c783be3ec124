//! Many dispatchers at one gate, interleaved at every access to the ledger.

mod pace;
mod place;
mod probe;
mod slow;

use std::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use futures::{
    executor::block_on,
    future::{Either, join_all, select},
};
use uuid::Uuid;

use super::*;
use crate::{
    alert::Alert,
    crosswalk::Link,
    entry::Entry,
    gate::{Breaker, BreakerPolicy},
    id::{DeliveryId, EntryKey, SecretName, Version},
    integration::{Auth, Timeout},
    issue::{Issue, IssueId, step::Looked},
    meaning::Finding,
    outcome::{Lost, Reply},
    pace::Pace,
    ports::{Due, Gates, Inserted, Issues, Leave},
    record::{Record, RecordName},
    roll::Roll,
    running::Running,
    span::until,
    ticket::{Queue, Ticket},
    turn::Turn,
    wait::Jitter,
};

const LEASE: Duration = Duration::from_secs(35);

/// The two small items, and a clock that moves when told or when all sleep.
#[derive(Default)]
struct Ledger {
    gate: RefCell<Option<Gate>>,
    pace: RefCell<Option<Pace>>,
    running: RefCell<Option<Running>>,
    writes: Cell<u32>,
    now: Cell<i64>,
    tokens: Cell<u128>,
}

/// Lets the others run in between, as every call over the network does.
async fn others() {
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Ledger {
    fn save<T: Clone>(
        &self,
        at: &RefCell<Option<T>>,
        new: &T,
        held: Version,
        replaces: Version,
    ) -> Saved {
        if held != replaces {
            return Saved::Lost;
        }
        self.writes.set(self.writes.get() + 1);
        *at.borrow_mut() = Some(new.clone());
        Saved::Done
    }
}

impl Gates for Ledger {
    async fn gate(&self, _: &DestinationName) -> Result<Option<Gate>, PortError> {
        others().await;
        Ok(self.gate.borrow().clone())
    }

    async fn save_gate(
        &self,
        _: &DestinationName,
        gate: &Gate,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        others().await;
        let held = self.gate.borrow().as_ref().map_or(Version(0), |held| held.version);
        Ok(self.save(&self.gate, gate, held, replaces))
    }

    async fn pace(&self, _: &DestinationName) -> Result<Option<Pace>, PortError> {
        others().await;
        Ok(*self.pace.borrow())
    }

    async fn save_pace(
        &self,
        _: &DestinationName,
        pace: &Pace,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        others().await;
        let held = self.pace.borrow().as_ref().map_or(Version(0), |held| held.version);
        Ok(self.save(&self.pace, pace, held, replaces))
    }

    async fn turn(&self, _: &str) -> Result<Option<Turn>, PortError> {
        Ok(None)
    }

    async fn save_turn(&self, _: &str, _: &Turn, _: Version) -> Result<Saved, PortError> {
        Ok(Saved::Done)
    }

    async fn running(&self, _: &DestinationName) -> Result<Option<Running>, PortError> {
        others().await;
        Ok(self.running.borrow().clone())
    }

    async fn save_running(
        &self,
        _: &DestinationName,
        running: &Running,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        others().await;
        let held = self.running.borrow().as_ref().map_or(Version(0), |held| held.version);
        Ok(self.save(&self.running, running, held, replaces))
    }

    async fn roll(&self) -> Result<Option<Roll>, PortError> {
        Ok(None)
    }

    async fn save_roll(&self, _: &Roll, _: Version) -> Result<Saved, PortError> {
        Ok(Saved::Done)
    }
}

impl Issues for Ledger {
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

impl Ports for Ledger {
    type Gates = Self;

    fn gates(&self) -> &Self {
        self
    }

    type Issues = Self;

    fn issues(&self) -> &Self {
        self
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now.get()).expect("a time")
    }

    fn token(&self) -> Token {
        self.tokens.set(self.tokens.get() + 1);
        Token(Uuid::from_u128(self.tokens.get()))
    }

    async fn pause_for(&self, length: Duration) {
        let end = after(self.now(), length);
        while self.now() < end {
            others().await;
        }
    }

    fn delivery_id(&self, _: &Record) -> DeliveryId {
        DeliveryId(Uuid::nil())
    }

    fn jitter(&self) -> Jitter {
        Jitter(0)
    }

    async fn load(&self, _: &EntryKey) -> Result<Option<Entry>, PortError> {
        Ok(None)
    }

    async fn insert(&self, _: &Entry) -> Result<Inserted, PortError> {
        Ok(Inserted::New)
    }

    async fn save(&self, _: &Entry, _: Version) -> Result<Saved, PortError> {
        Ok(Saved::Done)
    }

    async fn rewrite(&self, _: &Entry, _: Version) -> Result<Saved, PortError> {
        Ok(Saved::Done)
    }

    async fn linked(&self, _: &DestinationName, _: &RecordName) -> Result<Option<Link>, PortError> {
        Ok(None)
    }

    async fn link(&self, _: &DestinationName, _: &Link) -> Result<(), PortError> {
        Ok(())
    }

    async fn send(&self, _: Queue, _: &Ticket, _: Duration) -> Result<(), PortError> {
        Ok(())
    }

    async fn call(&self, _: &Entry, _: Leave) -> (Answer, Duration) {
        (Answer::Lost(Lost::Timeout), Duration::ZERO)
    }

    async fn look(&self, _: &Entry, _: Leave) -> (Answer, Finding, Duration) {
        unreachable!("no test of the gate asks the vendor")
    }

    async fn publish(&self, _: &Alert) -> Result<(), PortError> {
        Ok(())
    }

    async fn due(&self, _: &str, _: Timestamp, _: Option<&Due>) -> Result<Vec<Due>, PortError> {
        Ok(Vec::new())
    }
}

/// Runs all of them to their end while time passes, a millisecond a round.
fn all<T>(ledger: &Ledger, runs: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let clock = async {
        loop {
            ledger.now.set(ledger.now.get() + 1);
            others().await;
        }
    };
    block_on(async {
        let (runs, clock) = (pin!(join_all(runs)), pin!(clock));
        match select(runs, clock).await {
            Either::Left((done, _)) => done,
            Either::Right((never, _)) => never,
        }
    })
}

fn destination(rate: Option<Rate>) -> Destination {
    Destination {
        name: DestinationName::new("finance-api"),
        base_url: "https://api.finance.example.com".to_owned(),
        auth: Auth::Bearer { secret: SecretName::new("finance-api") },
        timeout: Timeout { connect: Duration::from_secs(3), total: Duration::from_secs(20) },
        private: false,
        rate,
        in_flight: None,
        breaker: Some(BreakerPolicy::default()),
        outcomes: vec![],
    }
}

fn answered(status: u16) -> Answer {
    Answer::Replied(Reply::plain(status, None, ""))
}

async fn try_enter(ledger: &Ledger, memory: &Memory, destination: &Destination) -> Door {
    let token = ledger.token();
    enter(ledger, memory, destination, token, LEASE).await.expect("the ledger answers")
}

fn open_breaker(ledger: &Ledger) {
    let breaker = Breaker::Open { until: Timestamp::from_second(30).expect("a time") };
    let gate = Gate { version: Version(1), era: 1, trips: 1, breaker, ..Gate::default() };
    *ledger.gate.borrow_mut() = Some(gate);
}

/// Trap P15: a half-open breaker is no open one.
#[test]
fn fifty_dispatchers_at_a_half_open_breaker_make_one_probe() {
    let (ledger, destination) = (Ledger::default(), destination(None));
    open_breaker(&ledger);
    ledger.now.set(31_000);
    let memories: Vec<Memory> = (0..50).map(|_| Memory::default()).collect();
    let doors = all(&ledger, memories.iter().map(|m| try_enter(&ledger, m, &destination)));
    let open = doors.iter().filter(|door| matches!(door, Door::Open(_))).count();
    assert_eq!(open, 1);
}

/// Trap P16: a prober that dies does not strand the breaker.
#[test]
fn a_dead_prober_is_replaced_when_its_lease_is_over() {
    let (ledger, destination) = (Ledger::default(), destination(None));
    open_breaker(&ledger);
    let memory = || Memory::default();
    for (now, open) in [(29_000, false), (31_000, true), (40_000, false), (67_000, true)] {
        ledger.now.set(now);
        let door = block_on(try_enter(&ledger, &memory(), &destination));
        assert_eq!(matches!(door, Door::Open(_)), open, "at {now}");
    }
}

#[test]
fn a_healthy_destination_without_a_rate_costs_no_write() {
    let (ledger, destination, memory) = (Ledger::default(), destination(None), Memory::default());
    block_on(async {
        for _ in 0..20 {
            let Door::Open(pass) = try_enter(&ledger, &memory, &destination).await else {
                panic!("nothing is wrong")
            };
            let reported = leave(&ledger, &memory, &destination, pass, &answered(201)).await;
            reported.expect("the ledger answers");
        }
    });
    assert_eq!(ledger.writes.get(), 0);
}

#[test]
fn failures_seen_by_many_open_the_breaker_and_two_good_probes_close_it() {
    let (ledger, destination) = (Ledger::default(), destination(None));
    let call = |status: u16| {
        block_on(async {
            // Each call by another function instance: none of them alone sees enough.
            let memory = Memory::default();
            let Door::Open(pass) = try_enter(&ledger, &memory, &destination).await else {
                return false;
            };
            leave(&ledger, &memory, &destination, pass, &answered(status)).await.expect("answers");
            true
        })
    };
    assert!((0..5).all(|_| call(500)));
    assert!(!call(500), "open after five failures");
    ledger.now.set(31_000);
    assert!(call(201) && call(201), "two probes, one after the other");
    assert!((0..10).all(|_| call(201)), "closed again");
}

/// Trap P18: all dispatchers together keep the vendor's rate.
#[test]
fn a_pause_stops_all_and_a_resume_lets_all_pass() {
    let (ledger, destination) = (Ledger::default(), destination(None));
    let of = &destination.name;
    let stopped = Pause::refused(ledger.now());
    assert!(block_on(pause(&ledger, of, Some(stopped.clone()))).expect("answers"));
    assert!(!block_on(pause(&ledger, of, Some(stopped))).expect("answers"), "it stands already");
    let door = block_on(try_enter(&ledger, &Memory::default(), &destination));
    assert!(matches!(door, Door::Closed { turn: false, .. }));
    assert!(block_on(pause(&ledger, of, None)).expect("answers"));
    let door = block_on(try_enter(&ledger, &Memory::default(), &destination));
    assert!(matches!(door, Door::Open(_)));
}
