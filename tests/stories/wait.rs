//! Stories of waiting: in a queue, in the due index, at the vendor's pace, and not for ever.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    entry::{Held, State},
    ticket::Queue,
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, noon, waits},
};

#[test]
fn a_wait_over_fifteen_minutes_stands_in_the_index_and_costs_no_hops() {
    let world = World::new(integration(keyed(), waits(&[1_800])));
    world.vendor.borrow_mut().script = [Says::Status(500, None, "oops")].into();
    world.submit(deal("D-1042")).expect("accepted");
    let due_at = noon() + Duration::from_secs(1_800);
    world.settle_until(noon() + Duration::from_secs(60));
    let held = Held::Index { look_at: due_at };
    assert_eq!(world.entry().life.state, State::Waiting { due_at, held });
    for queue in [Queue::Dispatch, Queue::Retry, Queue::Alert, Queue::Dlq] {
        assert!(world.bodies(queue).is_empty(), "a ticket lies on {queue:?}");
    }
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    assert_eq!(world.vendor.borrow().called_at(), [noon(), due_at]);
    let counts = world.counts();
    assert_eq!(counts.sends.get(&Queue::Retry), None);
    assert_eq!(counts.sends.get(&Queue::Dispatch), Some(&2));
}

#[test]
fn a_throttled_call_consumes_no_failure() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let slow = Says::Status(429, Some(Duration::from_secs(90)), "slow down");
    world.vendor.borrow_mut().script = vec![slow; 5].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    let life = world.entry().life;
    assert_eq!((life.state, life.attempts, life.failures), (State::Delivered, 6, 0));
    let seconds = [0, 90, 180, 270, 360, 450];
    let expected = seconds.map(|second| noon() + Duration::from_secs(second));
    assert_eq!(world.vendor.borrow().called_at(), expected);
}

#[test]
fn a_hundred_short_waits_never_make_a_long_chain_of_tickets() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let slow = Says::Status(429, Some(Duration::from_secs(5)), "slow down");
    world.vendor.borrow_mut().script = vec![slow; 100].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    // Five waits on the queues and then one in the index, again and again.
    let counts = world.counts();
    let in_index = 100 - counts.sends[&Queue::Retry];
    assert!((15..=20).contains(&in_index), "{in_index} waits in the index");
}

#[test]
fn give_up_after_ends_every_kind_of_waiting() {
    let mut retry = waits(&[10]);
    retry.give_up_after = Duration::from_secs(7_200);
    let world = World::new(integration(keyed(), retry));
    let slow = Says::Status(429, Some(Duration::from_secs(600)), "slow down");
    world.vendor.borrow_mut().usually = slow;
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    let State::Parked { class, since, told: true } = world.entry().life.state else {
        panic!("{}", world.history())
    };
    assert_eq!(class, Class::Exhausted);
    assert!(since <= noon() + Duration::from_secs(7_200), "{since}");
    assert_eq!(world.vendor.borrow().calls.len(), 12);
    assert_eq!(world.alerts().len(), 1);
}

#[test]
fn a_retry_after_of_ten_years_is_held_to_be_a_mistake() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let years = Duration::from_secs(10 * 366 * 86_400);
    world.vendor.borrow_mut().script = [Says::Status(503, Some(years), "maintenance")].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    let longest = world.integration.retry.retry_after_max;
    assert_eq!(world.vendor.borrow().called_at(), [noon(), noon() + longest]);
}
