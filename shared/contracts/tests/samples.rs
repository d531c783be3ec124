//! Runs the sample events of all integrations.
//!
//! `FAIRLEAD_BLESS=1 cargo test -p fairlead-contracts` writes down what comes out; read the difference before keeping it.

use std::{env, fs, path::Path, sync::Arc};

use fairlead_contracts::{Contracts, Event, Sample, compile, outcome};
use serde_json::Value;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../integrations"))
}

fn contracts() -> Contracts {
    Contracts::new(Arc::new(compile(folder()).unwrap_or_else(|report| panic!("{report}"))))
}

#[test]
fn every_sample_becomes_what_is_written_beside_it() {
    let contracts = contracts();
    let mut wrong = Vec::new();
    for name in contracts.catalog().integrations.keys() {
        let samples = Sample::all(&folder().join(name.as_str())).expect("readable samples");
        assert!(samples.len() >= 2, "{name} has too few samples");
        for sample in samples {
            let made = outcome(&contracts, name, &sample.event, &sample.found);
            let text = format!("{}\n", serde_json::to_string_pretty(&made).expect("JSON"));
            if env::var_os("FAIRLEAD_BLESS").is_some() {
                fs::write(&sample.expected_at, &text).expect("writable samples");
                continue;
            }
            let expected: Option<Value> =
                sample.expected.as_deref().and_then(|text| serde_json::from_str(text).ok());
            if expected.as_ref() != Some(&made) {
                wrong.push(format!("{name}/{}:\n{text}", sample.case));
            }
        }
    }
    assert!(wrong.is_empty(), "not as written:\n{}", wrong.join("\n"));
}

#[test]
fn the_same_event_always_makes_the_same_bytes() {
    let (one, other) = (contracts(), contracts());
    for name in one.catalog().integrations.keys() {
        for sample in Sample::all(&folder().join(name.as_str())).expect("readable samples") {
            let Ok(event) = Event::read(&sample.event) else { continue };
            let first = one.render(name, &event);
            assert_eq!(first, one.render(name, &event));
            assert_eq!(first, other.render(name, &event));
        }
    }
}

#[test]
fn a_compiled_catalog_is_the_same_after_a_round_through_json() {
    let contracts = contracts();
    let text = serde_json::to_string(contracts.catalog()).expect("JSON");
    assert_eq!(
        &serde_json::from_str::<fairlead_core::integration::Catalog>(&text).expect("a catalog"),
        contracts.catalog()
    );
    assert_eq!(
        text,
        serde_json::to_string(&compile(folder()).expect("no mistakes")).expect("JSON")
    );
}

#[test]
fn a_sample_whose_members_stand_in_another_order_makes_the_same_bytes() {
    let contracts = contracts();
    for name in contracts.catalog().integrations.keys() {
        for sample in Sample::all(&folder().join(name.as_str())).expect("readable samples") {
            let Ok(event) = Event::read(&sample.event) else { continue };
            let turned = reversed(event.body()).to_string();
            let turned = Event::read(turned.as_bytes()).expect("the same event");
            assert_eq!(event.payload_hash(), turned.payload_hash());
            assert_eq!(contracts.render(name, &event), contracts.render(name, &turned));
        }
    }
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect()
        }
        Value::Array(items) => items.iter().map(reversed).collect(),
        other => other.clone(),
    }
}
