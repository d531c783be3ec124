//! A worker: one function at work on one ticket, as far as it has come. Its code is the real one, replayed.

use fairlead_core::{
    accept::accept,
    decide::Input,
    door::Memory,
    drive::{Rules, drive, drive_entry},
    entry::Entry,
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
    setting::Mistake,
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
    saved: Option<Kept<Entry>>,
    /// It repeats an event that came before.
    pub(crate) repeats: bool,
    pub(crate) log: Vec<Heard>,
    pub(crate) stand: Stand,
}

impl Worker {
    pub(crate) fn begin(
        model: &Model,
        world: &World,
        task: Task,
        held: Option<Message>,
    ) -> Kept<Self> {
        let dispatches = matches!(task, Task::Drive(Input::Picked | Input::Ordered(_)));
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
            repeats: false,
            log: vec![],
            stand: Stand::At(Op::Load),
        };
        Kept::new(worker.run_on(model, worker_here(model, world)))
    }

    /// What a ticket makes a function do.
    pub(crate) fn task(message: &Message) -> Task {
        Task::Drive(match (message.ticket.step, &message.ticket.order) {
            (Step::Dispatch, _) | (Step::Retry, None) => Input::Picked,
            (Step::Retry, Some(order)) => Input::Ordered(order.clone()),
            (Step::Due | Step::Render, _) => Input::Due,
            (Step::Alert, _) => Input::Tell { version: message.ticket.version },
        })
    }

    /// The worker after it has heard this: run on, by the real code, to its next operation or its end.
    ///
    /// What becomes of a worker depends on nothing else, so each case is run once only.
    pub(crate) fn hear(
        worker: &Kept<Self>,
        heard: Heard,
        model: &Model,
        world: &World,
    ) -> Kept<Self> {
        let here = worker_here(model, world);
        let case = Kept::new((worker.clone(), heard, here.now, here.token));
        let known = model.memo.lock().expect("no panic holds it").get(&case).cloned();
        known.unwrap_or_else(|| {
            let after = Kept::new(Self::clone(worker).heard(case.1.clone(), model, here));
            model.memo.lock().expect("no panic holds it").insert(case, after.clone());
            after
        })
    }

    fn heard(mut self, heard: Heard, model: &Model, here: Here) -> Self {
        if let (Stand::At(Op::Save(entry, _)), Heard::Done) = (&self.stand, &heard) {
            self.saved = Some(entry.clone());
        }
        let only_read = [Heard::Lost].contains(&heard)
            || matches!(heard, Heard::Loaded(_) | Heard::Exists(_) | Heard::Page(_));
        self.acted |= !only_read;
        self.repeats |= matches!(heard, Heard::Exists(_));
        self.log.push(heard);
        let mut worker = self.turn(model, here);
        if model.setting.mistake == Some(Mistake::AcknowledgesFirst)
            && matches!(worker.stand, Stand::At(Op::Send(..)))
        {
            worker.held = None;
        }
        worker
    }

    /// The driver's loop knows nothing but entry and input when it begins a turn. So a worker whose call was
    /// answered is the same as one that begins with that answer, and worlds that differ in its past become one.
    fn turn(mut self, model: &Model, here: Here) -> Self {
        let on = self.clone().run_on(model, here);
        let Some(entry) = &self.saved else { return on };
        let Some((token, _)) = entry.life.lease() else { return on };
        let input = match self.log.last() {
            Some(Heard::Called(answer)) => {
                self.heard_success |= judge(answer) == Outcome::Delivered;
                Input::Answered { token, answer: answer.clone(), took: TOOK }
            }
            Some(Heard::Asked(answer, finding)) => {
                let (answer, finding) = (answer.clone(), finding.clone());
                Input::Looked { token, answer, finding, took: TOOK }
            }
            _ => return on,
        };
        let task = Task::Resume { input, entry: entry.clone() };
        let turned = Self { task, log: vec![], ..self }.run_on(model, here);
        assert_eq!(turned.stand, on.stand, "a turn depends on more than entry and input");
        turned
    }

    /// Runs the real code over the log.
    fn run_on(mut self, model: &Model, here: Here) -> Self {
        // The gate has a model of its own; here every destination is healthy.
        let memory = Memory::default();
        let rules = Rules {
            memory: &memory,
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
            Task::Release => Replay::run(log, here, async |ports| release(ports, &rules).await),
        };
        self.forget_tokens();
        self
    }

    /// A token that does not stand in what is or will be saved makes no difference.
    fn forget_tokens(&mut self) {
        let owner = |entry: &Kept<Entry>| entry.life.lease().map(|(token, _)| token);
        let to_save = match &self.stand {
            Stand::At(Op::Save(entry, _)) => owner(entry),
            _ => None,
        };
        let saved = self.saved.as_ref().and_then(owner);
        for heard in &mut self.log {
            if let Heard::Drawn(token) = heard
                && Some(*token) != to_save
                && Some(*token) != saved
            {
                *token = Token(Uuid::nil());
            }
        }
    }

    fn has_drawn(&self, base: u128) -> bool {
        self.log
            .iter()
            .any(|heard| matches!(heard, Heard::Drawn(token) if token.0.as_u128() & !0xff == base))
    }

    pub(crate) fn name(&self) -> &'static str {
        match &self.task {
            Task::Accept => "validate",
            Task::Drive(Input::Picked) | Task::Resume { .. } => "dispatch",
            Task::Drive(Input::Ordered(_)) => "dispatch (ordered)",
            Task::Drive(Input::Due) => "retry",
            Task::Drive(_) => "alert",
            Task::Release => "index look",
        }
    }
}

fn worker_here(model: &Model, world: &World) -> Here {
    let (now, token) = (world.now, fresh_token(world));
    Here { now, token, jitter: model.setting.jitter, gated: false }
}

/// A token that neither the ledger nor a worker holds: the version at hand and a number beside it.
fn fresh_token(world: &World) -> Token {
    let version = world.entry.as_ref().map_or(0, |entry| entry.life.version.0);
    let base = |number: u128| u128::from(version) << 16 | number << 8;
    let taken = |number: &u128| world.workers.iter().any(|w| w.has_drawn(base(*number)));
    let number = (1..).find(|number| !taken(number)).expect("numbers do not end");
    Token(Uuid::from_u128(base(number)))
}
