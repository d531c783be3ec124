//! The order of scenarios that would disturb each other.

use tokio::sync::{Semaphore, SemaphorePermit, watch};

use super::scenario::Scenario;

/// A stage begins when no scenario holds an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Functions are killed.
    Kill,
    /// Scenarios that do not disturb each other: most of them.
    Together,
    /// A rate is measured: needs a machine that does nothing else.
    Paced,
    /// A key is rotated: needs a dispatch that does nothing else.
    Rotate,
    /// How long deliveries take is measured: needs a machine that does nothing else.
    Measured,
    /// A webhook's key is rotated: its deliveries would start a dispatch beside the one of `Rotate`.
    RotateHook,
    /// Nothing moves any more; looks back at all that was before.
    After,
    /// Nothing is said any more; looks through all that was.
    Last,
}

/// How many there are.
const STAGES: usize = Stage::Last as usize + 1;

/// So many scenarios run at once. They mostly wait, but when all begin at the same moment, two cores start so many
/// functions that none has time left for its call.
const AT_ONCE: usize = 16;

/// How many scenarios still hold each stage.
#[derive(Debug)]
pub(crate) struct Stages {
    left: watch::Sender<[usize; STAGES]>,
    room: Semaphore,
}

impl Stages {
    /// For these scenarios and no others: one that was filtered out is not waited for.
    pub(crate) fn of(chosen: &[Scenario]) -> Self {
        let mut left = [0; STAGES];
        chosen.iter().flat_map(|one| one.stages).for_each(|stage| left[*stage as usize] += 1);
        Self { left: watch::Sender::new(left), room: Semaphore::new(AT_ONCE) }
    }

    /// Waits until the first of `stages` begins, and holds all of them until the answer is dropped.
    pub(crate) async fn enter(&self, stages: &'static [Stage]) -> Held<'_> {
        let mut held = Held { of: self, stages, room: None };
        let first = stages.first().map_or(0, |stage| *stage as usize);
        // The sender lives as long as `self`, so this can only end well.
        let _ = self.left.subscribe().wait_for(|left| left[..first].iter().all(|n| *n == 0)).await;
        held.room = self.room.acquire().await.ok();
        held
    }

    /// Gives up a stage before the scenario ends.
    pub(crate) fn leave(&self, stage: Stage) {
        self.left.send_modify(|left| left[stage as usize] = left[stage as usize].saturating_sub(1));
    }
}

/// The stages that a scenario holds.
pub(crate) struct Held<'a> {
    of: &'a Stages,
    stages: &'static [Stage],
    room: Option<SemaphorePermit<'a>>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        drop(self.room.take());
        self.stages.iter().for_each(|stage| self.of.leave(*stage));
    }
}
