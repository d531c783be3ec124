//! The model that stateright explores: which steps are possible in a world, and what each leads to.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
};

use fairlead_core::{
    accept::{Content, Submission},
    entry::State,
    id::{EntryKey, Token, Version},
    integration::{Catalog, Integration},
    ticket::{Act, Order, Queue, Step, Ticket},
    violation::{Contract, Violation},
};
use fairlead_tests::sample;
use jiff::Timestamp;
use stateright::Property;

use crate::{
    kept::Kept,
    law,
    replay::{Heard, Op, Stand},
    setting::Setting,
    vendor::{Reaction, Reply},
    worker::{Task, Worker},
    world::{Message, World},
};

/// How an operation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// As it should.
    Well,
    /// It fails and has no effect.
    FailsBefore,
    /// It takes effect, and that is not heard of.
    FailsAfter,
    /// The due index shows the delivery although it is not due.
    Stale,
    /// The vendor does this.
    Vendor(Reaction),
    /// The vendor, which was asked, says this.
    Says(Reply),
}

/// One step of the world. Workers and messages are named by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// The sender sends the event: validate is started, and its insert goes so.
    Submit { how: How },
    /// A function is started for a visible ticket, and loads the entry.
    Pick { message: usize, copied: bool },
    /// A function is started to look at the due index, and sees it so.
    Look { how: How },
    /// A worker's operation is done, and it runs on to the next.
    Do { worker: usize, how: How },
    /// A worker that is through acknowledges.
    Acknowledge { worker: usize },
    /// A worker dies.
    Crash { worker: usize },
    /// The clock moves on.
    Tick,
    /// A DLQ message goes back to the dispatch queue.
    Redrive { message: usize },
    /// A person has looked and orders a retry.
    Order,
    /// The integration leaves the bundle.
    Remove,
}

pub(crate) struct Model {
    pub(crate) setting: Setting,
    pub(crate) catalog: Catalog,
    pub(crate) empty: Catalog,
    pub(crate) integration: Integration,
    pub(crate) submission: Submission,
    pub(crate) key: EntryKey,
    /// What became of workers so far.
    pub(crate) memo: Mutex<HashMap<Case, Kept<Worker>>>,
}

/// A worker, what it hears, when, and the token it may draw.
pub(crate) type Case = Kept<(Kept<Worker>, Heard, Timestamp, Token)>;

impl Model {
    pub(crate) fn new(setting: Setting) -> Self {
        let mut integration = sample::integration(setting.dedupe.clone(), setting.retry.clone());
        integration.lookup = setting.lookup.clone();
        let mut submission = match &setting.lookup {
            Some(_) => sample::deal_with_question("D-1"),
            None => sample::deal("D-1"),
        };
        if setting.refused {
            submission.content = Content::Violations(vec![Violation {
                pointer: "/data".to_owned(),
                detail: "is missing".to_owned(),
                of: Contract::Event,
            }]);
        }
        Self {
            // Without its destination no gate is asked: the gate has a model of its own.
            catalog: Catalog { destinations: BTreeMap::new(), ..sample::catalog(&integration) },
            empty: Catalog::default(),
            key: EntryKey::of(&integration.name, &submission.idempotency_key),
            integration,
            submission,
            setting,
            memo: Mutex::default(),
        }
    }

    fn of_worker(&self, world: &World, worker: usize, actions: &mut Vec<Action>) {
        let at = &world.workers[worker];
        match &at.stand {
            Stand::At(op) => {
                actions.extend(self.ways(op, world).map(|how| Action::Do { worker, how }));
            }
            Stand::Over(_) => actions.push(Action::Acknowledge { worker }),
        }
        // One that has left no trace may as well not have begun.
        if world.left.crashes > 0 && at.acted {
            actions.push(Action::Crash { worker });
        }
    }

    fn ways(&self, op: &Op, world: &World) -> impl Iterator<Item = How> + use<> {
        let reactions = if matches!(op, Op::Call) { self.setting.reactions } else { &[] };
        let fails = world.left.failures > 0
            && matches!(op, Op::Insert(_) | Op::Save(..) | Op::Send(..) | Op::Publish);
        let stale = world.left.stale_pages > 0 && matches!(op, Op::Look) && world.entry.is_some();
        let replies = if matches!(op, Op::Ask) { Reply::ALL } else { &[] };
        (!matches!(op, Op::Call | Op::Ask))
            .then_some(How::Well)
            .into_iter()
            .chain(fails.then_some(How::FailsBefore))
            .chain(fails.then_some(How::FailsAfter))
            .chain(stale.then_some(How::Stale))
            .chain(reactions.iter().map(|reaction| How::Vendor(*reaction)))
            .chain(replies.iter().map(|reply| How::Says(*reply)))
    }

