//! Stories of channels that take nothing: no other work waits for them, and nothing is left unsaid.

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

/// As long as the function alert waits for one channel.
const HANG: Duration = Duration::from_secs(8);

/// Refusals that are an issue each.
const STATUSES: [u16; 10] = [400, 402, 404, 405, 406, 409, 410, 411, 415, 422];

/// Ten issues, told to their owner, whose deliveries have arrived since; the schedule has not looked yet.
fn mended() -> World {
    let world = World::new(integration(keyed(), waits(&[10])));
    for status in STATUSES {
        world.vendor.borrow_mut().usually = Says::Status(status, None, "no");
        world.submit(deal(&format!("D-{status}"))).expect("accepted");
        world.settle();
    }
    world.vendor.borrow_mut().usually = Says::Created;
    world.redrive();
    world.settle_until(world.clock());
    world
}

fn resolved(world: &World) -> usize {
    let over = |issue: &Issue| matches!(issue.phase, Phase::Resolved { .. });
    world.issues().into_iter().filter(over).count()
}

#[test]
fn a_channel_that_hangs_does_not_stop_the_look_at_issues_and_dlqs() {
    let world = mended();
    assert_eq!(world.alerts().len(), STATUSES.len());
    world.put(Queue::Dlq, "no ticket at all");
    world.hang_alerts(HANG);
    for _ in 0..2 {
        let (begun, called) = (world.clock(), world.channel_calls());
        world.look_at_issues();
        let took = Duration::try_from(world.clock().duration_since(begun)).expect("forwards");
        assert!(took < Duration::from_secs(20), "the look took {took:?}");
        assert!(world.channel_calls() - called <= 1, "a dead channel is called once a look");
        world.pass(MINUTE - took);
    }
    assert_eq!(resolved(&world), STATUSES.len());
    assert!(world.issues().iter().any(|issue| issue.cause.class == Class::Crashed));
    world.hang_alerts(Duration::ZERO);
    world.settle();
    assert_eq!(world.alerts().len(), 2 * STATUSES.len() + 1, "all that it missed, once");
}
