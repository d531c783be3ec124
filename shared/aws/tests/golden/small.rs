//! Gates and paces of the first release.

use std::fmt::Debug;

use fairlead_core::{
    gate::{Breaker, Gate, Pause, Probe, Window},
    id::{Token, Version},
    pace::Pace,
};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{form, golden, names};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_323_045 + second).expect("a time")
}

/// What each gate's file means.
pub(crate) fn gates() -> Vec<(&'static str, Gate)> {
    let probe = Probe { token: Token(Uuid::from_u128(7)), until: at(35) };
    let pause = Pause { by: "ada".into(), reason: "upgrade".into(), since: at(0) };
    let window = Window { since: Some(at(0)), failed: 2, fine: 5 };
    vec![
        ("gate-closed", Gate { version: Version(2), failures: 2, window, ..Gate::default() }),
        (
            "gate-half-open",
            Gate {
                version: Version(7),
                era: 2,
                trips: 1,
                breaker: Breaker::HalfOpen { probe: Some(probe), good: 1 },
                ..Gate::default()
            },
        ),
        (
            "gate-open",
            Gate {
                version: Version(6),
                era: 1,
                trips: 1,
                breaker: Breaker::Open { until: at(30) },
                ..Gate::default()
            },
        ),
        ("gate-paused", Gate { version: Version(1), pause: Some(pause), ..Gate::default() }),
    ]
}

/// What each pace's file means.
pub(crate) fn paces() -> Vec<(&'static str, Pace)> {
    vec![
        ("pace", Pace { version: Version(4), free: Some(at(2)), line: Some(at(3)) }),
        ("pace-without-line", Pace { version: Version(1), free: Some(at(2)), line: None }),
    ]
}

#[track_caller]
fn check<T: DeserializeOwned + PartialEq + Debug>(meant: &[(&str, T)]) {
    for (name, value) in meant {
        let mut item = form::item(&golden(&format!("small/{name}.json")));
        let read = item.remove("value").map(serde_dynamo::from_attribute_value::<_, T>);
        assert_eq!(&read.expect("a value").expect("one of ours"), value, "{name}");
    }
}

/// Guarantee 16: a breaker that was open before the deploy is open after it, and so are pause and rate kept.
#[test]
fn every_gate_and_pace_of_the_first_release_means_what_it_meant() {
    check(&gates());
    check(&paces());
    let all = gates().len() + paces().len();
    assert_eq!(names("small").len(), all, "every file is read");
}
