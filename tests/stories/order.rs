//! Stories of people who order a retry: safe twice, at once and late.

use fairlead_core::{
    entry::State,
    integration::Dedupe,
    ticket::{Order, Queue, Step, Ticket},
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, waits},
};

fn refused_once(says: Says) -> World {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.vendor.borrow_mut().script = [says].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    world
}

#[test]
fn a_redriven_message_retries_once_and_a_second_redrive_does_nothing_more() {
    let world = refused_once(Says::Status(422, None, "no"));
    let copy = world.bodies(Queue::Dlq).pop().expect("a message");
    world.redrive();
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    assert_eq!(world.vendor.borrow().calls.len(), 2);
    let after_first = world.entry();
    world.put(Queue::Dispatch, &copy);
    world.put(Queue::Dispatch, &copy);
    world.settle();
    assert_eq!(world.entry(), after_first);
    assert_eq!(world.vendor.borrow().calls.len(), 2);
    assert!(world.parked_messages().is_empty());
}

#[test]
fn an_old_message_does_not_retry_a_new_parking() {
    let world = refused_once(Says::Status(422, None, "no"));
    let old = world.bodies(Queue::Dlq).pop().expect("a message");
    world.vendor.borrow_mut().script = [Says::Status(422, None, "still no")].into();
    world.redrive();
    world.settle();
    world.put(Queue::Dispatch, &old);
    world.settle();
    assert_eq!(world.vendor.borrow().calls.len(), 2);
    // Its issue is still open, so nobody is told a second time.
    assert_eq!((world.parked_messages().len(), world.alerts().len()), (1, 1));
}

#[test]
fn a_checked_order_ends_the_doubt_and_stands_in_the_history() {
    let world = World::new(integration(Dedupe::None, waits(&[10])));
    world.vendor.borrow_mut().script = [Says::Silence].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    let entry = world.entry();
    let mut ticket = Ticket::new(Step::Retry, entry.key, entry.id);
    ticket.order = Some(Order {
        by: "kim".to_owned(),
        reason: "looked in the vendor's list, it is not there".to_owned(),
        version: entry.life.version,
        checked: true,
    });
    world.put(Queue::Dispatch, &ticket.text());
    world.put(Queue::Dispatch, &ticket.text());
    world.settle();
    assert_eq!(world.vendor.borrow().created.len(), 1);
    insta::assert_snapshot!(world.history(), @r"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  sending     attempt 1
    2026-03-02T12:00:00Z  attempt 1   no answer in time in 212 ms: unknown
    2026-03-02T12:00:00Z  parked      in_doubt
    2026-03-02T12:00:00Z  alerted
    2026-03-02T12:00:00Z  retried     by kim: looked in the vendor's list, it is not there
    2026-03-02T12:00:00Z  sending     attempt 2
    2026-03-02T12:00:00Z  attempt 2   201 in 212 ms: delivered
    2026-03-02T12:00:00Z  delivered
    ");
}
