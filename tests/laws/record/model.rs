//! The model that stateright explores: which steps are possible in a world, and what each leads to.

use std::{
    collections::BTreeSet,
    io::{Write, stderr},
    time::Instant,
};

use fairlead_core::{entry::State, integration::Catalog};
use stateright::{Checker, Expectation, HasDiscoveries, Model as _, Property};

use super::{
    act::order,
    law,
    replay::{Op, Stand},
    setting::Setting,
    worker::Worker,
    world::World,
};

/// How an operation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Well,
    /// The vendor does nothing, and says so.
    Refused,
    /// The vendor says no for good.
    Rejected,
    /// No answer is heard; the request may still land.
    AnswerLost,
    /// The write is not made.
    FailsBefore,
    /// The write is made, and its answer is lost.
    FailsAfter,
}

/// One step of the world. Workers, messages and requests are named by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Pick {
        message: usize,
        copied: bool,
    },
    Do {
        worker: usize,
        how: How,
    },
    Crash {
        worker: usize,
    },
    Land {
        request: usize,
    },
    /// A person looks at a parked delivery, and what she orders comes to dispatch.
    Order {
        entry: usize,
        what: Ordered,
    },
    Tick,
}

/// What a person orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ordered {
    Retry,
    Discard,
}

pub(crate) struct Model {
    pub(crate) setting: Setting,
    pub(crate) catalog: Catalog,
}

/// So many functions are at work at one time.
const WORKERS: usize = 2;

impl Model {
    fn new(setting: Setting) -> Self {
        Self { catalog: setting.catalog(), setting }
    }

    fn of_worker(&self, world: &World, worker: usize, actions: &mut Vec<Action>) {
        actions.push(Action::Do { worker, how: How::Well });
        let left = world.left;
        let ways: &[_] = if world.workers[worker].is_calling() {
            &[
                (How::Refused, left.refusals),
                (How::Rejected, left.rejections),
                (How::AnswerLost, left.losses),
            ]
        } else if world.workers[worker].is_saving() {
            &[(How::FailsBefore, left.failures), (How::FailsAfter, left.failures)]
        } else {
            &[]
        };
        let may = ways.iter().filter(|(_, left)| *left > 0);
        actions.extend(may.map(|(how, _)| Action::Do { worker, how: *how }));
        actions.extend((world.left.crashes > 0).then_some(Action::Crash { worker }));
    }
}

impl stateright::Model for Model {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::begin(&self.setting)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.broken.is_some() {
            return;
        }
        // Nothing that others do depends on when a ticket is sent, so that is done, or the worker dies, first.
        let sends = |worker: &Worker| {
            matches!(worker.stand, Stand::At(Op::Send(..) | Op::Publish | Op::Load(_)))
        };
        if let Some(worker) = world.workers.iter().position(sends) {
            return self.of_worker(world, worker, actions);
        }
        (0..world.workers.len()).for_each(|worker| self.of_worker(world, worker, actions));
        actions.extend((0..world.under_way.len()).map(|request| Action::Land { request }));
        if world.workers.len() < WORKERS {
            let visible =
                world.messages.iter().enumerate().filter(|(_, m)| m.visible_at <= world.now);
            for (message, _) in visible {
                actions.push(Action::Pick { message, copied: false });
                actions.extend(
                    (world.left.copies > 0).then_some(Action::Pick { message, copied: true }),
                );
            }
        }
        if world.left.orders > 0 {
            for (entry, kept) in world.entries.values().enumerate() {
                if matches!(kept.life.state, State::Parked { .. }) {
                    // The last of several orders ends the delivery, which is all that can come too late.
                    let last = world.left.orders == 1 && self.setting.budget.orders > 1;
                    let retry = (!last).then_some(Ordered::Retry);
                    let orders = retry.into_iter().chain([Ordered::Discard]);
                    actions.extend(orders.map(|what| Action::Order { entry, what }));
                }
            }
        }
        if world.left.ticks > 0 && world.next_moment().is_some() {
            actions.push(Action::Tick);
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        match action {
            Action::Pick { message, copied } => {
                let held = world.messages[message].clone();
                if copied {
                    world.left.copies -= 1;
                } else {
                    world.messages.remove(message);
                }
                let same = |worker: &Worker| worker.held.ticket.entry == held.ticket.entry;
                world.doubled |= world.workers.iter().any(same);
                let worker = Worker::begin(self, held, world.now, world.number());
                self.place(&mut world, worker);
            }
            Action::Do { worker, how } => {
                let worker = world.workers.remove(worker);
                self.act(&mut world, worker, how);
            }
            Action::Crash { worker } => {
                world.left.crashes -= 1;
                let worker = world.workers.remove(worker);
                self.die(&mut world, worker);
            }
            Action::Land { request } => {
                let landed = world.under_way.remove(request);
                self.land(&mut world, &landed.entry);
            }
            Action::Order { entry, what } => order(&mut world, entry, what)?,
            Action::Tick => self.tick(&mut world)?,
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        law::all()
    }
}

/// Explores all of a setting's worlds; prints how many, and fails with the way into the first violation.
#[track_caller]
pub(crate) fn holds(setting: Setting) {
    let (name, begun) = (setting.name, Instant::now());
    let checker = Model::new(setting)
        .checker()
        .threads(2)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_bfs()
        .join();
    let found = checker.discoveries();
    let worlds = checker.unique_state_count();
    tell(&format!("law: {name}: {worlds} worlds ({:.1} s)", begun.elapsed().as_secs_f32()));
    for law in law::all() {
        let path = found.get(law.name);
        match law.expectation {
            Expectation::Always => {
                let way = path.map(|path| steps(path.clone()));
                assert_eq!(way, None, "{name}: \"{}\" is broken", law.name);
            }
            // Laws that hold because nothing ever happens would say nothing.
            Expectation::Sometimes | Expectation::Eventually => {
                assert!(path.is_some(), "{name}: never: {}", law.name);
            }
        }
    }
}

/// Explores a setting with a seeded mistake until this law is broken.
#[track_caller]
pub(crate) fn caught(setting: Setting, law: &'static str) {
    let name = setting.name;
    let checker = Model::new(setting)
        .checker()
        .threads(2)
        .finish_when(HasDiscoveries::AnyOf(BTreeSet::from([law])))
        .spawn_bfs()
        .join();
    let path = checker.discovery(law).unwrap_or_else(|| panic!("{name}: \"{law}\" holds"));
    let steps = steps(path);
    tell(&format!("mistake: {name}: caught by \"{law}\" in {} steps", steps.lines().count()));
}

fn steps(path: stateright::Path<World, Action>) -> String {
    path.into_actions().into_iter().map(|action| format!("{action:?}\n")).collect()
}

/// Written past the test harness, which would keep it back.
fn tell(line: &str) {
    // Who reads no standard error misses nothing but the numbers.
    let _ = writeln!(stderr(), "{line}");
}
