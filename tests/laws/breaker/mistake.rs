//! Seeded mistakes: each must be caught by a law, by name, or the laws are too weak.

use fairlead_core::gate::{Breaker, Gate, Probe};
use jiff::Timestamp;

use super::{caught, dispatcher::Stage, law, model::Bounds};

/// What is wrong with the breaker, seen from the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// A save replaces whatever version lies there.
    SavesBlindly,
    /// Half-open is taken for closed: all pass.
    HalfOpenIsClosed,
    /// A prober's lease never ends.
    EndlessLease,
    /// A late answer is taken for one of now.
    NoEras,
    /// One good probe closes.
    OneProbeIsEnough,
    /// An open breaker is taken for a closed one that has failed a little: nothing is stopped.
    NeverStops,
    /// Successes are written down although nothing is wrong.
    CountsSuccesses,
}

impl Mistake {
    /// The gate as a dispatcher sees it.
    pub(crate) fn shown(self, gate: Option<Gate>, stage: &Stage) -> Option<Gate> {
        match (self, gate) {
            (Self::HalfOpenIsClosed, Some(gate)) => match gate.breaker {
                Breaker::HalfOpen { .. } => Some(Gate { breaker: Breaker::Closed, ..gate }),
                Breaker::Closed | Breaker::Open { .. } => Some(gate),
            },
            (Self::NoEras, Some(gate)) => match stage {
                Stage::Leaving { pass, .. } => Some(Gate { era: pass.era(), ..gate }),
                Stage::Idle | Stage::Entering { .. } | Stage::Calling { .. } => Some(gate),
            },
            (Self::NeverStops, Some(gate)) => Some(Gate { breaker: Breaker::Closed, ..gate }),
            (Self::CountsSuccesses, gate) => Some(Gate { failures: 1, ..gate.unwrap_or_default() }),
            (_, gate) => gate,
        }
    }

    /// The gate as it is written.
    pub(crate) fn saved(self, gate: &Gate) -> Gate {
        let gate = gate.clone();
        match (self, &gate.breaker) {
            (Self::EndlessLease, Breaker::HalfOpen { probe: Some(probe), good }) => {
                let probe = Some(Probe { until: Timestamp::MAX, ..*probe });
                Gate { breaker: Breaker::HalfOpen { probe, good: *good }, ..gate }
            }
            (Self::OneProbeIsEnough, Breaker::HalfOpen { probe: None, good: 1.. }) => {
                Gate { breaker: Breaker::Closed, ..gate }
            }
            _ => gate,
        }
    }
}

fn bounds() -> Bounds {
    Bounds { dispatchers: 2, calls: 3, crashes: 1, failures: 0, ticks: 3 }
}

#[test]
fn two_that_save_over_each_other_both_probe() {
    caught(Mistake::SavesBlindly, bounds(), law::ONE_PROBE);
}

#[test]
fn a_half_open_breaker_that_lets_all_through() {
    caught(Mistake::HalfOpenIsClosed, bounds(), law::STOPPED);
}

#[test]
fn a_lease_that_dies_with_its_prober() {
    caught(Mistake::EndlessLease, bounds(), law::NOT_STRANDED);
}

#[test]
fn a_late_success_that_closes_what_has_opened_since() {
    // One call that is late, one that fails, and two probes.
    let bounds = Bounds { calls: 4, crashes: 0, ticks: 1, ..bounds() };
    caught(Mistake::NoEras, bounds, law::OWN_ERA);
}

#[test]
fn one_good_probe_that_closes() {
    caught(Mistake::OneProbeIsEnough, bounds(), law::GOOD_PROBES);
}

#[test]
fn an_open_breaker_that_stops_nothing() {
    caught(Mistake::NeverStops, bounds(), law::STOPPED);
}

#[test]
fn successes_that_are_written_down() {
    caught(Mistake::CountsSuccesses, bounds(), law::HEALTHY);
}
