//! What a destination allows now: the breaker and the pause, shared by all dispatchers through the ledger.
//!
//! Pure like everything here: each step says what to save, and a save that loses its race is decided again.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{Token, Version},
    outcome::{Answer, Outcome, Reason, judge},
    span::{self, after},
};

/// The gate of one destination: one small item of the ledger. A healthy destination has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Gate {
    /// Counts the writes; 0 while there is no item.
    pub version: Version,
    /// Counts the breaker's changes; an answer to a call of an earlier era changes nothing.
    pub era: u32,
    /// What the breaker allows.
    pub breaker: Breaker,
    /// Failures without a success in between.
    pub failures: u32,
    /// Recent failures and successes.
    pub window: Window,
    /// How often the breaker has opened since it last closed; each time it stays open longer.
    pub trips: u32,
    /// A person, or a refused credential, has stopped all calls.
    pub pause: Option<Pause>,
}

/// What the breaker allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breaker {
    /// Every call.
    #[default]
    Closed,
    /// None before this time.
    Open {
        /// When one probe may be made.
        until: Timestamp,
    },
    /// One probe at a time.
    HalfOpen {
        /// Who is making it, and when that lease ends; `None` between two probes.
        probe: Option<Probe>,
        /// Probes that went well.
        good: u32,
    },
}

/// The lease of the one call through a half-open breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Probe {
    /// The prober.
    pub token: Token,
    /// When its lease ends; a prober that is not heard of by then is replaced.
    pub until: Timestamp,
}

/// Recent calls, counted only while something fails: a healthy destination costs no write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// When it began; `None` before the first failure.
    pub since: Option<Timestamp>,
    /// Failures in it.
    pub failed: u32,
    /// Successes in it, as far as they were reported along with a failure.
    pub fine: u32,
}

/// All calls are stopped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pause {
    /// Who stopped them.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

impl Pause {
    /// The vendor has refused a credential that was read a moment ago.
    pub fn refused(since: Timestamp) -> Self {
        let reason = "the vendor refuses the credential".to_owned();
        Self { by: "fairlead".to_owned(), reason, since }
    }
}

/// When the breaker opens, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BreakerPolicy {
    /// Opens after this many failures without a success in between.
    pub consecutive: u32,
    /// Opens when at least this share of the calls in the window failed, in percent.
    pub share: u8,
    /// The share says nothing while the window holds fewer calls than this.
    pub volume: u32,
    /// The window's length.
    #[serde(with = "span::millis")]
    pub window: Duration,
    /// How long it stays open the first time; doubled each time after.
    #[serde(with = "span::millis")]
    pub open_for: Duration,
    /// How long it stays open at most.
    #[serde(with = "span::millis")]
    pub open_at_most: Duration,
}

impl Default for BreakerPolicy {
    /// The defaults of Powertools (5 consecutive, 30 s); the share of Resilience4j, held to twenty calls and a minute.
    fn default() -> Self {
        Self {
            consecutive: 5,
            share: 50,
            volume: 20,
            window: Duration::from_secs(60),
            open_for: Duration::from_secs(30),
            open_at_most: Duration::from_secs(900),
        }
    }
}

/// Probes that must go well, one after the other, before the breaker closes.
pub const GOOD_PROBES: u32 = 2;

impl Gate {
    /// Nothing is wrong, so a success changes nothing.
    pub fn is_quiet(&self) -> bool {
        self.breaker == Breaker::Closed && self.failures == 0
    }
}

/// What a dispatcher may do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Call.
    Go,
    /// Save this gate, and call if that was done: the call is the probe.
    Probe(Gate),
    /// Do not call; ask again then.
    Wait(Timestamp),
    /// Do not call; a person will say when.
    Paused,
}

/// Asks the gate on behalf of the holder of `token`, whose call would end within `lease`.
pub fn ask(gate: &Gate, token: Token, lease: Duration, now: Timestamp) -> Permit {
    if gate.pause.is_some() {
        return Permit::Paused;
    }
    match &gate.breaker {
        Breaker::Closed => Permit::Go,
        Breaker::Open { until } if now < *until => Permit::Wait(*until),
        Breaker::HalfOpen { probe: Some(probe), .. } if now < probe.until => {
            Permit::Wait(probe.until)
        }
        Breaker::Open { .. } | Breaker::HalfOpen { .. } => {
            let good = match gate.breaker {
                Breaker::HalfOpen { good, .. } => good,
                Breaker::Closed | Breaker::Open { .. } => 0,
            };
            let mut next = gate.clone();
            next.era += u32::from(matches!(gate.breaker, Breaker::Open { .. }));
            let probe = Some(Probe { token, until: after(now, lease) });
            next.breaker = Breaker::HalfOpen { probe, good };
            Permit::Probe(next)
        }
    }
}

