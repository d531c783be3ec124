//! A worker: one function at work on one ticket, as far as it has come. Its code is the real one, replayed.

use fairlead_core::{
    accept::accept,
    decide::Input,
    drive::{Rules, drive, drive_entry},
    entry::{Entry, State},
    id::Token,
    outcome::{Outcome, judge},
    release::release,
    ticket::Step,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    kept::Kept,
    model::Model,
    replay::{Heard, Here, Op, Replay, Stand, TOOK},
    world::{Message, World},
};

/// What a worker runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Task {
    /// validate: accept the event.
    Accept,
    /// dispatch, retry or alert: drive the delivery.
    Drive(Input),
    /// The same from the middle, where nothing before matters any more.
    Resume { input: Input, entry: Kept<Entry> },
    /// retry's schedule: look at the due index.
    Release,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Worker {
    pub(crate) task: Task,
    /// The integration was in the bundle that it runs.
    pub(crate) bundled: bool,
    /// Its ticket, invisible until it is done.
    pub(crate) held: Option<Message>,
    /// When its function ends, whatever it does.
    pub(crate) dies_at: Timestamp,
    /// Something of what it did remains when it dies.
    pub(crate) acted: bool,
    /// It has heard the vendor say that it has the delivery.
    pub(crate) heard_success: bool,
    /// What it has saved last.
    pub(crate) saved: Option<Kept<Entry>>,
    pub(crate) log: Vec<Heard>,
    pub(crate) stand: Stand,
}

impl Worker {
    pub(crate) fn begin(model: &Model, world: &World, task: Task, held: Option<Message>) -> Self {
        let dispatches = matches!(task, Task::Drive(Input::Picked | Input::Retry(_)));
        let dies_at = if model.setting.immortal || !dispatches {
            Timestamp::MAX
        } else {
            world.now + model.setting.lease - std::time::Duration::from_secs(5)
        };
        let worker = Self {
            task,
            bundled: world.bundled,
            held,
            dies_at,
            acted: false,
            heard_success: false,
            saved: None,
            log: vec![],
            stand: Stand::At(Op::Load),
        };
        worker.run_on(model, world)
    }

    /// What a ticket makes a function do.
    pub(crate) fn task(message: &Message) -> Task {
        Task::Drive(match (message.ticket.step, &message.ticket.order) {
            (Step::Dispatch, _) | (Step::Retry, None) => Input::Picked,
            (Step::Retry, Some(order)) => Input::Retry(order.clone()),
            (Step::Due, _) => Input::Due,
            (Step::Alert, _) => Input::Tell,
        })
    }

    /// Runs the real code over the log, up to the next operation or the end.
    pub(crate) fn run_on(mut self, model: &Model, world: &World) -> Self {
        let here = Here { now: world.now, token: self.token(world), jitter: model.setting.jitter };
        let rules = Rules {
            catalog: if self.bundled { &model.catalog } else { &model.empty },
            lease: model.setting.lease,
            decide: model.setting.decide,
        };
        let hops = self.held.as_ref().map_or(0, |message| message.ticket.hops);
        let log = std::mem::take(&mut self.log);
        (self.log, self.stand) = match &self.task {
            Task::Accept => Replay::run(log, here, async |ports| {
                accept(ports, &rules, &model.integration, model.submission.clone()).await
            }),
            Task::Drive(input) => Replay::run(log, here, async |ports| {
                drive(ports, &rules, &model.key, input.clone(), hops).await
            }),
            Task::Resume { input, entry } => Replay::run(log, here, async |ports| {
                drive_entry(ports, &rules, Entry::clone(entry), input.clone(), hops).await
            }),
            Task::Release => {
                Replay::run(log, here, async |ports| release(ports, &rules).await)
            }
        };
        self
    }

    /// A token that neither the ledger nor another worker holds: the version at hand and a number beside it.
    fn token(&self, world: &World) -> Token {
        let version = world.entry.as_ref().map_or(0, |entry| entry.life.version.0);
        let base = |number: u128| u128::from(version) << 16 | number << 8;
        let taken = |number: &u128| {
            world.workers.iter().any(|worker| worker.has_drawn(base(*number)))
                || self.has_drawn(base(*number))
        };
        let number = (0..).find(|number| !taken(number)).expect("numbers do not end");
        Token(Uuid::from_u128(base(number)))
    }

    fn has_drawn(&self, base: u128) -> bool {
        self.log.iter().any(
            |heard| matches!(heard, Heard::Drawn(token) if token.0.as_u128() & !0xff == base),
        )
    }

    /// The driver's loop knows nothing but entry and input when it begins a turn. So a worker whose call was
    /// answered is the same as one that begins with that answer, and worlds that differ in its past become one.
    pub(crate) fn turn(mut self, model: &Model, world: &World) -> Self {
        let on = self.clone().run_on(model, world);
        let (Some(Heard::Called(answer)), Some(entry)) = (self.log.last(), &self.saved) else {
            return on;
        };
        let State::Sending { token, .. } = entry.life.state else { return on };
        let (answer, took) = (answer.clone(), TOOK);
        self.heard_success |= judge(&answer) == Outcome::Delivered;
        let input = Input::Answered { token, answer, took };
        let task = Task::Resume { input, entry: entry.clone() };
        let turned = Self { task, log: vec![], ..self }.run_on(model, world);
        assert_eq!(turned.stand, on.stand, "a turn depends on more than entry and input");
        turned
    }

    pub(crate) fn name(&self) -> &'static str {
        match &self.task {
            Task::Accept => "validate",
            Task::Drive(Input::Picked) | Task::Resume { .. } => "dispatch",
            Task::Drive(Input::Retry(_)) => "dispatch (ordered)",
            Task::Drive(Input::Due) => "retry",
            Task::Drive(_) => "alert",
            Task::Release => "index look",
        }
    }
}

