//! The model that stateright explores: which steps are possible in a world, and what each leads to.

use std::{mem::discriminant, time::Duration};

use fairlead_core::{
    door::Door,
    gate::{Breaker, Gate},
    id::Version,
    span::after,
};
use stateright::Property;

use super::{
    dispatcher::{End, Stage},
    law,
    mistake::Mistake,
    world::World,
};
use crate::{
    kept::Kept,
    replay::{Heard, Op, Stand},
};

/// How long a call's lease is; its function ends before that.
pub(crate) const LEASE: Duration = Duration::from_secs(2);

/// How long the breaker stays open at most.
pub(crate) const OPEN_AT_MOST: Duration = Duration::from_secs(2);

const TICK: Duration = Duration::from_secs(1);

/// What may happen, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Bounds {
    /// Function instances at work at the same time.
    pub(crate) dispatchers: u8,
    /// Calls in all.
    pub(crate) calls: u8,
    /// Dispatchers that die, wherever they stand.
    pub(crate) crashes: u8,
    /// Writes that fail, before their effect or after it.
    pub(crate) failures: u8,
    /// Seconds.
    pub(crate) ticks: u8,
}

/// How an operation on the ledger goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Well,
    FailsBefore,
    FailsAfter,
}

/// One step of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// A dispatcher wants to call.
    Ask(usize),
    /// Its read or write is done.
    Do(usize, How),
    /// Its call ends.
    End(usize, End),
    /// It dies.
    Crash(usize),
    /// A second passes.
    Tick,
}

pub(crate) struct Model {
    bounds: Bounds,
    mistake: Option<Mistake>,
}

impl Model {
    pub(crate) fn new(bounds: Bounds, mistake: Option<Mistake>) -> Self {
        Self { bounds, mistake }
    }

    /// What the ledger answers; the gate that is saved is judged by the laws about steps.
    fn answer(&self, world: &mut World, place: usize, op: &Op, how: How) -> Heard {
        match op {
            Op::Gate => Heard::Gate(self.shown(world, place)),
            Op::SaveGate(gate, replaces) => self.save(world, place, gate, *replaces, how),
            other => unreachable!("the door does not {other:?}"),
        }
    }

    fn shown(&self, world: &World, place: usize) -> Option<Kept<Gate>> {
        let gate = world.gate.as_ref().map(|gate| (**gate).clone());
        match self.mistake {
            Some(mistake) => mistake.shown(gate, &world.dispatchers[place].stage).map(Kept::new),
            None => world.gate.clone(),
        }
    }

    fn save(
        &self,
        world: &mut World,
        place: usize,
        gate: &Kept<Gate>,
        replaces: Version,
        how: How,
    ) -> Heard {
        if how == How::FailsBefore {
            return Heard::Failed;
        }
        let blind = self.mistake == Some(Mistake::SavesBlindly);
        if world.version() != replaces && !blind {
            return Heard::Lost;
        }
        let gate = match self.mistake {
            Some(mistake) => Kept::new(mistake.saved(gate)),
            None => gate.clone(),
        };
        judge(world, place, &gate);
        world.gate = Some(gate);
        if how == How::FailsAfter { Heard::Failed } else { Heard::Done }
    }

    /// A dispatcher that was let in calls.
    fn let_in(&self, world: &mut World, place: usize, door: Option<Door>) {
        let Some(Door::Open(pass)) = door else { return };
        let token = world.dispatchers[place].token();
        let probe = match world.breaker() {
            Breaker::HalfOpen { probe, .. } => probe.is_some_and(|probe| probe.token == token),
            Breaker::Closed | Breaker::Open { .. } => false,
        };
        if !probe && world.seen.opened_at.is_some_and(|at| at < world.now) {
            world.broke(law::STOPPED);
        }
        let era = world.seen.era;
        world.dispatchers[place].stage = Stage::Calling { pass, probe, era };
    }
}

