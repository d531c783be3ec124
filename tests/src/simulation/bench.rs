//! The simulated world in calm weather, as the contract of all worlds sees it.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use fairlead_core::{span::after, ticket::Queue};
use serde_json::Value;

use super::{
    chance::Chance,
    hand::{Hand, Instance, Touched},
    place::{Function, Place},
    plan::{Plan, Weather},
    world::World,
};
use crate::contract;

/// The hand of one function, and nobody else.
struct Calm(Hand);

impl contract::Bench for Calm {
    type Ports = Hand;

    fn ports(&self) -> &Hand {
        &self.0
    }

    async fn receive(&self, queue: Queue) -> Vec<String> {
        let mut inside = self.0.world.inside.borrow_mut();
        let inside = &mut *inside;
        let now = inside.now;
        let batch = inside.queues.receive(Place::of(queue), 10, now, &mut inside.chance, false);
        batch.received.iter().for_each(|received| inside.queues.delete(received));
        batch.received.into_iter().map(|received| received.body).collect()
    }

    async fn published(&self) -> Vec<Value> {
        self.0.world.inside.borrow().facts.published.clone()
    }

    async fn pass(&self, length: Duration) {
        self.0.rest(length).await;
    }
}

/// Checks the contract of all worlds; gives how many clauses held.
pub fn keeps_the_contract() -> usize {
    let mut chance = Chance::new(1);
    let plan = Plan { weather: Weather::default(), ..Plan::draw(&mut chance, 1, false) };
    let world = Rc::new(World::new(plan, None, chance, false));
    let bench = Calm(hand(&world));
    let mut work = pin!(contract::holds(&bench));
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(clauses) = work.as_mut().poll(&mut context) {
            return clauses;
        }
        // Who waits here waits for the clock.
        let mut inside = world.inside.borrow_mut();
        let (at, _) = inside.agenda.take().expect("whoever waits has said until when");
        inside.now = at;
    }
}

fn hand(world: &Rc<World>) -> Hand {
    let instance = Instance {
        name: "contract".to_owned(),
        function: Function::Dispatch,
        memory: fairlead_core::door::Memory::default(),
        catalog: Rc::clone(&world.inside.borrow().bundle),
        skew: Cell::new(0),
        secrets: RefCell::default(),
        paces: RefCell::default(),
        retired: Cell::new(false),
    };
    Hand {
        world: Rc::clone(world),
        instance: Rc::new(instance),
        run: 0,
        task: 0,
        deadline: after(world.now(), Duration::from_secs(86_400)),
        about: RefCell::default(),
        touched: Touched::default(),
        knew: Cell::new(world.now()),
        called: Cell::new(None),
    }
}
