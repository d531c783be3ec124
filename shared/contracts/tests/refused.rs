//! What a sender hears when an event does not fit its contract, and what operators can still see of it.

use std::sync::Arc;

use fairlead_contracts::{Contracts, Event, compile};
use fairlead_core::{id::IntegrationName, violation::Contract};
use serde_json::{Value, json};

fn contracts() -> Contracts {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integrations");
    Contracts::new(Arc::new(compile(&folder).unwrap_or_else(|report| panic!("{report}"))))
}

fn event(deal: &Value) -> Event {
    Event::read(json!({"id": "e", "data": {"deal": deal}}).to_string().as_bytes())
        .expect("a readable event")
}

fn name() -> IntegrationName {
    IntegrationName::new("deal-won-to-invoice")
}

#[test]
fn record_and_key_are_named_even_when_the_event_is_refused() {
    let refused = contracts()
        .render(&name(), &event(&json!({"id": "D-1", "account": {"name": "Nordwind"}})))
        .expect_err("refused");
    let told: Vec<(&str, &str)> =
        refused.violations.iter().map(|v| (v.pointer.as_str(), v.detail.as_str())).collect();
    assert_eq!(
        told,
        [
            ("/data/deal/account/id", "is required, but missing"),
            ("/data/deal/amount", "is required, but missing"),
            ("/data/deal/currency", "is required, but missing"),
        ]
    );
    assert!(refused.violations.iter().all(|v| v.of == Contract::Event));
    assert_eq!(
        refused.record.map(|record| record.to_string()).as_deref(),
        Some("deal D-1 Nordwind")
    );
    assert_eq!(refused.key.map(|key| key.to_string()).as_deref(), Some("deal-won:D-1"));
}

#[test]
fn an_event_without_a_record_is_refused_without_one() {
    for deal in
        [json!({}), json!({"id": null}), json!({"id": ""}), json!({"id": {"a": 1}}), json!([1])]
    {
        let refused = contracts().render(&name(), &event(&deal)).expect_err("refused");
        assert_eq!((refused.record, refused.key), (None, None), "{deal}");
    }
}

#[test]
fn an_unknown_integration_is_a_violation_and_no_panic() {
    let refused = contracts()
        .render(&IntegrationName::new("no\nsuch"), &event(&json!({})))
        .expect_err("refused");
    assert_eq!(refused.violations[0].detail, "integration \"no\\u{a}such\" is not known");
}

#[test]
fn a_key_that_cannot_stand_in_a_header_is_refused() {
    let order = |id: &str| {
        let customer = json!({"id": "C"});
        let order = json!({"id": id, "version": 1, "updated_at": "2026-03-02T12:00:00Z", "status": "paid", "total": "1", "currency": "EUR", "customer": customer});
        Event::read(json!({"id": "e", "data": {"order": order}}).to_string().as_bytes())
            .expect("a readable event")
    };
    let name = IntegrationName::new("order-updated-to-customer");
    for id in ["a\r\nX: 1", "a b", "ä", "a\u{7f}", &"x".repeat(300)] {
        let refused = contracts().render(&name, &order(id)).expect_err(id);
        assert_eq!(refused.key, None, "{id:?}");
        assert!(refused.violations.iter().all(|v| !v.detail.contains('\n')));
    }
}

#[test]
fn contracts_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&contracts());
}

#[test]
fn a_hostile_event_is_bounded_in_time() {
    let begin = std::time::Instant::now();
    let many: serde_json::Map<String, Value> =
        (0..12_000).map(|n| (format!("k{n}"), json!(n))).collect();
    let lines: Vec<Value> =
        (0..1_500).map(|n| json!({"text": format!("line {n}"), "amount": "1.00"})).collect();
    for deal in [json!(many), json!({"id": "x".repeat(190_000)}), json!({"lines": lines})] {
        assert!(contracts().render(&name(), &event(&deal)).is_err());
    }
    let refund = json!({"id": "R", "currency": "eur", "customer": {"id": "A"}, "lines": lines});
    let refund = Event::read(json!({"id": "e", "data": {"refund": refund}}).to_string().as_bytes())
        .expect("a readable event");
    assert!(contracts().render(&IntegrationName::new("refund-to-credit-note"), &refund).is_err());
    assert!(begin.elapsed().as_secs() < 10);
}
