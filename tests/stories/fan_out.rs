//! Stories of one event that several integrations want, and of who dies in the middle of taking it in.

use std::{cell::Ref, time::Duration};

use fairlead_core::{
    accept::{Accepted, Submission},
    class::Class,
    door::Memory,
    drive::Rules,
    entry::{Entry, State},
    id::IntegrationName,
    integration::{Catalog, Integration},
    stranded,
};
use fairlead_tests::{
    memory::{DISPATCH_TIMEOUT, Says, World},
    sample::{deal, integration, keyed, waits},
};
use futures::executor::block_on;

const NAMES: [&str; 3] = ["deal-to-crm", "deal-to-invoice", "deal-to-mail"];

/// A bundle with three integrations that want the same event.
fn three() -> World {
    let of = |name: &str| Integration {
        name: IntegrationName::new(name),
        ..integration(keyed(), waits(&[10]))
    };
    let world = World::new(of(NAMES[0]));
    for name in NAMES {
        world.catalog.borrow_mut().integrations.insert(IntegrationName::new(name), of(name));
    }
    world
}

/// validate takes the event in, in order of the integrations' names, and ends at the first that fails.
fn take_in(world: &World) -> Vec<Accepted> {
    let all: Vec<Integration> = world.catalog.borrow().integrations.values().cloned().collect();
    let taken = all.iter().map_while(|one| world.submit_for(one, by_bus()).ok());
    taken.collect()
}

fn by_bus() -> Submission {
    Submission { via: "eventbridge", ..deal("D-1042") }
}

fn of(world: &World, name: &str) -> Entry {
    let entries = world.entries().into_iter();
    let mut entries = entries.filter(|entry| entry.integration.as_str() == name);
    entries.next().expect("it has its delivery")
}

/// Traps P7 and P8: the entry lies there, its ticket was never sent, and a repeated event counts as done.
#[test]
fn a_half_taken_in_event_reaches_every_integration_when_it_comes_again() {
    for (sent, first_unsent) in NAMES.iter().enumerate() {
        let world = three();
        world.fail_sends_after(u32::try_from(sent).expect("a few"));
        assert_eq!(take_in(&world).len(), sent, "it ends in the middle");
        assert_eq!(of(&world, first_unsent).life.state, State::Accepted);
        world.mend_sends();
        let again = take_in(&world);
        let known = again.iter().filter(|one| matches!(one, Accepted::Duplicate(_))).count();
        assert_eq!((again.len(), known), (3, sent + 1));
        world.settle();
        for name in NAMES {
            assert_eq!(of(&world, name).life.state, State::Delivered, "{name}, {sent} sent");
        }
        assert_eq!(world.vendor.borrow().calls.len(), 3, "each once");
    }
}

#[test]
fn what_a_dropped_integration_had_half_taken_in_reaches_its_owner() {
    let world = three();
    world.fail_sends_after(1);
    take_in(&world);
    world.mend_sends();
    // A bundle is deployed that has it no more; the event comes again, and that bundle looks what there was.
    world.catalog.borrow_mut().integrations.remove(&IntegrationName::new(NAMES[1]));
    assert_eq!(take_in(&world).len(), 2);
    assert_eq!(carry_on(&world), 1);
    world.settle();
    let left = of(&world, NAMES[1]);
    assert!(
        matches!(left.life.state, State::Parked { class: Class::Missing, told: true, .. }),
        "{left:?}"
    );
    assert_eq!(world.alerts().len(), 1);
    assert_eq!(world.vendor.borrow().calls.len(), 2);
    // Whoever looks again, changes nothing; and of another event nothing is touched.
    let before = world.entries();
    assert_eq!(carry_on(&world), 1);
    world.settle();
    assert_eq!(world.entries(), before);
}

fn carry_on(world: &World) -> usize {
    let catalog: Ref<'_, Catalog> = world.catalog.borrow();
    let memory = Memory::default();
    let rules = Rules::new(&catalog, &memory, DISPATCH_TIMEOUT);
    let keys = world.entries().into_iter().map(|entry| entry.key);
    let payload = by_bus().payload_hash;
    block_on(stranded::carry_on(world, &rules, &payload, keys)).expect("this world does its part")
}

/// Trap P21: a replay that sends again to those who have it already.
#[test]
fn a_retry_of_one_of_three_touches_that_one() {
    let world = three();
    world.vendor.borrow_mut().script =
        [Says::Created, Says::Status(422, None, "no"), Says::Created].into();
    assert_eq!(take_in(&world).len(), 3);
    world.settle();
    let parked = world.entries().into_iter().filter(|e| e.life.state != State::Delivered);
    assert_eq!(parked.count(), 1);
    world.redrive();
    world.settle();
    assert!(world.entries().iter().all(|entry| entry.life.state == State::Delivered));
    assert_eq!(world.vendor.borrow().calls.len(), 4);
    let attempts: Vec<u32> = world.entries().iter().map(|entry| entry.life.attempts).collect();
    assert_eq!(attempts.iter().sum::<u32>(), 4);
    assert_eq!(attempts.iter().max(), Some(&2));
}

/// Trap P23: what failed when it was sent in is not remembered as done, nor as failed.
#[test]
fn an_event_whose_ticket_was_not_sent_may_be_sent_in_again() {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.fail_sends_after(0);
    world.submit(deal("D-1042")).expect_err("the sender is told to send it again");
    world.settle_until(world.clock() + Duration::from_secs(600));
    assert_eq!(world.entry().life.state, State::Accepted);
    world.mend_sends();
    let again = world.submit(deal("D-1042")).expect("accepted");
    assert_eq!(again, Accepted::Duplicate(world.entry().id));
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    assert_eq!(world.submit(deal("D-1042")).expect("accepted"), again);
    assert_eq!(world.vendor.borrow().calls.len(), 1);
}

/// Trap P4: two genuine orders that look alike.
#[test]
fn one_payload_under_two_keys_is_two_deliveries() {
    let world = World::new(integration(keyed(), waits(&[10])));
    for key in ["order-1", "order-2"] {
        let one = Submission {
            idempotency_key: fairlead_core::id::IdempotencyKey::new(key),
            ..deal("D-1042")
        };
        assert!(matches!(world.submit(one), Ok(Accepted::New(_))), "{key}");
    }
    world.settle();
    assert_eq!(world.entries().len(), 2);
    assert_eq!(world.vendor.borrow().created, ["order-1", "order-2"]);
}
