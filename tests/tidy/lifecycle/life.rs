//! Representative lives, and what `decide` makes of one and an input.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    decide::{Closed, Input, Moment, Policy, decide},
    entry::{End, Held, Life, State},
    id::{Token, Version},
    integration::Dedupe,
    obstacle::Obstacle,
    wait::Jitter,
};
use fairlead_tests::sample;
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use super::cell;

/// An hour after every delivery was accepted.
pub(super) fn now() -> Timestamp {
    sample::noon() + 1.hour()
}

pub(super) fn soon() -> Timestamp {
    now() + 10.minutes()
}

pub(super) fn over() -> Timestamp {
    now() - 1.minute()
}

/// The lease of the dispatcher that is heard of.
pub(super) const OURS: Token = Token(Uuid::from_u128(1));

pub(super) fn life(state: State) -> Life {
    Life { state, version: Version(7), attempts: 1, ..Life::begin(sample::noon()) }
}

/// Every state that a delivery can be in.
pub(super) fn lives() -> Vec<(&'static str, Life)> {
    let waiting = |due_at, held| life(State::Waiting { due_at, held });
    let parked = |told| life(State::Parked { class: Class::Exhausted, since: over(), told });
    vec![
        ("accepted", Life::begin(sample::noon())),
        ("sending, lease runs", life(State::Sending { token: OURS, until: soon() })),
        ("sending, lease over", life(State::Sending { token: OURS, until: over() })),
        ("looking, lease runs", life(State::Looking { token: OURS, until: soon() })),
        ("looking, lease over", life(State::Looking { token: OURS, until: over() })),
        ("waiting on a queue, not due", waiting(soon(), Held::Queue)),
        ("waiting on a queue, due", waiting(over(), Held::Queue)),
        ("waiting in the index, not due", waiting(soon(), Held::Index { look_at: soon() })),
        ("waiting in the index, due", waiting(over(), Held::Index { look_at: over() })),
        ("waiting at the gate", waiting(over(), Held::Gate)),
        ("parked, owner not told", parked(false)),
        ("parked, owner told", parked(true)),
        ("delivered", life(State::Delivered)),
        ("superseded, resolved, discarded, edited", life(State::Closed { how: End::Resolved })),
    ]
}

/// Only what is being looked for can be asked about here; a vendor that knows no keys and cannot be asked parks.
fn doubtful(life: &Life) -> bool {
    matches!(life.state, State::Looking { .. })
}

/// What stands against a call.
#[derive(Default)]
pub(super) struct Against {
    pub(super) closed: Option<Closed>,
    pub(super) obstacle: Option<Obstacle>,
}

/// What `decide` makes of this, in words.
pub(super) fn met(life: &Life, input: &Input, dedupe: &Dedupe, against: Against) -> String {
    let retry = sample::waits(&[60, 300]);
    let lookup = sample::lookup_after(Duration::ZERO);
    let asks = (*dedupe == Dedupe::None && doubtful(life)).then_some(&lookup);
    let policy = Policy { dedupe, lookup: asks, retry: &retry, lease: Duration::from_secs(35) };
    let token = Token(Uuid::from_u128(2));
    let Against { closed, obstacle } = against;
    let moment = Moment { now: now(), token, jitter: Jitter(0), hops: 0, closed, obstacle };
    cell::text(life, &decide(life, input, Some(&policy), &moment))
}
