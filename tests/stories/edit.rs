//! Stories of a corrected event that takes the place of a parked one: once, under a key of its own, the old one kept.

use fairlead_core::{
    accept::{Content, Submission},
    entry::{End, Entry, State},
    id::{IdempotencyKey, Sha256Hex},
    integration::Dedupe,
    ticket::{Act, Order, Queue, Step, Ticket},
    violation::{Contract, Violation},
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, waits},
};

fn parked(dedupe: Dedupe, says: Says) -> World {
    let world = World::new(integration(dedupe, waits(&[])));
    world.vendor.borrow_mut().script = [says].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    world
}

/// The same deal, with another amount.
fn correction() -> Submission {
    let mut corrected = deal("D-1042");
    corrected.event = corrected.event.replace("1200.50", "1020.50");
    corrected.payload_hash = Sha256Hex::of(corrected.event.as_bytes());
    if let Content::Request(request) = &mut corrected.content {
        request.body = request.body.replace("1200.50", "1020.50");
    }
    corrected.via = "edit";
    corrected
}

/// The order as the desk sends it about the delivery as it lies there.
fn order(world: &World, of: &Entry, corrected: &Submission, checked: bool) -> Ticket {
    let event = Sha256Hex::of(corrected.event.as_bytes());
    world.corrected.borrow_mut().insert(event.clone(), corrected.clone());
    let mut ticket = Ticket::new(Step::Render, of.key.clone(), of.id);
    let (by, reason) = ("kim".to_owned(), "digits were swapped".to_owned());
    let (version, act) = (of.life.version, Act::Edit { event });
    ticket.order = Some(Order { by, reason, version, checked, act });
    ticket
}

/// The old delivery and the new one.
fn both(world: &World, old: &Entry) -> (Entry, Entry) {
    let (first, rest): (Vec<_>, Vec<_>) = world.entries().into_iter().partition(|e| e.id == old.id);
    assert_eq!((first.len(), rest.len()), (1, 1));
    (first[0].clone(), rest[0].clone())
}

fn told(entry: &Entry) -> String {
    entry.history.lines.iter().map(|line| format!("{}\n", line.what.text())).collect()
}

const NO: &str = "amount is higher than the order";

#[test]
fn a_retry_and_an_edit_at_once_make_one_effect() {
    for edit_first in [true, false] {
        let world = parked(keyed(), Says::Status(422, None, NO));
        let parked = world.entry();
        let edit = order(&world, &parked, &correction(), false).text();
        let retry = world.bodies(Queue::Dlq).pop().expect("a message");
        let mut orders = [(Queue::Intake, &edit), (Queue::Dispatch, &retry)];
        orders.sort_by_key(|(queue, _)| (*queue == Queue::Intake) != edit_first);
        orders.iter().for_each(|(queue, body)| world.put(*queue, body));
        world.settle();
        assert_eq!(world.vendor.borrow().created.len(), 1, "edit first: {edit_first}");
        let delivered = |entry: &Entry| entry.life.state == State::Delivered;
        assert_eq!(world.entries().iter().filter(|entry| delivered(entry)).count(), 1);
    }
}

#[test]
fn the_old_event_is_kept_and_both_histories_tell_of_the_edit() {
    let world = parked(keyed(), Says::Status(422, None, NO));
    let parked = world.entry();
    let edit = order(&world, &parked, &correction(), false).text();
    (0..20).for_each(|_| world.put(Queue::Intake, &edit));
    world.settle();
    let (old, new) = both(&world, &parked);
    assert_eq!(old.life.state, State::Closed { how: End::Edited });
    assert_eq!((&old.event, &old.request), (&parked.event, &parked.request));
    assert_eq!(new.life.state, State::Delivered);
    assert!(new.event.contains("1020.50"));
    let calls = world.vendor.borrow().calls.clone();
    assert_eq!(calls.len(), 2);
    assert_ne!(calls[0].key, calls[1].key, "vendors compare what comes under one key");
    assert_eq!(calls[1].key, new.idempotency_key.as_str());
    insta::assert_snapshot!(format!("{}\n{}", told(&old), told(&new)));
}

#[test]
fn who_dies_between_the_end_of_the_old_and_the_new_leaves_nothing_lost() {
    let world = parked(keyed(), Says::Status(422, None, NO));
    let parked = world.entry();
    let edit = order(&world, &parked, &correction(), false);
    // The first half alone, as if validate had died after it.
    let half = Ticket { step: Step::Retry, ..edit.clone() };
    world.put(Queue::Dispatch, &half.text());
    world.settle();
    assert_eq!(world.entry().life.state, State::Closed { how: End::Edited });
    // Its ticket shows again; meanwhile a bundle was deployed that refuses the event.
    let mut refused = correction();
    refused.content = Content::Violations(vec![Violation {
        pointer: "/data/deal/amount".to_owned(),
        detail: "is no amount".to_owned(),
        of: Contract::Event,
    }]);
    let digest = Sha256Hex::of(refused.event.as_bytes());
    world.corrected.borrow_mut().insert(digest, refused);
    world.put(Queue::Intake, &edit.text());
    world.settle();
    let (_, new) = both(&world, &parked);
    assert!(matches!(new.life.state, State::Parked { told: true, .. }), "its owner knows");
    assert_eq!(new.record, parked.record);
}

#[test]
fn an_event_that_is_refused_again_changes_nothing() {
    let world = parked(keyed(), Says::Status(422, None, NO));
    let before = world.entry();
    let mut other = correction();
    other.record.id = "D-9".to_owned();
    let mut refused = correction();
    refused.event.push(' ');
    let violation = Violation { pointer: String::new(), detail: "no".into(), of: Contract::Event };
    refused.content = Content::Violations(vec![violation]);
    for corrected in [other, refused] {
        world.put(Queue::Intake, &order(&world, &before, &corrected, false).text());
        world.settle();
        assert_eq!(world.entry(), before);
    }
}

#[test]
fn what_is_in_doubt_is_edited_only_by_who_has_looked() {
    let world = parked(Dedupe::None, Says::CreatedUnheard);
    let before = world.entry();
    world.put(Queue::Intake, &order(&world, &before, &correction(), false).text());
    world.settle();
    assert_eq!(world.entry().life, before.life);
    world.put(Queue::Intake, &order(&world, &before, &correction(), true).text());
    world.settle();
    let (old, new) = both(&world, &before);
    assert_eq!(old.life.state, State::Closed { how: End::Edited });
    assert_eq!(new.life.state, State::Delivered);
}

#[test]
fn an_event_that_validation_refused_takes_its_own_key_so_that_its_source_may_send_it_too() {
    let world = World::new(integration(keyed(), waits(&[])));
    let mut refused = deal("D-1042");
    refused.idempotency_key = IdempotencyKey::new("eventbridge:1");
    let violation = Violation { pointer: String::new(), detail: "no".into(), of: Contract::Event };
    refused.content = Content::Violations(vec![violation]);
    world.submit(refused).expect("accepted");
    world.settle();
    let parked = world.entry();
    world.put(Queue::Intake, &order(&world, &parked, &correction(), false).text());
    world.settle();
    let mut again = correction();
    again.via = "eventbridge";
    world.submit(again).expect("accepted");
    world.settle();
    let (_, new) = both(&world, &parked);
    assert_eq!(new.idempotency_key.as_str(), "deal-won:D-1042");
    assert_eq!((&new.life.state, world.vendor.borrow().calls.len()), (&State::Delivered, 1));
}
