//! Stories of the DLQs: what crashed is found, and over when it is gone; what somebody still needs stays.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    entry::{Entry, Held, State},
    issue::{Issue, Phase},
    ticket::{Act, Order, Queue, Step, Ticket},
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, waits},
};

const MINUTE: Duration = Duration::from_secs(60);

/// So many deliveries are parked, each with its message on the DLQ.
fn parked(count: u32, schedule: &[u64]) -> World {
    let world = World::new(integration(keyed(), waits(schedule)));
    world.vendor.borrow_mut().usually = Says::Status(422, None, "VAT id is required");
    for n in 0..count {
        world.submit(deal(&format!("D-{n}"))).expect("accepted");
    }
    world.settle();
    world
}

fn crashed(world: &World) -> Option<Issue> {
    world.issues().into_iter().find(|issue| issue.cause.class == Class::Crashed)
}

/// The schedule looks, so many minutes.
fn looks(world: &World, minutes: u32) {
    for _ in 0..minutes {
        world.pass(MINUTE);
        world.look_at_issues();
    }
}

const NO_TICKET: &str = "no ticket at all";

#[test]
fn a_crashed_ticket_that_is_gone_is_over_also_among_five_hundred_messages() {
    let world = parked(500, &[10]);
    world.put(Queue::Dlq, NO_TICKET);
    looks(&world, 1);
    assert_eq!(crashed(&world).map(|issue| issue.count), Some(1));
    world.take_off(Queue::Dlq, NO_TICKET);
    looks(&world, 3);
    let over = crashed(&world).expect("an issue");
    assert!(matches!(over.phase, Phase::Resolved { .. }), "{over:?}");
    assert_eq!(world.parked_messages().len(), 500);
}

/// One message was deleted by hand, so there are as many as are known of.
#[test]
fn a_crashed_ticket_does_not_hide_where_another_message_is_missing() {
    let world = parked(3, &[10]);
    let gone = world.bodies(Queue::Dlq).remove(0);
    world.take_off(Queue::Dlq, &gone);
    world.put(Queue::Dlq, NO_TICKET);
    looks(&world, 15);
    assert!(crashed(&world).is_some_and(|issue| issue.count == 1), "{:?}", world.issues());
}

/// The order to retry that the DLQ's own message carries when it is redriven.
fn retry(world: &World, entry: &Entry) {
    let mut ticket = Ticket::new(Step::Retry, entry.key.clone(), entry.id);
    ticket.order = Some(Order {
        by: "kim".to_owned(),
        reason: "mended".to_owned(),
        version: entry.life.version,
        checked: false,
        act: Act::Retry,
    });
    world.put(Queue::Dispatch, &ticket.text());
}

/// The order was obeyed, its function died, and nothing else will move the delivery.
#[test]
fn an_obeyed_order_that_crashed_is_somebodys() {
    let world = parked(1, &[10, 60]);
    let message = world.bodies(Queue::Dlq).remove(0);
    world.vendor.borrow_mut().usually = Says::Silence;
    world.redrive();
    world.settle_until(world.clock());
    assert!(matches!(world.entry().life.state, State::Waiting { held: Held::Queue, .. }));
    // The delayed ticket is lost, and the order lies on the DLQ again.
    world.pass(MINUTE * 2);
    assert_eq!(world.take(Queue::Retry).len(), 1);
    world.put(Queue::Dlq, &message);
    looks(&world, 10);
    assert_eq!(crashed(&world), None, "it may still move by itself");
    looks(&world, 10);
    let issue = crashed(&world).expect("an issue");
    assert_eq!((issue.count, issue.delivery), (1, Some(world.entry().id)));
    assert_eq!(world.bodies(Queue::Dlq), [message], "its only ticket stays");
    world.vendor.borrow_mut().usually = Says::Created;
    world.redrive();
    world.settle_until(world.clock());
    looks(&world, 3);
    assert_eq!(world.entry().life.state, State::Delivered);
    let over = crashed(&world).expect("an issue");
    assert!(matches!(over.phase, Phase::Resolved { .. }), "{over:?}");
}

/// The index brings it back by itself, after up to a day.
#[test]
fn the_message_of_a_delivery_that_waits_in_the_index_goes_within_minutes() {
    let world = parked(1, &[10, 3_600]);
    world.vendor.borrow_mut().usually = Says::Absent;
    retry(&world, &world.entry());
    world.settle_until(world.clock() + MINUTE);
    let waits = |world: &World| {
        matches!(world.entry().life.state, State::Waiting { held: Held::Index { .. }, .. })
    };
    assert!(waits(&world), "{}", world.history());
    looks(&world, 2);
    assert!(waits(&world));
    assert_eq!(world.bodies(Queue::Dlq).len(), 0);
    world.vendor.borrow_mut().usually = Says::Created;
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
}
