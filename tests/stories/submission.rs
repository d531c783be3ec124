//! Stories of senders who send again.

use std::time::Duration;

use fairlead_core::{accept::Accepted, entry::State, id::Sha256Hex};
use fairlead_tests::{
    memory::World,
    sample::{deal, integration, keyed, waits},
};

#[test]
fn the_same_event_fifty_times_is_one_entry_and_one_effect() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let Ok(Accepted::New(id)) = world.submit(deal("D-1042")) else { panic!("not new") };
    for _ in 0..49 {
        let again = world.submit(deal("D-1042")).expect("accepted");
        assert_eq!(again, Accepted::Duplicate(id));
    }
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    assert_eq!(world.vendor.borrow().calls.len(), 1);
    assert_eq!(world.submit(deal("D-1042")).expect("accepted"), Accepted::Duplicate(id));
    world.settle();
    assert_eq!(world.vendor.borrow().calls.len(), 1);
}

#[test]
fn the_same_key_with_another_payload_is_a_conflict_and_nothing_is_sent() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let Ok(Accepted::New(id)) = world.submit(deal("D-1042")) else { panic!("not new") };
    world.settle();
    let before = (world.entry(), world.counts());
    let mut other = deal("D-1042");
    other.event = other.event.replace("1200.50", "9.99");
    other.payload_hash = Sha256Hex::of(other.event.as_bytes());
    assert_eq!(world.submit(other).expect("an answer"), Accepted::Conflict(id));
    world.settle();
    assert_eq!((world.entry(), world.counts()), before);
    assert_eq!(world.vendor.borrow().calls.len(), 1);
}

/// Trap P28: DynamoDB deletes what has expired within days, not at once.
#[test]
fn an_event_that_comes_again_after_its_time_is_new_although_its_entry_still_lies_there() {
    let mut brief = integration(keyed(), waits(&[10]));
    brief.idempotency.keep = Duration::from_secs(86_400);
    let world = World::new(brief);
    let Ok(Accepted::New(first)) = world.submit(deal("D-1042")) else { panic!("not new") };
    world.settle();
    world.pass(Duration::from_secs(86_399));
    assert_eq!(world.submit(deal("D-1042")).expect("accepted"), Accepted::Duplicate(first));
    world.pass(Duration::from_secs(2));
    assert_eq!(world.entry().id, first, "nothing has swept it away");
    let Ok(Accepted::New(second)) = world.submit(deal("D-1042")) else { panic!("not new") };
    assert_ne!(first, second);
}

#[test]
fn different_events_are_different_deliveries() {
    let world = World::new(integration(keyed(), waits(&[10])));
    for number in 0..20 {
        world.submit(deal(&format!("D-{number}"))).expect("accepted");
    }
    world.settle();
    assert_eq!(world.entries().len(), 20);
    assert_eq!(world.vendor.borrow().created.len(), 20);
}
