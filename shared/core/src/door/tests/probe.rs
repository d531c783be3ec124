//! Probes beside a rate, a pause, and deliveries that are settled without a call.

use super::*;
use crate::outcome::NotSent;

fn half_open(good: u32) -> Gate {
    Gate {
        version: Version(2),
        era: 2,
        trips: 1,
        breaker: Breaker::HalfOpen { probe: None, good },
        ..Gate::default()
    }
}

fn held(ledger: &Ledger) -> Gate {
    ledger.gate.borrow().clone().expect("a gate")
}

/// Trap 15: a probe passes whatever the rate's line looks like, and the line does not let a second one pass.
#[test]
fn a_long_line_at_a_half_open_breaker_makes_one_probe() {
    let rate = Rate { calls: 1, per: Duration::from_secs(60) };
    let (ledger, destination) = (Ledger::default(), destination(Some(rate)));
    let far = Timestamp::from_second(600).expect("a time");
    let pace = Pace { version: Version(1), free: None, line: Some(far) };
    *ledger.pace.borrow_mut() = Some(pace);
    *ledger.gate.borrow_mut() = Some(half_open(0));
    let memories: Vec<Memory> = (0..20).map(|_| Memory::default()).collect();
    let doors = all(&ledger, memories.iter().map(|m| try_enter(&ledger, m, &destination)));
    let open = doors.iter().filter(|door| matches!(door, Door::Open(_))).count();
    assert_eq!(open, 1, "{doors:?}");
}

/// Guarantee 7: a probe is a call, and the vendor counts it with those before the outage.
#[test]
fn a_probe_leaves_when_a_slot_is_free_and_not_before() {
    let rate = Rate { calls: 1, per: Duration::from_secs(60) };
    let (ledger, destination) = (Ledger::default(), destination(Some(rate)));
    let free = Timestamp::from_second(30).expect("a time");
    *ledger.pace.borrow_mut() = Some(Pace { version: Version(1), free: Some(free), line: None });
    *ledger.gate.borrow_mut() = Some(half_open(0));
    let memory = Memory::default();
    let doors = all(&ledger, [try_enter(&ledger, &memory, &destination)]);
    assert_eq!(doors, [Door::Closed { until: free, turn: false }]);
    assert!(matches!(held(&ledger).breaker, Breaker::HalfOpen { probe: None, .. }), "given back");
    ledger.now.set(29_000);
    let doors = all(&ledger, [try_enter(&ledger, &memory, &destination)]);
    assert!(matches!(doors[..], [Door::Open(_)]), "{doors:?}");
}

/// Who waited for a slot while the breaker opened does not call: the copy of the gate has grown old meanwhile.
#[test]
fn a_breaker_that_opens_during_the_wait_for_a_slot_stops_the_call() {
    let rate = Rate { calls: 2, per: Duration::from_secs(3) };
    let (ledger, destination) = (Ledger::default(), destination(Some(rate)));
    let memory = Memory::default();
    let opens = async {
        ledger.pause_for(Duration::from_millis(100)).await;
        open_breaker(&ledger);
    };
    let doors = all(
        &ledger,
        [async {
            let first = try_enter(&ledger, &memory, &destination).await;
            let second = futures::join!(try_enter(&ledger, &memory, &destination), opens).0;
            (first, second, ledger.now())
        }],
    );
    let (first, second, now) = doors[0];
    assert!(matches!(first, Door::Open(_)), "{first:?}");
    assert!(now > Timestamp::from_millisecond(1_500).expect("a time"), "it waited for its slot");
    assert!(matches!(second, Door::Closed { turn: false, .. }), "{second:?}");
}

#[test]
fn a_pause_during_a_probe_stands_and_the_probe_still_counts() {
    let (ledger, destination, memory) = (Ledger::default(), destination(None), Memory::default());
    *ledger.gate.borrow_mut() = Some(half_open(1));
    block_on(async {
        let Door::Open(pass) = try_enter(&ledger, &memory, &destination).await else {
            panic!("the probe is free")
        };
        let stop = Some(Pause::refused(ledger.now()));
        assert!(pause(&ledger, &destination.name, stop).await.expect("answers"));
        leave(&ledger, &memory, &destination, pass, &answered(201)).await.expect("answers");
    });
    let gate = held(&ledger);
    assert_eq!(gate.breaker, Breaker::Closed, "two good probes");
    assert!(gate.pause.is_some(), "a person's word stands");
}

/// Trap 16: a prober that finds nothing to call for, or cannot call, does not hold the probe until its lease ends.
#[test]
fn a_probe_that_is_not_made_is_free_at_once() {
    let (ledger, destination, memory) = (Ledger::default(), destination(None), Memory::default());
    *ledger.gate.borrow_mut() = Some(half_open(1));
    let enter = || match block_on(try_enter(&ledger, &memory, &destination)) {
        Door::Open(pass) => pass,
        closed @ Door::Closed { .. } => panic!("{closed:?}"),
    };
    block_on(unused(&ledger, &memory, &destination, enter())).expect("answers");
    assert_eq!(held(&ledger).breaker, Breaker::HalfOpen { probe: None, good: 1 });
    let no_time = Answer::NotSent(NotSent::NoTime);
    block_on(leave(&ledger, &memory, &destination, enter(), &no_time)).expect("answers");
    assert_eq!(held(&ledger).breaker, Breaker::HalfOpen { probe: None, good: 1 });
    enter();
}

/// Successes of the morning say nothing of an outage at noon.
#[test]
fn old_successes_do_not_hide_a_high_share_of_failures() {
    let (ledger, memory) = (Ledger::default(), Memory::default());
    let policy =
        BreakerPolicy { consecutive: 1_000, share: 50, volume: 4, ..BreakerPolicy::default() };
    let destination = Destination { breaker: Some(policy), ..destination(None) };
    let call = async |status| {
        let Door::Open(pass) = try_enter(&ledger, &memory, &destination).await else {
            return false;
        };
        leave(&ledger, &memory, &destination, pass, &answered(status)).await.expect("answers");
        true
    };
    block_on(async {
        for _ in 0..1_000 {
            assert!(call(201).await);
        }
        ledger.now.set(600_000);
        for status in [500, 201, 500, 500] {
            assert!(call(status).await, "open too early");
        }
        assert!(!call(500).await, "three of four failed");
    });
}
