//! What one function instance remembers of its destinations between calls. Nothing here must survive it.

use std::{
    collections::BTreeMap,
    hash::{Hash, Hasher},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use super::{FRESH_FOR, REACH, lead::Lead};
use crate::{
    gate::Gate,
    id::DestinationName,
    pace::{Block, Horizon},
    span::after,
};

/// What one function instance remembers of its destinations.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<DestinationName, Known>>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Known {
    gate: Gate,
    read_at: Option<Timestamp>,
    block: Option<Block>,
    fine: Fine,
    lead: Lead,
}

/// Successes since the last report, and since when they are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Fine {
    count: u32,
    since: Option<Timestamp>,
}

impl Fine {
    pub(super) fn count(self) -> u32 {
        self.count
    }
}

impl Memory {
    fn known(&self) -> MutexGuard<'_, BTreeMap<DestinationName, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn gate(&self, of: &DestinationName, now: Timestamp) -> Option<Gate> {
        let known = self.known();
        let found = known.get(of)?;
        (now < after(found.read_at?, FRESH_FOR)).then(|| found.gate.clone())
    }

    pub(super) fn remember(&self, of: &DestinationName, gate: &Gate, now: Timestamp) {
        let mut known = self.known();
        let entry = known.entry(of.clone()).or_default();
        entry.gate = gate.clone();
        entry.read_at = Some(now);
    }

    pub(super) fn forget(&self, of: &DestinationName) {
        if let Some(found) = self.known().get_mut(of) {
            found.read_at = None;
        }
    }

    /// A slot that is not over yet when a call is ready that is begun now.
    pub(super) fn slot(&self, of: &DestinationName, now: Timestamp) -> Option<Timestamp> {
        let mut known = self.known();
        let known = known.get_mut(of)?;
        let ready = after(now, known.lead.likely());
        known.block.as_mut()?.take(ready)
    }

    /// Which slots a call that is begun now has use for.
    pub(super) fn horizon(&self, of: &DestinationName) -> Horizon {
        let lead = self.known().get(of).map(|known| known.lead).unwrap_or_default();
        Horizon { lead: lead.long(), reach: REACH }
    }

    /// A call took so long to be made ready.
    pub(super) fn met(&self, of: &DestinationName, took: Duration) {
        let mut known = self.known();
        let lead = &mut known.entry(of.clone()).or_default().lead;
        *lead = lead.met(took);
    }

    pub(super) fn booked(&self, of: &DestinationName, block: Block) {
        self.known().entry(of.clone()).or_default().block = Some(block);
    }

    /// Counts a success; those of a window that is over say nothing of the vendor's health now.
    pub(super) fn count_fine(&self, of: &DestinationName, window: Duration, now: Timestamp) {
        let mut known = self.known();
        let fine = &mut known.entry(of.clone()).or_default().fine;
        if fine.since.is_none_or(|since| after(since, window) <= now) {
            *fine = Fine { count: 0, since: Some(now) };
        }
        fine.count += 1;
    }

    /// The successes of the running window that were not reported yet; they are from now on.
    pub(super) fn take_fine(&self, of: &DestinationName, window: Duration, now: Timestamp) -> Fine {
        let taken = self.known().get_mut(of).map(|known| std::mem::take(&mut known.fine));
        let recent = |fine: &Fine| fine.since.is_some_and(|since| now < after(since, window));
        taken.filter(recent).unwrap_or_default()
    }

    /// Their report was not written, so they are unreported still, in the window that they were counted in.
    pub(super) fn put_back(&self, of: &DestinationName, untold: Fine) {
        let mut known = self.known();
        let fine = &mut known.entry(of.clone()).or_default().fine;
        // Others may have been counted meanwhile.
        let since = [fine.since, untold.since].into_iter().flatten().min();
        *fine = Fine { count: fine.count + untold.count, since };
    }
}

/// A copy as it is now: what another instance would remember that had done the same.
impl Clone for Memory {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.known().clone()))
    }
}

impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        let mine = self.known().clone();
        mine == *other.known()
    }
}

impl Eq for Memory {}

impl Hash for Memory {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.known().hash(state);
    }
}
