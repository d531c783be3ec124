//! Stories of the one-minute schedule: what it lets go, for whom, and what must not stop it.

use std::time::Duration;

use fairlead_core::{
    accept::{Accepted, Submission},
    class::Class,
    door::{Memory, pause},
    drive::Rules,
    entry::{Entry, State},
    gate::Pause,
    history::What,
    id::{DestinationName, IntegrationName},
    integration::{Destination, Integration},
    pace::Rate,
    release::release,
};
use fairlead_tests::{
    memory::{DISPATCH_TIMEOUT, Says, World},
    sample::{deal, integration, keyed, noon, waits},
};
use futures::executor::block_on;

const HOUR: Duration = Duration::from_secs(3_600);

fn stop(world: &World) {
    let of = world.integration.destination.clone();
    assert!(block_on(pause(world, &of, Some(Pause::refused(noon())))).expect("done"));
}

/// A world whose destination is paused, with one delivery that waits for it.
fn paused() -> World {
    let mut patient = integration(keyed(), waits(&[10]));
    patient.retry.give_up_after = 72 * HOUR;
    let world = World::new(patient);
    stop(&world);
    world.submit(deal("D-1")).expect("accepted");
    world.settle_until(noon() + Duration::from_secs(300));
    assert!(matches!(world.entry().life.state, State::Waiting { .. }));
    world
}

/// The next bundle names the destination otherwise, or has it no more.
fn rename(world: &World, to: Option<&str>) {
    let mut catalog = world.catalog.borrow_mut();
    let old = catalog.destinations.remove(&world.integration.destination).expect("it is there");
    let Some(to) = to.map(DestinationName::new) else { return };
    let name = world.integration.name.clone();
    catalog.integrations.get_mut(&name).expect("it is there").destination = to.clone();
    catalog.destinations.insert(to.clone(), Destination { name: to, ..old });
}

/// Guarantee 1: nobody looks after `gate#old` any more, and no ticket is under way.
#[test]
fn what_a_gate_has_held_back_goes_where_its_integration_leads_now() {
    let world = paused();
    rename(&world, Some("finance-api-v2"));
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered, "{}", world.history());
    assert_eq!(world.vendor.borrow().calls.len(), 1);
}

#[test]
fn what_a_gate_has_held_back_parks_when_nothing_leads_anywhere_any_more() {
    let world = paused();
    world.catalog.borrow_mut().integrations.clear();
    rename(&world, None);
    world.settle_until(noon() + HOUR);
    let State::Parked { class, told, .. } = world.entry().life.state else {
        panic!("{}", world.history())
    };
    assert_eq!((class, told), (Class::Missing, true));
}

/// Guarantees 8 and 16: an entry of a newer release, after this one was brought back.
#[test]
fn one_delivery_that_cannot_be_read_keeps_no_other_waiting() {
    let world = World::new(integration(keyed(), waits(&[3_600])));
    world.vendor.borrow_mut().script = vec![Says::Status(500, None, "oops"); 3].into();
    for deal_id in ["D-1", "D-2", "D-3"] {
        world.submit(deal(deal_id)).expect("accepted");
    }
    world.settle_until(noon() + Duration::from_secs(60));
    let bad = world.entries()[0].key.clone();
    world.break_entry(&bad);
    world.pass(2 * HOUR);
    let (catalog, memory) = (world.catalog.borrow().clone(), Memory::default());
    let rules = Rules::new(&catalog, &memory, DISPATCH_TIMEOUT);
    let ended = block_on(release(&world, &rules));
    assert!(ended.is_err_and(|e| e.to_string().contains("newer release")), "it is told");
    let counts = world.counts();
    assert_eq!(counts.sends.values().sum::<u32>(), 3 + 2, "{counts:?}");
}