/// What an onlooker makes of a gate that is saved over another.
fn judge(world: &mut World, place: usize, new: &Gate) {
    let old = world.breaker();
    if let Stage::Leaving { era, .. } = world.dispatchers[place].stage
        && era != world.seen.era
    {
        world.broke(law::OWN_ERA);
    }
    world.seen.era += u32::from(discriminant(&old) != discriminant(&new.breaker));
    match (&old, &new.breaker) {
        (Breaker::Closed | Breaker::HalfOpen { .. }, Breaker::Open { .. }) => {
            (world.seen.opened_at, world.seen.good) = (Some(world.now), 0);
        }
        (Breaker::Open { .. } | Breaker::HalfOpen { .. }, Breaker::Closed) => {
            if world.seen.good < fairlead_core::gate::GOOD_PROBES {
                world.broke(law::GOOD_PROBES);
            }
            (world.seen.opened_at, world.seen.healed) = (None, true);
        }
        (
            Breaker::HalfOpen { probe: Some(old), .. },
            Breaker::HalfOpen { probe: Some(new), .. },
        ) => {
            world.seen.replaced |= old.token != new.token;
        }
        (Breaker::Closed, Breaker::Closed | Breaker::HalfOpen { .. })
        | (Breaker::Open { .. }, Breaker::Open { .. } | Breaker::HalfOpen { .. })
        | (Breaker::HalfOpen { .. }, Breaker::HalfOpen { .. }) => {}
    }
}

impl stateright::Model for Model {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::begin(self.bounds)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.seen.broken.is_some() {
            return;
        }
        for (place, one) in world.dispatchers.iter().enumerate() {
            match &one.stage {
                Stage::Idle if world.left.calls > 0 => actions.push(Action::Ask(place)),
                Stage::Idle => {}
                Stage::Entering { at, .. } | Stage::Leaving { at, .. } => {
                    actions.push(Action::Do(place, How::Well));
                    if world.left.failures > 0 && matches!(at, Stand::At(Op::SaveGate(..))) {
                        actions.push(Action::Do(place, How::FailsBefore));
                        actions.push(Action::Do(place, How::FailsAfter));
                    }
                }
                Stage::Calling { .. } => actions
                    .extend([End::Fine, End::Bad, End::NotMade].map(|end| Action::End(place, end))),
            }
            if world.left.crashes > 0 && one.stage != Stage::Idle {
                actions.push(Action::Crash(place));
            }
        }
        let next = after(world.now, TICK);
        let outlived =
            world.dispatchers.iter().any(|one| one.stage != Stage::Idle && one.ends_at <= next);
        if world.left.ticks > 0 && !outlived {
            actions.push(Action::Tick);
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        let now = world.now;
        match action {
            Action::Ask(place) => {
                world.left.calls -= 1;
                let door = world.dispatchers[place].begin(now);
                self.let_in(&mut world, place, door);
            }
            Action::Do(place, how) => {
                let (Stage::Entering { at: Stand::At(op), .. }
                | Stage::Leaving { at: Stand::At(op), .. }) = last.dispatchers[place].stage.clone()
                else {
                    return None;
                };
                world.left.failures -= u8::from(how != How::Well);
                let heard = self.answer(&mut world, place, &op, how);
                let door = world.dispatchers[place].hear(heard, now);
                self.let_in(&mut world, place, door);
            }
            Action::End(place, end) => {
                let Stage::Calling { probe, .. } = last.dispatchers[place].stage else {
                    return None;
                };
                world.seen.failure |= end == End::Bad;
                world.seen.good += u32::from(probe && end == End::Fine);
                world.dispatchers[place].end(end, now);
            }
            Action::Crash(place) => {
                world.left.crashes -= 1;
                world.dispatchers[place].die();
            }
            Action::Tick => {
                world.left.ticks -= 1;
                world.now = after(now, TICK);
            }
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        law::all()
    }
}
