//! Stories of deliveries that arrive.

use std::{collections::BTreeMap, time::Duration};

use fairlead_core::{entry::State, ticket::Queue};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, noon, waits},
};

#[test]
fn an_event_is_delivered_in_one_attempt_for_three_writes_and_one_ticket() {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    assert_eq!(world.vendor.borrow().created, ["deal-won:D-1042"]);
    let counts = world.counts();
    assert_eq!((counts.entry_writes, counts.index_writes), (3, 0));
    assert_eq!(counts.sends, BTreeMap::from([(Queue::Dispatch, 1)]));
    insta::assert_snapshot!(world.history(), @r"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  sending     attempt 1
    2026-03-02T12:00:00Z  attempt 1   201 in 212 ms: delivered
    2026-03-02T12:00:00Z  delivered
    ");
}

#[test]
fn a_vendor_that_falters_for_an_hour_gets_it_at_last_and_on_schedule() {
    let world = World::new(integration(keyed(), waits(&[10, 60, 300, 900, 3_600])));
    world.vendor.borrow_mut().down_until = noon() + Duration::from_secs(3_600);
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    // The last wait is too long for a queue: the index is looked at on the minute, here 50 s after it was due.
    let seconds = [0, 10, 70, 370, 1_270, 4_920];
    let expected = seconds.map(|second| noon() + Duration::from_secs(second));
    assert_eq!(world.vendor.borrow().called_at(), expected);
    assert_eq!(world.vendor.borrow().created.len(), 1);
}

/// Trap P2: a key that is made anew for each attempt.
#[test]
fn key_and_bytes_are_the_same_at_every_attempt() {
    let world = World::new(integration(keyed(), waits(&[10, 60, 300])));
    world.vendor.borrow_mut().script = [
        Says::Silence,
        Says::CreatedUnheard,
        Says::Status(503, Some(Duration::from_secs(20)), "busy"),
        Says::Status(422, None, "no"),
    ]
    .into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    world.redrive();
    world.settle();
    let vendor = world.vendor.borrow();
    assert_eq!(vendor.calls.len(), 5);
    let first = &vendor.calls[0];
    assert!(vendor.calls.iter().all(|c| c.key == first.key && c.request == first.request));
    assert_eq!(vendor.created.len(), 1);
    assert_eq!(world.entry().life.state, State::Delivered);
}

#[test]
fn a_rotated_credential_is_read_anew_and_nothing_fails() {
    let world = World::new(integration(keyed(), waits(&[10])));
    {
        let mut vendor = world.vendor.borrow_mut();
        (vendor.takes, vendor.stored) = ("second", "second");
    }
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    let secrets: Vec<_> = world.vendor.borrow().calls.iter().map(|call| call.secret).collect();
    assert_eq!(secrets, ["first", "second"]);
    assert_eq!(world.entry().life.failures, 0);
}
