//! The run: functions start on what their queues show, their work is polled in drawn order, and some of it dies.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use fairlead_core::{accept::Accepted, ports::PortError, span::after};

use super::{
    agenda::{Happening, RunId, TaskId},
    fault::Fault,
    hand::{Hand, Instance, Touched},
    law::{About, Law},
    mutation::Mutation,
    place::{Function, Place},
    sqs::Received,
    work::{self, Work},
    world::World,
};

/// What came of a piece of work.
pub(crate) type Done = Result<Option<Accepted>, PortError>;

struct Task {
    future: Pin<Box<dyn Future<Output = Done>>>,
    run: RunId,
    place: usize,
}

/// One invocation of a function.
struct Run {
    instance: Rc<Instance>,
    items: Vec<Item>,
}

/// One piece of its work.
struct Item {
    work: Work,
    received: Option<Received>,
    done: Option<Done>,
    task: TaskId,
    touched: Touched,
}

/// Runs everything.
pub(crate) struct Runner {
    pub(crate) world: Rc<World>,
    tasks: BTreeMap<TaskId, Task>,
    runs: BTreeMap<RunId, Run>,
    idle: BTreeMap<Function, Vec<Rc<Instance>>>,
    number: u64,
}

impl Runner {
    pub(crate) fn new(world: World) -> Self {
        Self {
            world: Rc::new(world),
            tasks: BTreeMap::new(),
            runs: BTreeMap::new(),
            idle: BTreeMap::new(),
            number: 0,
        }
    }

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// How many of a function run now.
    pub(crate) fn running(&self, function: Function) -> usize {
        self.runs.values().filter(|run| run.instance.function == function).count()
    }

    /// A function looks at its queue, unless all its copies are busy.
    pub(crate) fn look(&mut self, place: Place) {
        let Some(function) = place.reader() else { return };
        let world = Rc::clone(&self.world);
        let busy = self.running(function) >= world.plan.copies;
        let mut inside = world.inside.borrow_mut();
        let inside = &mut *inside;
        let now = inside.now;
        if inside.queues.next(place).is_none_or(|next| next > now) {
            return;
        }
        if busy {
            let soon = inside.chance.millis(100, 600);
            return inside.later(soon, Happening::Look(place));
        }
        let (most, restless) = (inside.chance.within(1, 10), inside.weather.restless);
        let batch = inside.queues.receive(place, most, now, &mut inside.chance, restless);
        batch.faults.iter().for_each(|fault| inside.covered.hit(*fault));
        batch.again.iter().for_each(|at| inside.look(place, *at));
        batch.died.iter().for_each(|body| work::died(&world, inside, body));
        if inside.queues.next(place).is_some_and(|next| next <= now) {
            inside.look(place, now);
        }
        if world.is(Mutation::DeleteBeforeSend) {
            batch.received.iter().for_each(|received| inside.queues.delete(received));
        }
        let work = |received: Received| (Work::of(&received), Some(received));
        let items: Vec<_> = batch.received.into_iter().map(work).collect();
        if !items.is_empty() {
            inside.later(Duration::ZERO, Happening::Begin(function, items));
        }
    }

    /// A function begins to work.
    pub(crate) fn start(&mut self, function: Function, items: Vec<(Work, Option<Received>)>) {
        let instance = self.instance(function);
        let run = self.next_number();
        let world = Rc::clone(&self.world);
        let deadline = after(world.now(), function.timeout());
        world.inside.borrow_mut().at(deadline, Happening::Deadline(run));
        let mut kept = Vec::new();
        for (place, (work, received)) in items.into_iter().enumerate() {
            let task = self.next_number();
            let touched = Touched::default();
            touched.borrow_mut().extend(work.key());
            let hand = Hand {
                world: Rc::clone(&world),
                instance: Rc::clone(&instance),
                run,
                task,
                deadline,
                about: RefCell::new(work.key()),
                touched: Rc::clone(&touched),
                knew: Cell::new(world.now()),
                called: Cell::new(None),
            };
            let future = Box::pin(work::perform(hand, work.clone()));
            self.tasks.insert(task, Task { future, run, place });
            world.inside.borrow_mut().later(Duration::ZERO, Happening::Wake(task));
            kept.push(Item { work, received, done: None, task, touched });
        }
        self.runs.insert(run, Run { instance, items: kept });
    }

