//! Stories of the DLQs: what crashed is found, and over when it is gone; what somebody still needs stays.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    issue::{Issue, Phase},
    ticket::Queue,
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