    fn of_free_workers(&self, world: &World, actions: &mut Vec<Action>) {
        if world.left.submissions > 0 {
            let fails = world.left.failures > 0;
            actions.push(Action::Submit { how: How::Well });
            actions.extend(fails.then_some(Action::Submit { how: How::FailsAfter }));
        }
        let mut before = None;
        for (message, at) in world.messages.iter().enumerate() {
            let first = before.replace(at) != Some(at);
            if first && at.queue != Queue::Dlq && at.visible_at <= world.now {
                actions.push(Action::Pick { message, copied: false });
                if world.left.copies > 0 {
                    actions.push(Action::Pick { message, copied: true });
                }
            }
        }
        if world.left.looks > 0 && world.is_due() {
            actions.push(Action::Look { how: How::Well });
        } else if world.left.looks > 0 && world.left.stale_pages > 0 && world.entry.is_some() {
            actions.push(Action::Look { how: How::Stale });
        }
    }

    fn of_people_and_time(&self, world: &World, actions: &mut Vec<Action>) {
        if world.left.ticks > 0 && world.next_moment(&self.setting).is_some() {
            actions.push(Action::Tick);
        }
        if world.left.redrives > 0 {
            let on_dlq = world.messages.iter().enumerate().filter(|(_, m)| m.queue == Queue::Dlq);
            actions.extend(on_dlq.map(|(message, _)| Action::Redrive { message }));
        }
        let parked = matches!(world.state(), Some(State::Parked { .. }));
        let nothing_there = world.vendor.effects == 0 && world.vendor.late_at.is_none();
        if world.left.orders > 0 && parked && nothing_there && world.workers.is_empty() {
            actions.push(Action::Order);
        }
        if world.left.removals > 0 && world.bundled {
            actions.push(Action::Remove);
        }
    }

    fn order(&self, world: &mut World) {
        let Some(entry) = world.entry.clone() else { return };
        world.left.orders -= 1;
        let mut ticket = Ticket::new(Step::Retry, entry.key.clone(), entry.id);
        let version = Version(entry.life.version.0);
        let (by, reason) = ("kim".to_owned(), "looked, it is not there".to_owned());
        ticket.order = Some(Order { by, reason, version, checked: true, act: Act::Retry });
        world.put(Queue::Dispatch, world.now, Kept::new(ticket));
    }

    fn start(&self, world: &mut World, message: usize, copied: bool) {
        let held = if copied {
            world.left.copies -= 1;
            world.messages[message].clone()
        } else {
            world.messages.remove(message)
        };
        self.begin(world, Worker::task(&held), Some(held), How::Well);
    }

    /// Starts a worker and does its first operation: had it waited with that, it might as well have started later.
    fn begin(&self, world: &mut World, task: Task, held: Option<Message>, how: How) {
        let worker = Worker::begin(self, world, task, held);
        self.act(world, &worker, how);
    }
}

impl stateright::Model for Model {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::begin(self.setting.budget)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.broken.is_some() {
            return;
        }
        // Nothing that others do depends on when a quiet step is made, so it is made, or the worker dies, first.
        if let Some(worker) = world.workers.iter().position(|worker| worker.stand.is_quiet()) {
            return self.of_worker(world, worker, actions);
        }
        (0..world.workers.len()).for_each(|worker| self.of_worker(world, worker, actions));
        if world.workers.len() < self.setting.workers {
            self.of_free_workers(world, actions);
        }
        self.of_people_and_time(world, actions);
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        match action {
            Action::Submit { how } => {
                world.left.submissions -= 1;
                self.begin(&mut world, Task::Accept, None, how);
            }
            Action::Pick { message, copied } => self.start(&mut world, message, copied),
            Action::Look { how } => {
                world.left.looks -= 1;
                self.begin(&mut world, Task::Release, None, how);
            }
            Action::Do { worker, how } => {
                let worker = world.workers.remove(worker);
                self.act(&mut world, &worker, how);
            }
            Action::Acknowledge { worker } => self.acknowledge(&mut world, worker),
            Action::Crash { worker } => {
                world.left.crashes -= 1;
                self.die(&mut world, worker);
            }
            Action::Tick => self.tick(&mut world)?,
            Action::Redrive { message } => {
                world.left.redrives -= 1;
                let message = world.messages.remove(message);
                world.put(Queue::Dispatch, world.now, message.ticket);
            }
            Action::Order => self.order(&mut world),
            Action::Remove => {
                world.left.removals -= 1;
                world.bundled = false;
            }
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        law::all()
    }
}