/// What a call says about the destination's health; `None` when it says nothing.
///
/// Only failures to serve count: a refused record is the record's fault, a 429 is the limiter's matter.
pub fn health(answer: &Answer) -> Option<bool> {
    match judge(answer) {
        Outcome::Delivered | Outcome::Rejected => Some(true),
        Outcome::Unknown | Outcome::NoEffect(Reason::Unavailable) => Some(false),
        Outcome::NoEffect(
            Reason::Throttled
            | Reason::Unauthorized
            | Reason::NoCredential
            | Reason::Misconfigured
            | Reason::NoTime,
        ) => None,
    }
}

/// A call that was heard of.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// The era in which it began.
    pub era: u32,
    /// Under whose token it was made.
    pub token: Token,
    /// Whether the destination served it.
    pub fine: bool,
    /// Successes of this function since its last report.
    pub unreported: u32,
}

/// What a call's end changes; `None` when nothing is to be saved.
pub fn heard(gate: &Gate, call: &Heard, policy: &BreakerPolicy, now: Timestamp) -> Option<Gate> {
    if call.era != gate.era {
        return None;
    }
    let mut next = gate.clone();
    match &gate.breaker {
        Breaker::Open { .. } => return None,
        Breaker::Closed if call.fine && gate.failures == 0 => return None,
        Breaker::Closed if call.fine => {
            next.failures = 0;
            next.window.fine += 1 + call.unreported;
        }
        Breaker::Closed => failed(&mut next, call, policy, now),
        Breaker::HalfOpen { probe, .. } if probe.is_none_or(|p| p.token != call.token) => {
            return None;
        }
        Breaker::HalfOpen { good, .. } if call.fine && good + 1 >= GOOD_PROBES => {
            let kept = (gate.version, gate.era + 1, gate.pause.clone());
            next = Gate { version: kept.0, era: kept.1, pause: kept.2, ..Gate::default() };
        }
        Breaker::HalfOpen { good, .. } if call.fine => {
            next.breaker = Breaker::HalfOpen { probe: None, good: good + 1 };
        }
        Breaker::HalfOpen { .. } => open(&mut next, policy, now),
    }
    Some(next)
}

/// The prober did not call after all: another may probe at once. `None` when nothing is to be saved.
pub fn unused(gate: &Gate, token: Token) -> Option<Gate> {
    match &gate.breaker {
        Breaker::HalfOpen { probe: Some(probe), good } if probe.token == token => {
            Some(Gate { breaker: Breaker::HalfOpen { probe: None, good: *good }, ..gate.clone() })
        }
        Breaker::Closed | Breaker::Open { .. } | Breaker::HalfOpen { .. } => None,
    }
}

fn failed(gate: &mut Gate, call: &Heard, policy: &BreakerPolicy, now: Timestamp) {
    let stale = gate.window.since.is_none_or(|since| after(since, policy.window) <= now);
    if stale {
        gate.window = Window { since: Some(now), failed: 0, fine: 0 };
    }
    gate.failures += 1;
    gate.window.failed += 1;
    gate.window.fine += call.unreported;
    let all = gate.window.failed + gate.window.fine;
    let share = u64::from(gate.window.failed) * 100 >= u64::from(all) * u64::from(policy.share);
    if gate.failures >= policy.consecutive || (share && all >= policy.volume) {
        open(gate, policy, now);
    }
}