    /// An idle instance, or a new one.
    fn instance(&mut self, function: Function) -> Rc<Instance> {
        let number = self.next_number();
        let world = Rc::clone(&self.world);
        let mut inside = world.inside.borrow_mut();
        let idle = self.idle.entry(function).or_default();
        if !idle.is_empty() && !inside.chance.percent(10) {
            let at = inside.chance.place(idle.len());
            return idle.swap_remove(at);
        }
        Rc::new(Instance {
            name: format!("{}-{number}", function.word()),
            function,
            memory: fairlead_core::door::Memory::default(),
            catalog: Rc::clone(&inside.bundle),
            skew: Cell::new(work::skew(&mut inside, world.plan.skew)),
            secrets: RefCell::default(),
            paces: RefCell::default(),
            retired: Cell::new(false),
        })
    }

    /// A task runs on to its next request.
    pub(crate) fn wake(&mut self, id: TaskId) {
        let Some(mut task) = self.tasks.remove(&id) else { return };
        let polled = task.future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let dies = self.world.inside.borrow_mut().dies.take();
        match (dies, polled) {
            (Some(run), _) => {
                drop(task);
                self.kill(run);
            }
            (None, Poll::Pending) => {
                self.tasks.insert(id, task);
            }
            (None, Poll::Ready(done)) => {
                let Task { run, place, .. } = task;
                self.finished(run, place, done);
            }
        }
    }

    fn finished(&mut self, id: RunId, place: usize, done: Done) {
        let Some(run) = self.runs.get_mut(&id) else { return };
        let item = &mut run.items[place];
        if done.is_ok() {
            work::ended_well(&self.world, item.task, &item.work);
        } else {
            work::ended_ill(&self.world, &item.touched);
        }
        item.done = Some(done);
        if run.items.iter().any(|item| item.done.is_none()) {
            return;
        }
        let Some(run) = self.runs.remove(&id) else { return };
        for item in &run.items {
            work::answered(&self.world, &item.work, item.done.as_ref());
            if let (Some(received), Some(Ok(_))) = (&item.received, &item.done) {
                work::acknowledge(&self.world, received);
            }
        }
        if !run.instance.retired.get() {
            self.idle.entry(run.instance.function).or_default().push(run.instance);
        }
    }

    /// A function dies, and with it all it was about to do.
    fn kill(&mut self, id: RunId) {
        let Some(run) = self.runs.remove(&id) else { return };
        for item in &run.items {
            drop(self.tasks.remove(&item.task));
            work::ended_ill(&self.world, &item.touched);
            work::answered(&self.world, &item.work, None);
        }
    }

    /// A function's time is over.
    pub(crate) fn deadline(&mut self, id: RunId) {
        let Some(run) = self.runs.get(&id) else { return };
        let name = run.instance.name.clone();
        let function = run.instance.function;
        let key = run.items.iter().find(|item| item.done.is_none()).and_then(|i| i.work.key());
        {
            let mut inside = self.world.inside.borrow_mut();
            if let Some(until) = inside.frozen.remove(&id) {
                let at = after(until, function.timeout());
                return inside.at(at, Happening::Deadline(id));
            }
            inside.hit(Fault::TimedOut);
            let entry = key.and_then(|key| inside.ledger.load(&key).map(|entry| entry.id));
            let about = entry.map_or(About::All, About::Delivery);
            if !inside.hangs.contains(&id) {
                inside.broke(Law::Bounded, about.clone(), format!("{name} ran into its timeout"));
            }
            let now = inside.now;
            inside.trace.note(now, &name, about, "runs into its timeout".to_owned());
        }
        self.kill(id);
    }

    /// A deploy: all instances are replaced; what runs ends with its work.
    pub(crate) fn redeploy(&mut self) {
        self.idle.clear();
        self.runs.values().for_each(|run| run.instance.retired.set(true));
    }

    /// The clocks of some instances step by at most so many milliseconds from the true time.
    pub(crate) fn step_clocks(&mut self, most: u64) {
        let running = self.runs.values().map(|run| &run.instance);
        for instance in running.chain(self.idle.values().flatten()) {
            let mut inside = self.world.inside.borrow_mut();
            if inside.chance.percent(50) {
                instance.skew.set(work::skew(&mut inside, most));
            }
        }
    }
}
