//! Stories of people who order a retry: safe twice, at once and late.

use fairlead_core::{
    entry::{End, State},
    integration::Dedupe,
    ticket::{Act, Order, Queue, Step, Ticket},
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
        act: Act::Retry,
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

/// The order that the desk sends about the delivery as it lies there.
fn ordered(world: &World, act: Act) -> String {
    let entry = world.entry();
    let mut ticket = Ticket::new(Step::Retry, entry.key, entry.id);
    let (by, reason) = ("kim".to_owned(), "told by the customer".to_owned());
    let version = entry.life.version;
    ticket.order = Some(Order { by, reason, version, checked: false, act });
    ticket.text()
}

#[test]
fn what_is_resolved_by_hand_is_never_called_again() {
    let world = World::new(integration(Dedupe::None, waits(&[10])));
    world.vendor.borrow_mut().script = [Says::Silence].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    let retry = ordered(&world, Act::Retry);
    let resolve = ordered(&world, Act::Resolve { vendor_id: Some("INV-7".to_owned()) });
    (0..20).for_each(|_| world.put(Queue::Dispatch, &resolve));
    (0..20).for_each(|_| world.put(Queue::Dispatch, &retry));
    world.redrive();
    world.settle();
    let entry = world.entry();
    assert_eq!(entry.life.state, State::Closed { how: End::Resolved });
    assert_eq!(world.vendor.borrow().calls.len(), 1);
    insta::assert_snapshot!(world.history(), @r"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  sending     attempt 1
    2026-03-02T12:00:00Z  attempt 1   no answer in time in 212 ms: unknown
    2026-03-02T12:00:00Z  parked      in_doubt
    2026-03-02T12:00:00Z  alerted
    2026-03-02T12:00:00Z  resolved    by kim as INV-7: told by the customer
    ");
}

#[test]
fn what_is_discarded_is_never_called_again_also_when_its_integration_is_gone() {
    let world = refused_once(Says::Status(422, None, "no"));
    let (retry, discard) = (ordered(&world, Act::Retry), ordered(&world, Act::Discard));
    world.catalog.borrow_mut().integrations.clear();
    world.put(Queue::Dispatch, &discard);
    world.settle();
    assert_eq!(world.entry().life.state, State::Closed { how: End::Discarded });
    world.put(Queue::Dispatch, &retry);
    world.settle();
    assert_eq!(world.entry().life.state, State::Closed { how: End::Discarded });
    assert_eq!(world.vendor.borrow().calls.len(), 1);
}

/// Trap P20: a retry that does nothing because it was tried before, or that does it twice.
#[test]
fn retrying_twenty_times_at_once_and_after_success_makes_no_second_effect() {
    let world = refused_once(Says::Status(422, None, "no"));
    let retry = ordered(&world, Act::Retry);
    (0..20).for_each(|_| world.put(Queue::Dispatch, &retry));
    world.redrive();
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    let (retry, discard) = (ordered(&world, Act::Retry), ordered(&world, Act::Discard));
    (0..20).for_each(|_| world.put(Queue::Dispatch, &retry));
    world.put(Queue::Dispatch, &discard);
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered, "what is delivered takes no orders");
    assert_eq!((world.vendor.borrow().calls.len(), world.vendor.borrow().created.len()), (2, 1));
}

/// Nobody can be asked, and nobody has looked: the order itself is refused, so nothing tells of a retry.
#[test]
fn an_unchecked_order_in_doubt_is_no_retry() {
    let world = World::new(integration(Dedupe::None, waits(&[10])));
    world.vendor.borrow_mut().script = [Says::Silence].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    let parked = world.entry();
    world.put(Queue::Dispatch, &ordered(&world, Act::Retry));
    world.settle();
    assert_eq!(world.entry(), parked, "{}", world.history());
    world.redrive();
    world.settle();
    assert_eq!(world.entry(), parked, "{}", world.history());
}

/// The message that was redriven lies on the DLQ again; one that the desk has never taken lies there still.
#[test]
fn a_refused_order_leaves_one_message_on_the_dlq_whoever_gave_it() {
    let world = World::new(integration(Dedupe::None, waits(&[10])));
    world.vendor.borrow_mut().script = [Says::Silence].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    let retry = ordered(&world, Act::Retry);
    (0..5).for_each(|_| world.put(Queue::Dispatch, &retry));
    world.settle();
    assert_eq!(world.parked_messages().len(), 1, "the desk's order is refused");
    world.redrive();
    world.settle();
    assert_eq!(world.parked_messages().len(), 1, "the redriven one is refused");
    assert_eq!(world.vendor.borrow().calls.len(), 1);
}