fn open(gate: &mut Gate, policy: &BreakerPolicy, now: Timestamp) {
    let doubled = policy.open_for.saturating_mul(2u32.saturating_pow(gate.trips));
    gate.breaker = Breaker::Open { until: after(now, doubled.min(policy.open_at_most)) };
    gate.era += 1;
    gate.trips += 1;
    gate.failures = 0;
    gate.window = Window::default();
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const LEASE: Duration = Duration::from_secs(35);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("a time")
    }

    fn token(n: u128) -> Token {
        Token(Uuid::from_u128(n))
    }

    fn call(gate: &Gate, n: u128, fine: bool) -> Heard {
        Heard { era: gate.era, token: token(n), fine, unreported: 0 }
    }

    fn after_failures(count: u32) -> Gate {
        let policy = BreakerPolicy::default();
        (0..count).fold(Gate::default(), |gate, n| {
            heard(&gate, &call(&gate, u128::from(n), false), &policy, at(0)).unwrap_or(gate)
        })
    }

    fn probing(gate: &Gate, n: u128, now: i64) -> Gate {
        match ask(gate, token(n), LEASE, at(now)) {
            Permit::Probe(next) => next,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_healthy_destination_costs_no_write() {
        let gate = Gate::default();
        assert_eq!(ask(&gate, token(1), LEASE, at(0)), Permit::Go);
        assert_eq!(heard(&gate, &call(&gate, 1, true), &BreakerPolicy::default(), at(0)), None);
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_a_success_in_between_does_not() {
        assert_eq!(after_failures(4).breaker, Breaker::Closed);
        assert_eq!(after_failures(5).breaker, Breaker::Open { until: at(30) });
        let policy = BreakerPolicy::default();
        let four = after_failures(4);
        let healed = heard(&four, &call(&four, 9, true), &policy, at(1)).expect("a write");
        let again = heard(&healed, &call(&healed, 9, false), &policy, at(1)).expect("a write");
        assert_eq!(again.breaker, Breaker::Closed);
    }

    #[test]
    fn half_of_enough_calls_opens_it_too() {
        let policy = BreakerPolicy { consecutive: 1_000, ..BreakerPolicy::default() };
        let mut gate = Gate::default();
        for n in 0..10 {
            assert_eq!(gate.breaker, Breaker::Closed, "after {n}");
            let one = Heard { unreported: 1, ..call(&gate, n, false) };
            gate = heard(&gate, &one, &policy, at(0)).expect("a write");
        }
        assert!(matches!(gate.breaker, Breaker::Open { .. }));
    }

    /// Traps P15 and P16: one probe at a time; a dead prober is replaced.
    #[test]
    fn one_probe_is_leased_and_a_dead_prober_replaced() {
        let open = after_failures(5);
        assert_eq!(ask(&open, token(1), LEASE, at(29)), Permit::Wait(at(30)));
        let first = probing(&open, 1, 30);
        assert_eq!(ask(&first, token(2), LEASE, at(31)), Permit::Wait(at(65)));
        let second = probing(&first, 2, 65);
        let policy = BreakerPolicy::default();
        assert_eq!(heard(&second, &call(&second, 1, true), &policy, at(66)), None);
        let good = heard(&second, &call(&second, 2, true), &policy, at(66)).expect("a write");
        assert_eq!(good.breaker, Breaker::HalfOpen { probe: None, good: 1 });
    }

    #[test]
    fn two_good_probes_close_it_and_a_bad_one_opens_it_for_twice_as_long() {
        let policy = BreakerPolicy::default();
        let first = probing(&after_failures(5), 1, 30);
        let bad = heard(&first, &call(&first, 1, false), &policy, at(31)).expect("a write");
        assert_eq!(bad.breaker, Breaker::Open { until: at(31 + 60) });
        let mut gate = bad;
        for n in 0..2 {
            gate = probing(&gate, 10 + n, 100);
            gate = heard(&gate, &call(&gate, 10 + n, true), &policy, at(101)).expect("a write");
        }
        assert_eq!((gate.breaker, gate.trips, gate.failures), (Breaker::Closed, 0, 0));
    }

    /// Trap P15: late results from the closed era do not flip the state.
    #[test]
    fn a_late_answer_of_an_earlier_era_changes_nothing() {
        let policy = BreakerPolicy::default();
        let early = call(&after_failures(4), 7, true);
        let open = after_failures(5);
        assert_eq!(heard(&open, &early, &policy, at(1)), None);
        let half = probing(&open, 8, 30);
        assert_eq!(heard(&half, &Heard { fine: false, ..early }, &policy, at(31)), None);
    }

    #[test]
    fn it_never_stays_open_for_more_than_its_bound() {
        let policy = BreakerPolicy::default();
        let mut gate = after_failures(5);
        let mut now = 0;
        for n in 0..40 {
            now += 10_000;
            gate = probing(&gate, n, now);
            gate = heard(&gate, &call(&gate, n, false), &policy, at(now)).expect("a write");
            let Breaker::Open { until } = gate.breaker else { panic!("{gate:?}") };
            assert!(until <= at(now + 900));
        }
    }

    #[test]
    fn a_pause_stops_everything_and_outlives_the_breaker() {
        let pause = Pause { by: "ada".into(), reason: "upgrade".into(), since: at(0) };
        let gate = Gate { pause: Some(pause), ..Gate::default() };
        assert_eq!(ask(&gate, token(1), LEASE, at(1_000_000)), Permit::Paused);
    }
}