/// The same of one that lies before others in one partition.
#[test]
fn one_delivery_that_cannot_be_read_keeps_none_behind_it_waiting() {
    let mut patient = integration(keyed(), waits(&[10]));
    patient.retry.give_up_after = 72 * HOUR;
    let world = World::new(patient);
    stop(&world);
    for deal_id in ["D-1", "D-2", "D-3"] {
        world.submit(deal(deal_id)).expect("accepted");
        world.pass(Duration::from_secs(1));
    }
    world.settle_until(noon() + Duration::from_secs(60));
    // One place a minute: the one that cannot be read must not take it for ever.
    let rate = Rate { calls: 1, per: Duration::from_secs(60) };
    world.catalog.borrow_mut().destinations.values_mut().for_each(|d| d.rate = Some(rate));
    let oldest = world.entries().into_iter().min_by_key(|entry| entry.life.begun_at);
    world.break_entry(&oldest.expect("three").key);
    let of = world.integration.destination.clone();
    assert!(block_on(pause(&world, &of, None)).expect("done"));
    let (catalog, memory) = (world.catalog.borrow().clone(), Memory::default());
    let rules = Rules::new(&catalog, &memory, DISPATCH_TIMEOUT);
    let sent = || world.counts().sends.values().sum::<u32>();
    let before = sent();
    let ended = block_on(release(&world, &rules));
    assert!(ended.is_err_and(|e| e.to_string().contains("newer release")), "it is told");
    assert_eq!(sent() - before, 1, "the one behind it");
}

fn named(name: &str, patience: Duration) -> Integration {
    let mut one = integration(keyed(), waits(&[10]));
    one.name = IntegrationName::new(name);
    one.retry.give_up_after = patience;
    one
}

/// Two integrations write to one destination, and one of them waits longer than the other.
#[test]
fn each_integration_gives_up_after_its_own_time_though_they_share_a_gate() {
    let (hasty, patient) = (named("hasty", HOUR), named("patient", 72 * HOUR));
    let world = World::new(hasty.clone());
    world.catalog.borrow_mut().integrations.insert(patient.name.clone(), patient.clone());
    stop(&world);
    // More than a page of the patient one's lie before the hasty one's.
    for number in 0..150 {
        taken(&world, &patient, deal(&format!("P-{number}")));
    }
    taken(&world, &hasty, deal("H-1"));
    world.settle_until(noon() + HOUR + Duration::from_secs(180));
    let parked = |name: &str| {
        let of = |entry: &&Entry| entry.integration.as_str() == name;
        let parked = |entry: &&Entry| matches!(entry.life.state, State::Parked { .. });
        world.entries().iter().filter(of).filter(parked).count()
    };
    assert_eq!((parked("hasty"), parked("patient")), (1, 0));
}

fn taken(world: &World, integration: &Integration, submission: Submission) {
    let taken = world.submit_for(integration, submission).expect("accepted");
    assert!(matches!(taken, Accepted::New(_)));
}

/// A vendor that asks for a slower pace and names no time at all.
#[test]
fn a_429_with_a_retry_after_of_zero_is_not_called_in_a_loop() {
    let mut patient = integration(keyed(), waits(&[10]));
    patient.retry.give_up_after = 72 * HOUR;
    let world = World::new(patient);
    world.vendor.borrow_mut().usually = Says::Status(429, Some(Duration::ZERO), "slow down");
    world.submit(deal("D-1")).expect("accepted");
    world.settle_until(noon() + HOUR);
    let calls = world.vendor.borrow().calls.len();
    assert!((30..=61).contains(&calls), "{calls} calls in an hour");
}

/// What a write adds is logged once: a long wait is released by writes that add nothing.
#[test]
fn each_attempt_and_each_wait_is_logged_once() {
    let world = World::new(integration(keyed(), waits(&[3_600, 3_600])));
    world.vendor.borrow_mut().script = vec![Says::Status(500, None, "oops"); 2].into();
    world.submit(deal("D-1")).expect("accepted");
    world.settle();
    let told: Vec<What> = world.logged().into_iter().flatten().collect();
    let lines: Vec<What> = world.entry().history.lines.into_iter().map(|line| line.what).collect();
    assert_eq!(told, lines);
    assert!(world.logged().iter().any(Vec::is_empty), "a release adds nothing");
}

/// `keep` counts for the key, and not for a delivery that still waits for somebody.
#[test]
fn what_is_not_over_is_not_forgotten() {
    let mut brief = integration(keyed(), waits(&[10]));
    brief.idempotency.keep = HOUR;
    brief.retry.give_up_after = HOUR;
    let world = World::new(brief);
    world.vendor.borrow_mut().script = [Says::Status(422, None, "no")].into();
    let Ok(Accepted::New(first)) = world.submit(deal("D-1")) else { panic!("not new") };
    world.settle();
    world.pass(100 * HOUR);
    assert_eq!(world.entry().forgotten_at(), None);
    assert_eq!(world.submit(deal("D-1")).expect("accepted"), Accepted::Duplicate(first));
    assert!(matches!(world.entry().life.state, State::Parked { .. }));
}
