//! Stories of a destination's gate: an outage, a pause, a rate.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    door::pause,
    entry::{Entry, State},
    gate::Pause,
    id::DestinationName,
    integration::Dedupe,
    pace::Rate,
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{asked, deal, deal_with_question, integration, keyed, noon, waits},
};
use futures::executor::block_on;

fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3_600)
}

/// Sends so many deals, a second apart.
fn submit(world: &World, count: u32) {
    for number in 0..count {
        world.submit(deal(&format!("D-{number}"))).expect("accepted");
        world.settle_until(world.clock() + Duration::from_secs(1));
    }
}

/// A world whose deliveries may wait for three days.
fn patient(retries: &[u64]) -> World {
    let mut integration = integration(keyed(), waits(retries));
    integration.retry.give_up_after = hours(72);
    World::new(integration)
}

fn destination(world: &World) -> DestinationName {
    world.integration.destination.clone()
}

fn all_delivered(world: &World) -> bool {
    world.entries().iter().all(|entry| entry.life.state == State::Delivered)
}

/// Trap P17: an open breaker or a pause drops nothing.
#[test]
fn a_destination_that_is_down_for_a_day_costs_its_deliveries_only_time() {
    let retries = [10, 60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400];
    let world = patient(&retries);
    world.vendor.borrow_mut().usually = Says::Absent;
    submit(&world, 60);
    world.settle_until(noon() + hours(24));
    world.vendor.borrow_mut().usually = Says::Created;
    world.settle();
    assert!(all_delivered(&world), "{:?}", states(&world));
    let failures: u32 = world.entries().iter().map(|entry| entry.life.failures).sum();
    let calls = world.vendor.borrow().calls.len();
    // Five failures open the breaker; afterwards one probe at a time, a quarter of an hour apart at most.
    assert!(failures < 130, "{failures} failures");
    assert!(calls < 60 + 130, "{calls} calls");
    assert_eq!(world.vendor.borrow().created.len(), 60);
}

fn states(world: &World) -> Vec<State> {
    world.entries().into_iter().map(|entry| entry.life.state).collect()
}

#[test]
fn a_pause_holds_everything_back_and_uses_up_nothing() {
    let world = patient(&[10]);
    let stopped =
        Pause { by: "ada".into(), reason: "the vendor moves house".into(), since: noon() };
    assert!(block_on(pause(&world, &destination(&world), Some(stopped))).expect("done"));
    submit(&world, 20);
    world.settle_until(noon() + hours(24));
    assert_eq!(world.vendor.borrow().calls.len(), 0);
    let waiting = |entry: &Entry| matches!(entry.life.state, State::Waiting { .. });
    assert!(world.entries().iter().all(waiting), "{:?}", states(&world));
    let writes = world.counts().entry_writes;
    world.settle_until(noon() + hours(48));
    assert_eq!(world.counts().entry_writes, writes, "a day of waiting costs no write");
    assert!(block_on(pause(&world, &destination(&world), None)).expect("done"));
    world.settle();
    assert!(all_delivered(&world), "{:?}", states(&world));
    assert!(world.entries().iter().all(|entry| entry.life.attempts == 1));
}

#[test]
fn what_a_gate_held_back_goes_out_oldest_first() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let stopped = Pause::refused(noon());
    block_on(pause(&world, &destination(&world), Some(stopped))).expect("done");
    submit(&world, 30);
    block_on(pause(&world, &destination(&world), None)).expect("done");
    world.settle();
    let created = world.vendor.borrow().created.clone();
    let expected: Vec<_> = (0..30).map(|number| deal(&format!("D-{number}"))).collect();
    let expected: Vec<_> = expected.iter().map(|deal| deal.idempotency_key.to_string()).collect();
    assert_eq!(created, expected);
}

#[test]
fn a_pause_longer_than_the_time_to_give_up_parks_and_tells() {
    let world = World::new(integration(keyed(), waits(&[10])));
    block_on(pause(&world, &destination(&world), Some(Pause::refused(noon())))).expect("done");
    submit(&world, 1);
    world.settle_until(noon() + hours(24 * 20));
    assert!(matches!(world.entry().life.state, State::Parked { told: true, .. }));
    assert_eq!(world.vendor.borrow().calls.len(), 0);
}

/// Trap P18: retries that all land in one rate window.
#[test]
fn a_declared_rate_is_kept_and_uses_up_no_failure() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let rate = limit(&world);
    for number in 0..100 {
        world.submit(deal(&format!("D-{number}"))).expect("accepted");
    }
    world.settle();
    assert!(all_delivered(&world), "{:?}", states(&world));
    assert!(world.entries().iter().all(|entry| entry.life.failures == 0));
    assert_eq!(over(&world, rate), None);
}

