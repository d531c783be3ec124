//! A dispatcher at the gate, as far as it has come. Its code is the real one, replayed.

use std::cell::Cell;

use fairlead_core::{
    door::{Door, Memory, Pass, enter, leave},
    gate::BreakerPolicy,
    id::{DestinationName, Token},
    integration::Destination,
    outcome::{Answer, Lost, NotSent, Reply},
    span::after,
    wait::Jitter,
};
use fairlead_tests::sample;
use jiff::Timestamp;
use uuid::Uuid;

use super::model::LEASE;
use crate::{
    kept::Kept,
    replay::{Heard, Here, Replay, Stand},
};

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// The vendor served it.
    Fine,
    /// The vendor did not.
    Bad,
    /// Nothing left for the vendor.
    NotMade,
}

/// Where a dispatcher stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    /// It has nothing to do.
    Idle,
    /// It asks for leave.
    Entering { log: Vec<Heard>, at: Stand },
    /// It calls. An onlooker knows whether that is the probe, and in which era it began.
    Calling { pass: Pass, probe: bool, era: u32 },
    /// It reports.
    Leaving { pass: Pass, era: u32, end: End, log: Vec<Heard>, at: Stand },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Dispatcher {
    place: u8,
    /// Calls so far; makes its tokens differ.
    calls: u8,
    /// As it was before the stage began.
    memory: Kept<Memory>,
    /// When its function is ended, whatever it does: before the lease that it asks for.
    pub(crate) ends_at: Timestamp,
    pub(crate) stage: Stage,
}

impl Dispatcher {
    pub(crate) fn fresh(place: u8) -> Self {
        let memory = Kept::new(Memory::default());
        Self { place, calls: 0, memory, ends_at: Timestamp::UNIX_EPOCH, stage: Stage::Idle }
    }

    /// It dies, and another instance takes its place.
    pub(crate) fn die(&mut self) {
        self.memory = Kept::new(Memory::default());
        self.stage = Stage::Idle;
    }

    /// The token under which it calls.
    pub(crate) fn token(&self) -> Token {
        Token(Uuid::from_u128(u128::from(self.place) * 100 + u128::from(self.calls)))
    }

    /// Begins to ask for leave.
    pub(crate) fn begin(&mut self, now: Timestamp) -> Option<Door> {
        self.calls += 1;
        self.ends_at = after(now, LEASE);
        self.enter(Vec::new(), now)
    }

    /// The call is over, and it begins to report.
    pub(crate) fn end(&mut self, end: End, now: Timestamp) {
        let Stage::Calling { pass, era, .. } = self.stage else { return };
        self.leave((pass, era), end, Vec::new(), now);
    }

    /// Goes on with what the world has answered.
    pub(crate) fn hear(&mut self, heard: Heard, now: Timestamp) -> Option<Door> {
        match self.stage.clone() {
            Stage::Entering { mut log, .. } => {
                log.push(heard);
                self.enter(log, now)
            }
            Stage::Leaving { pass, era, end, mut log, .. } => {
                log.push(heard);
                self.leave((pass, era), end, log, now);
                None
            }
            Stage::Idle | Stage::Calling { .. } => unreachable!("it asked for nothing"),
        }
    }

    fn enter(&mut self, log: Vec<Heard>, now: Timestamp) -> Option<Door> {
        let (memory, found) = (Memory::clone(&self.memory), Cell::new(None));
        let (token, destination) = (self.token(), destination());
        let (log, at) = Replay::run(log, here(token, now), async |ports| {
            found.set(Some(enter(ports, &memory, &destination, token, LEASE).await?));
            Ok(())
        });
        self.stage = match at {
            Stand::At(_) => Stage::Entering { log, at },
            Stand::Over(_) => {
                self.memory = Kept::new(memory);
                Stage::Idle
            }
        };
        found.get()
    }

    fn leave(&mut self, (pass, era): (Pass, u32), end: End, log: Vec<Heard>, now: Timestamp) {
        let (memory, destination) = (Memory::clone(&self.memory), destination());
        let answer = answer(end);
        let (log, at) = Replay::run(log, here(self.token(), now), async |ports| {
            leave(ports, &memory, &destination, pass, &answer).await
        });
        self.stage = match at {
            Stand::At(_) => Stage::Leaving { pass, era, end, log, at },
            Stand::Over(_) => {
                self.memory = Kept::new(memory);
                Stage::Idle
            }
        };
    }
}

fn here(token: Token, now: Timestamp) -> Here {
    Here { now, token, jitter: Jitter(0), gated: true }
}

fn destination() -> Destination {
    let second = std::time::Duration::from_secs(1);
    let policy = BreakerPolicy {
        consecutive: 1,
        share: 100,
        volume: 1_000,
        window: 60 * second,
        open_for: second,
        open_at_most: 2 * second,
    };
    let integration = sample::integration(sample::keyed(), sample::waits(&[]));
    let catalog = sample::catalog(&integration);
    let destination = &catalog.destinations[&DestinationName::new("finance-api")];
    Destination { breaker: Some(policy), ..destination.clone() }
}

fn answer(end: End) -> Answer {
    match end {
        End::Fine => Answer::Replied(Reply::plain(201, None, "")),
        End::Bad => Answer::Lost(Lost::Timeout),
        End::NotMade => Answer::NotSent(NotSent::NoTime),
    }
}
