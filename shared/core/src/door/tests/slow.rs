//! Calls that take longer than a copy of the gate is trusted.

use super::*;

/// How long one call takes; so many instances make 300 calls a minute.
const CALL: i64 = 2_000;
const INSTANCES: usize = 10;

/// All instances call at once, again and again for a minute; gives how many writes that cost.
fn a_minute(ledger: &Ledger, destination: &Destination, fails: impl Fn(usize) -> bool) -> u32 {
    let memories: Vec<Memory> = (0..INSTANCES).map(|_| Memory::default()).collect();
    let before = ledger.writes.get();
    for round in 0..60_000 / CALL {
        let enter = |memory| match block_on(try_enter(ledger, memory, destination)) {
            Door::Open(pass) => pass,
            closed @ Door::Closed { .. } => panic!("in round {round}: {closed:?}"),
        };
        let passes: Vec<Pass> = memories.iter().map(enter).collect();
        ledger.now.set(ledger.now.get() + CALL);
        for (place, (memory, pass)) in memories.iter().zip(passes).enumerate() {
            let call = usize::try_from(round).expect("small") * INSTANCES + place;
            let answer = answered(if fails(call) { 500 } else { 201 });
            block_on(leave(ledger, memory, destination, pass, &answer)).expect("answers");
        }
    }
    ledger.writes.get() - before
}

/// Successes count however long they took: eleven failures among three hundred calls are no outage.
#[test]
fn scattered_failures_of_a_slow_vendor_do_not_open_the_breaker() {
    let (ledger, destination) = (Ledger::default(), destination(None));
    let writes = a_minute(&ledger, &destination, |call| call % 27 == 26);
    let gate = ledger.gate.borrow().clone().expect("failures are written down");
    assert_eq!(gate.breaker, Breaker::Closed, "{gate:?}");
    assert!(gate.window.fine > 200, "the others were heard of: {gate:?}");
    assert!(writes <= 22, "one write for a failure and one for the success after it, not {writes}");
}

#[test]
fn a_slow_vendor_that_is_well_costs_no_write() {
    let (ledger, destination) = (Ledger::default(), destination(None));
    assert_eq!(a_minute(&ledger, &destination, |_| false), 0);
}

/// What was counted before the breaker opened says nothing of the vendor after it.
#[test]
fn a_success_of_an_earlier_era_is_not_counted() {
    let (ledger, destination, memory) = (Ledger::default(), destination(None), Memory::default());
    let Door::Open(pass) = block_on(try_enter(&ledger, &memory, &destination)) else {
        panic!("nothing is wrong")
    };
    let healed = Gate { version: Version(9), era: 3, ..Gate::default() };
    *ledger.gate.borrow_mut() = Some(healed);
    ledger.now.set(CALL);
    block_on(leave(&ledger, &memory, &destination, pass, &answered(201))).expect("answers");
    let untold = memory.take_fine(&destination.name, Duration::from_secs(60), ledger.now());
    assert_eq!(untold.count(), 0);
}