/// A call that is repeated because its credential was refused counts for the vendor like any other.
#[test]
fn a_call_repeated_with_a_new_credential_has_a_slot_of_its_own() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let rate = limit(&world);
    for number in 0..30 {
        world.submit(deal(&format!("D-{number}"))).expect("accepted");
        let mut vendor = world.vendor.borrow_mut();
        (vendor.takes, vendor.stored) = ("second", "second");
    }
    for _ in 0..40 {
        // Every instance has to learn of the new one by itself.
        world.vendor.borrow_mut().cached = "first";
        world.settle_until(world.clock() + rate.interval());
    }
    world.settle();
    assert!(all_delivered(&world), "{:?}", states(&world));
    let refused = world.vendor.borrow().calls.iter().filter(|call| call.secret == "first").count();
    assert!(refused > 10, "{refused} were refused");
    assert_eq!(over(&world, rate), None);
}

/// Ten calls a minute are allowed.
fn limit(world: &World) -> Rate {
    limit_to(world, Rate { calls: 10, per: Duration::from_secs(60) })
}

fn limit_to(world: &World, rate: Rate) -> Rate {
    for found in world.catalog.borrow_mut().destinations.values_mut() {
        found.rate = Some(rate);
    }
    rate
}

/// The first window that holds more calls than allowed.
fn over(world: &World, rate: Rate) -> Option<String> {
    let called = world.vendor.borrow().called_at();
    called.iter().enumerate().find_map(|(place, first)| {
        let within = called[place..].iter().filter(|at| **at < *first + rate.per).count();
        let most = usize::try_from(rate.calls).expect("small");
        (within > most).then(|| format!("{within} calls in the minute from {first}"))
    })
}

/// Guarantee 7: what the ledger held up after its slot came must not meet the next calls in one window.
#[test]
fn a_call_that_is_late_for_its_slot_waits_for_another() {
    let world = patient(&[10, 60]);
    limit(&world);
    world.submit(deal("D-1")).expect("accepted");
    world.slow_save(LATE);
    world.settle();
    assert_eq!((world.entry().life.state, world.entry().life.attempts), (State::Delivered, 1));
    assert_eq!(world.vendor.borrow().calls.len(), 1);
    assert!(world.history().contains("no time left for a call"), "{}", world.history());
}

/// Where every claim takes longer than a call may leave after its slot, the next ones are made ready earlier.
#[test]
fn a_ledger_that_stays_slow_delays_calls_and_stops_none() {
    let world = patient(&[10, 60]);
    let rate = limit_to(&world, Rate { calls: 10, per: Duration::from_secs(1) });
    world.slow_saves(Duration::from_millis(300));
    for n in 0..30 {
        world.submit(deal(&format!("D-{n}"))).expect("accepted");
    }
    world.settle_until(noon() + Duration::from_secs(60));
    assert_eq!(world.vendor.borrow().calls.len(), 30);
    assert_eq!(over(&world, rate), None);
}

/// A token that is granted anew takes longer than a slot lasts, and the vendor takes none.
#[test]
fn a_credential_that_stays_refused_and_takes_long_parks_and_pauses() {
    let world = patient(&[10, 60]);
    limit_to(&world, Rate { calls: 10, per: Duration::from_secs(1) });
    world.slow_secret(Duration::from_millis(400));
    world.vendor.borrow_mut().takes = "another";
    world.submit(deal("D-1")).expect("accepted");
    world.settle_until(noon() + Duration::from_secs(60));
    let State::Parked { class, .. } = world.entry().life.state else {
        panic!("{}", world.history())
    };
    assert_eq!(class, Class::Auth);
    assert!(world.vendor.borrow().calls.len() <= 4, "{}", world.history());
}

/// The same of a question: the vendor counts it like any other call.
#[test]
fn a_question_that_is_late_for_its_slot_waits_for_another() {
    let world = World::new(asked(integration(Dedupe::None, waits(&[10, 60]))));
    limit(&world);
    world.vendor.borrow_mut().script = [Says::Silence].into();
    world.submit(deal_with_question("D-1")).expect("accepted");
    world.settle_until(noon() + Duration::from_secs(5));
    world.slow_save(LATE);
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    let vendor = world.vendor.borrow();
    assert_eq!((vendor.calls.len(), vendor.questions.len()), (2, 1));
    assert!(world.history().contains("no time left for a call"), "{}", world.history());
}

/// Longer than a call may leave after its slot at ten a minute.
const LATE: Duration = Duration::from_secs(5);
