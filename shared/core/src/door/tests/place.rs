//! Never more calls at once than declared, whoever makes them and however they end.

use super::*;

/// A vendor that counts how many calls run at once.
#[derive(Default)]
struct Vendor {
    running: Cell<u32>,
    most: Cell<u32>,
    served: Cell<u32>,
}

impl Vendor {
    async fn call(&self, ledger: &Ledger, takes: Duration) {
        self.running.set(self.running.get() + 1);
        self.most.set(self.most.get().max(self.running.get()));
        ledger.pause_for(takes).await;
        self.running.set(self.running.get() - 1);
        self.served.set(self.served.get() + 1);
    }
}

fn capped(in_flight: u32, rate: Option<Rate>) -> Destination {
    Destination { in_flight: Some(in_flight), ..destination(rate) }
}

/// Comes back when told to, until the call was made.
async fn dispatch(ledger: &Ledger, vendor: &Vendor, destination: &Destination, takes: Duration) {
    let memory = Memory::default();
    loop {
        match try_enter(ledger, &memory, destination).await {
            Door::Open(pass) => {
                vendor.call(ledger, takes).await;
                let left = leave(ledger, &memory, destination, pass, &answered(201)).await;
                return left.expect("the ledger answers");
            }
            Door::Closed { until: back, turn } => {
                assert!(turn, "it comes back by itself, and no attempt is used");
                ledger.pause_for(until(ledger.now(), back)).await;
            }
        }
    }
}

#[test]
fn fifty_dispatchers_never_make_more_calls_at_once_than_declared_and_all_get_through() {
    for (in_flight, takes) in [(1, 20), (4, 200), (4, 1_500), (50, 200)] {
        let (ledger, vendor) = (Ledger::default(), Vendor::default());
        let destination = capped(in_flight, None);
        let takes = Duration::from_millis(takes);
        all(&ledger, (0..50).map(|_| dispatch(&ledger, &vendor, &destination, takes)));
        assert!(vendor.most.get() <= in_flight, "{} of {in_flight}", vendor.most.get());
        assert_eq!(vendor.served.get(), 50);
        let left = ledger.running.borrow().clone().expect("an item").places;
        assert_eq!(left, [], "every place was given back");
    }
}

#[test]
fn a_cap_and_a_rate_are_kept_together() {
    let (ledger, vendor) = (Ledger::default(), Vendor::default());
    let destination = capped(2, Some(Rate { calls: 10, per: Duration::from_secs(1) }));
    let takes = Duration::from_millis(300);
    all(&ledger, (0..30).map(|_| dispatch(&ledger, &vendor, &destination, takes)));
    assert!(vendor.most.get() <= 2, "{} at once", vendor.most.get());
    assert_eq!(vendor.served.get(), 30);
}

#[test]
fn dispatchers_that_die_give_their_places_back_when_their_leases_end() {
    let (ledger, destination) = (Ledger::default(), capped(2, None));
    let enter = || block_on(try_enter(&ledger, &Memory::default(), &destination));
    // Nobody moves the clock here, so that a full house is told at once.
    let full = || {
        let doors = all(&ledger, [try_enter(&ledger, &Memory::default(), &destination)]);
        matches!(doors[..], [Door::Closed { turn: true, .. }])
    };
    assert!(matches!((enter(), enter()), (Door::Open(_), Door::Open(_))));
    assert!(full());
    ledger.now.set(30_000);
    assert!(full());
    ledger.now.set(36_000);
    assert!(matches!((enter(), enter()), (Door::Open(_), Door::Open(_))));
}

/// What a place costs: two writes a call where nobody else wants one, and none where no cap is declared.
#[test]
fn a_call_under_a_cap_costs_two_writes_and_a_call_without_one_none() {
    for (destination, writes) in [(capped(4, None), 2), (destination(None), 0)] {
        let ledger = Ledger::default();
        let takes = Duration::ZERO;
        all(&ledger, [dispatch(&ledger, &Vendor::default(), &destination, takes)]);
        assert_eq!(ledger.writes.get(), writes);
    }
}

#[test]
fn leave_that_is_not_used_gives_its_place_back_at_once() {
    let (ledger, destination, memory) = (Ledger::default(), capped(1, None), Memory::default());
    for _ in 0..3 {
        let Door::Open(pass) = block_on(try_enter(&ledger, &memory, &destination)) else {
            panic!("the place is free")
        };
        block_on(unused(&ledger, &memory, &destination, pass)).expect("the ledger answers");
    }
}

/// The house is asked before the breaker's probe is leased, so that a full one strands no probe.
#[test]
fn a_probe_takes_a_place_too() {
    let (ledger, destination) = (Ledger::default(), capped(1, None));
    let Door::Open(late) = block_on(try_enter(&ledger, &Memory::default(), &destination)) else {
        panic!("nothing is wrong yet")
    };
    open_breaker(&ledger);
    ledger.now.set(31_000);
    let door = block_on(try_enter(&ledger, &Memory::default(), &destination));
    assert!(matches!(door, Door::Closed { turn: true, .. }), "{door:?}");
    let (memory, failed) = (Memory::default(), answered(500));
    block_on(leave(&ledger, &memory, &destination, late, &failed)).expect("the ledger answers");
    let door = block_on(try_enter(&ledger, &Memory::default(), &destination));
    assert!(matches!(door, Door::Open(_)), "{door:?}");
}
