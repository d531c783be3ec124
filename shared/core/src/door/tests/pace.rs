//! A declared rate, kept by many dispatchers together.

use super::*;

#[test]
fn thirty_dispatchers_together_never_exceed_the_rate() {
    let rate = Rate { calls: 10, per: Duration::from_secs(1) };
    let (ledger, destination) = (Ledger::default(), destination(Some(rate)));
    let memories: Vec<Memory> = (0..30).map(|_| Memory::default()).collect();
    let called = RefCell::new(Vec::new());
    let (ledger, destination, calls) = (&ledger, &destination, &called);
    let dispatch = async |memory| {
        for _ in 0..3 {
            if let Door::Open(_) = try_enter(ledger, memory, destination).await {
                calls.borrow_mut().push(ledger.now());
            }
        }
    };
    all(ledger, memories.iter().map(dispatch));
    let mut called = called.into_inner();
    called.sort_unstable();
    // Blocks of five, of which each dispatcher here uses three; the rest of the reach is not booked again.
    assert!(called.len() >= 10, "{} calls", called.len());
    for (place, first) in called.iter().enumerate() {
        let end = after(*first, rate.per);
        let within = called[place..].iter().filter(|at| **at < end).count();
        assert!(within <= 10, "{within} calls within a second from {first}");
    }
}

#[test]
fn those_who_find_no_slot_are_told_to_come_back_one_after_the_other() {
    let rate = Rate { calls: 1, per: Duration::from_secs(1) };
    let (ledger, destination) = (Ledger::default(), destination(Some(rate)));
    let memories: Vec<Memory> = (0..6).map(|_| Memory::default()).collect();
    let doors = all(&ledger, memories.iter().map(|m| try_enter(&ledger, m, &destination)));
    let mut turns: Vec<Timestamp> = doors
        .iter()
        .filter_map(|door| match door {
            Door::Closed { until, turn: true } => Some(*until),
            _ => None,
        })
        .collect();
    turns.sort_unstable();
    assert!(turns.len() >= 4, "{doors:?}");
    assert!(turns.windows(2).all(|two| until(two[0], two[1]) >= rate.per), "{turns:?}");
}
