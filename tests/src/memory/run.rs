//! The functions of the bundle, run on what their queues show, and the clock between them.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use fairlead_core::{
    accept::{Accepted, Submission, accept},
    decide::Input,
    door::Memory,
    drive::{Rules, drive},
    edit::edit,
    entry::Work,
    id::IntegrationName,
    integration::Integration,
    issue::look::look as look_at_issues,
    ports::PortError,
    release::release,
    render::render,
    span::after,
    ticket::{Act, Order, Queue, Step, Ticket},
};
use jiff::{Timestamp, ToSpan, Unit};

use super::{DISPATCH_TIMEOUT, Message, World};

pub(super) fn submit(
    world: &World,
    integration: &Integration,
    submission: Submission,
) -> Result<Accepted, PortError> {
    let catalog = world.catalog.borrow();
    // Every run is a function instance of its own.
    let memory = Memory::default();
    let rules = Rules::new(&catalog, &memory, DISPATCH_TIMEOUT);
    now_or_never(accept(world, &rules, integration, submission))
}

/// A story that is not quiet after so long never will be.
const LONGEST_STORY: Duration = Duration::from_secs(30 * 86_400);

pub(super) fn until_quiet(world: &World) {
    let end = world.clock() + LONGEST_STORY;
    until(world, end);
    assert!(world.clock() < end, "it goes on and on:\n{}", world.history());
}

/// A story that works off more messages at one moment is in a loop that no clock ends.
const MOST_AT_ONCE: usize = 20_000;

pub(super) fn until(world: &World, end: Timestamp) {
    let (mut clock, mut at_once) = (world.clock(), 0);
    loop {
        at_once = if world.clock() == clock { at_once + 1 } else { 0 };
        clock = world.clock();
        assert!(at_once < MOST_AT_ONCE, "it goes on and on at {clock}");
        let received = world.inside.borrow_mut().receive();
        if let Some(message) = received {
            work(world, message);
            continue;
        }
        let look = next_look(world).into_iter().chain(world.next_watch()).min();
        let look = look.map(|due| minute(due.max(world.clock())));
        let next = [world.inside.borrow().next_visible(), look];
        match next.into_iter().flatten().min() {
            Some(next) if next <= end => world.inside.borrow_mut().now = next,
            Some(_) => {
                world.inside.borrow_mut().now = end;
                return;
            }
            None => return,
        }
        if look.is_some_and(|look| look <= world.clock()) {
            let catalog = world.catalog.borrow();
            // Every run is a function instance of its own.
            let memory = Memory::default();
            let rules = Rules::new(&catalog, &memory, DISPATCH_TIMEOUT);
            now_or_never(release(world, &rules)).expect("this world does its part");
            drop(catalog);
            look_now(world);
        }
    }
}

/// The schedule's look at issues and DLQs.
pub(super) fn look_now(world: &World) {
    let catalog = world.catalog.borrow();
    let memory = Memory::default();
    let rules = Rules::new(&catalog, &memory, DISPATCH_TIMEOUT);
    let ended = now_or_never(look_at_issues(world, &rules));
    let inside = world.inside.borrow();
    let is_broken = !inside.broken.is_empty() || !inside.broken_issues.is_empty();
    assert!(is_broken || ended.is_ok(), "this world does its part: {ended:?}");
}

/// When the schedule's next look at the due index finds something.
fn next_look(world: &World) -> Option<Timestamp> {
    // What a gate holds back has no time of its own: it is looked at every minute from now on.
    let soon = after(world.clock(), Duration::from_millis(1));
    let in_index = |work: &Work| match work.partition.split_once('#') {
        Some(("gate", _)) => Some(soon),
        Some(("due", _)) => Some(work.at),
        _ => None,
    };
    world.inside.borrow().work.values().filter_map(in_index).min()
}

/// The schedule runs at every whole minute.
fn minute(due: Timestamp) -> Timestamp {
    let minute = due.round(Unit::Minute).expect("minutes are a unit of time");
    if minute < due { minute + 1.minute() } else { minute }
}

fn work(world: &World, message: Message) {
    let Ok(ticket) = Ticket::read(&message.body) else {
        return world.inside.borrow_mut().give_back(message);
    };
    let catalog = world.catalog.borrow();
    // Every run is a function instance of its own.
    let memory = Memory::default();
    let rules = Rules::new(&catalog, &memory, DISPATCH_TIMEOUT);
    if let (Queue::Intake, Some(order)) = (message.queue, &ticket.order) {
        return exchange(world, &rules, &ticket, order);
    }
    let input = input(message.queue, &ticket);
    let done = if message.queue == Queue::Intake {
        now_or_never(render(world, &rules, &*world.renders, &ticket.entry, ticket.hops))
    } else {
        now_or_never(drive(world, &rules, &ticket.entry, input, ticket.hops))
    };
    if done.is_err() {
        world.inside.borrow_mut().give_back(message);
    }
}

/// validate puts a corrected event in the place of a parked one.
fn exchange(world: &World, rules: &Rules<'_>, ticket: &Ticket, order: &Order) {
    let Act::Edit { event } = &order.act else { return };
    let corrected = world.corrected.borrow()[event].clone();
    let named = ticket.entry.integration().map(IntegrationName::new);
    let of = named.and_then(|name| rules.catalog.integrations.get(&name));
    let of = of.expect("an integration of this world");
    let done = edit(world, rules, of, &ticket.entry, order, corrected);
    now_or_never(done).expect("this world does its part");
}

/// What each function makes of a ticket.
fn input(queue: Queue, ticket: &Ticket) -> Input {
    match (queue, ticket.step, &ticket.order) {
        (Queue::Retry, _, _) => Input::Due,
        (Queue::Alert, _, _) => Input::Tell { version: ticket.version },
        (_, Step::Retry, Some(order)) => Input::Ordered(order.clone()),
        _ => Input::Picked,
    }
}

/// In memory nothing has to be waited for.
fn now_or_never<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => unreachable!("a world in memory never waits"),
    }
}
