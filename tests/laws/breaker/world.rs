//! A world of the breaker: one destination's gate, dispatchers, and what an onlooker has seen.

use fairlead_core::{
    gate::{Breaker, Gate},
    id::Version,
};
use jiff::Timestamp;

use super::{
    dispatcher::{Dispatcher, Stage},
    model::Bounds,
};
use crate::kept::Kept;

/// Everything that can be told apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) gate: Option<Kept<Gate>>,
    pub(crate) dispatchers: Vec<Dispatcher>,
    /// What may still happen.
    pub(crate) left: Bounds,
    pub(crate) seen: Seen,
}

/// What an onlooker who sees every call and every write remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Seen {
    /// Some call went badly.
    pub(crate) failure: bool,
    /// How often the breaker has changed.
    pub(crate) era: u32,
    /// When the breaker opened last; none while it is closed.
    pub(crate) opened_at: Option<Timestamp>,
    /// Probes that went well since then.
    pub(crate) good: u32,
    /// It opened and closed again.
    pub(crate) healed: bool,
    /// A probe was made after another prober had died.
    pub(crate) replaced: bool,
    /// The first law that was broken by a step.
    pub(crate) broken: Option<&'static str>,
}

impl World {
    pub(crate) fn begin(bounds: Bounds) -> Self {
        Self {
            now: Timestamp::UNIX_EPOCH,
            gate: None,
            dispatchers: (0..bounds.dispatchers).map(Dispatcher::fresh).collect(),
            left: bounds,
            seen: Seen::default(),
        }
    }

    /// The breaker as it stands in the ledger.
    pub(crate) fn breaker(&self) -> Breaker {
        self.gate.as_ref().map_or(Breaker::Closed, |gate| gate.breaker.clone())
    }

    pub(crate) fn version(&self) -> Version {
        self.gate.as_ref().map_or(Version(0), |gate| gate.version)
    }

    /// Probes that are being made, by dispatchers that live.
    pub(crate) fn probes(&self) -> usize {
        let probes = |one: &&Dispatcher| matches!(one.stage, Stage::Calling { probe: true, .. });
        self.dispatchers.iter().filter(probes).count()
    }

    pub(crate) fn broke(&mut self, law: &'static str) {
        self.seen.broken.get_or_insert(law);
    }
}
