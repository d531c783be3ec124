//! The small items that dispatchers share: none at first, then replaced by version.

use std::time::Duration;

use fairlead_core::{
    gate::{Breaker, Gate, Pause, Probe},
    id::{DestinationName, Token, Version},
    pace::Pace,
    ports::{Gates, Saved},
    running::{Place, Running},
    span::after,
};
use jiff::Timestamp;
use uuid::Uuid;

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_323_045 + second).expect("a time")
}

fn token() -> Token {
    Token(Uuid::from_u128(7))
}

fn name() -> DestinationName {
    DestinationName::new("contract-api")
}

pub(super) async fn keeps_gates_by_version<G: Gates>(gates: &G) {
    let (of, pause) = (name(), Pause::refused(at(0)));
    assert_eq!(gates.gate(&of).await.expect("it answers"), None);
    let probe = Some(Probe { token: token(), until: at(35) });
    let breaker = Breaker::HalfOpen { probe, good: 1 };
    let first = Gate { version: Version(1), era: 2, trips: 1, breaker, ..Gate::default() };
    let second = Gate { version: Version(2), pause: Some(pause), ..first.clone() };
    for (gate, replaces, saved) in [
        (&first, Version(0), Saved::Done),
        (&first, Version(0), Saved::Lost),
        (&second, Version(1), Saved::Done),
        (&second, Version(1), Saved::Lost),
        (&second, Version(7), Saved::Lost),
    ] {
        let done = gates.save_gate(&of, gate, replaces).await.expect("it answers");
        assert_eq!(done, saved, "{gate:?} over {replaces:?}");
    }
    assert_eq!(gates.gate(&of).await.expect("it answers"), Some(second));
}

pub(super) async fn keeps_paces_by_version<G: Gates>(gates: &G) {
    let of = name();
    assert_eq!(gates.pace(&of).await.expect("it answers"), None);
    let free = Some(after(at(0), Duration::from_nanos(1_500_000)));
    let pace = Pace { version: Version(1), free, line: None };
    let save = async |replaces| gates.save_pace(&of, &pace, replaces).await.expect("it answers");
    assert_eq!(save(Version(0)).await, Saved::Done);
    assert_eq!(save(Version(0)).await, Saved::Lost, "two may book the same; one has it");
    assert_eq!(gates.pace(&of).await.expect("it answers"), Some(pace), "to the nanosecond");
}

pub(super) async fn keeps_running_calls_by_version<G: Gates>(gates: &G) {
    let of = name();
    assert_eq!(gates.running(&of).await.expect("it answers"), None);
    let places = vec![Place { token: token(), until: at(35) }];
    let running = Running { version: Version(1), places };
    let save =
        async |replaces| gates.save_running(&of, &running, replaces).await.expect("it answers");
    assert_eq!(save(Version(0)).await, Saved::Done);
    assert_eq!(save(Version(0)).await, Saved::Lost, "two may take the same place; one has it");
    assert_eq!(gates.running(&of).await.expect("it answers"), Some(running));
}
