//! What each form of a request's body becomes.

use fairlead_core::integration::Source;
use serde_json::{Value, json};

use super::*;
use fairlead_core::id::{IdempotencyKey, IntegrationName};

const CLOUD: &str = r#"{"specversion":"1.0","id":"e-1","source":"/crm","type":"crm.deal.won","data":{"deal":{"amount":1.10}}}"#;

fn headers(pairs: &[(&str, &str)]) -> Headers {
    pairs.iter().copied().collect()
}

fn read(kind: &str, body: &str) -> Result<Incoming, Problem> {
    Incoming::read(&headers(&[("Content-Type", kind)]), body.as_bytes())
}

#[track_caller]
fn one(incoming: Result<Incoming, Problem>) -> Arrived {
    match incoming {
        Ok(Incoming::One(arrived)) => arrived,
        other => panic!("not one event: {other:?}"),
    }
}

#[track_caller]
fn refused(incoming: Result<Incoming, Problem>, name: &str) -> String {
    let problem = incoming.expect_err("it is refused");
    assert_eq!(problem.name(), name, "{problem:?}");
    problem.detail()
}

fn source(event: &str, from: Option<&str>) -> Source {
    let from = from.map(str::to_owned);
    Source { event: event.to_owned(), schema: json!({}), from, when: None, verify: None }
}

#[test]
fn an_event_is_kept_to_the_byte() {
    let arrived = one(read("application/json; charset=UTF-8", " {\"n\": 1.10} "));
    assert_eq!(arrived.text, " {\"n\": 1.10} ");
    assert_eq!(arrived.cloud, None);
    assert_eq!(one(read("application/vnd.example+json", "{}")).event.body(), &json!({}));
}

#[test]
fn other_types_charsets_and_codings_are_refused() {
    for kind in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "json",
        "image/svg+json",
        "application/json; charset=latin1",
        "application/cloudevents+avro",
        "application/jsonp",
    ] {
        refused(read(kind, "{}"), "wrong-content-type");
    }
    let gzip = headers(&[("content-type", "application/json"), ("content-encoding", "gzip")]);
    let detail = refused(Incoming::read(&gzip, b"\x1f\x8b"), "wrong-content-type");
    assert!(detail.contains("compressed by gzip"), "{detail}");
}

#[test]
fn a_list_is_a_batch_and_each_of_its_events_is_judged_alone() {
    let Ok(Incoming::Batch(events)) = read("application/json", "\n[{\"a\": 1.10}, 7, {\"b\": []}]")
    else {
        panic!("no batch")
    };
    let told: Vec<_> = events
        .into_iter()
        .map(|event| event.map(|arrived| arrived.text).map_err(|problem| problem.name()))
        .collect();
    assert_eq!(told, [Ok("{\"a\":1.10}".to_owned()), Err("bad-body"), Ok("{\"b\":[]}".to_owned())]);
}

#[test]
fn a_batch_is_bounded_and_readable_or_refused_whole() {
    refused(read("application/json", "[]"), "bad-body");
    refused(read("application/json", "[{},]"), "bad-body");
    let detail = refused(read("application/json", r#"[{"a":1},{"a":1,"a":2}]"#), "bad-body");
    assert!(detail.contains("/1/a"), "{detail}");
    let list = |n: usize| format!("[{}]", vec!["{}"; n].join(","));
    assert!(read("application/json", &list(MAX_BATCH)).is_ok());
    refused(read("application/json", &list(MAX_BATCH + 1)), "too-many");
    let large = format!("[\"{}\"]", "x".repeat(MAX_BATCH_BYTES));
    refused(read("application/json", &large), "too-large");
    let long = format!("[{{}},{{\"a\":\"{}\"}}]", "x".repeat(MAX_BYTES));
    let Ok(Incoming::Batch(events)) = read("application/json", &long) else { panic!("no batch") };
    assert_eq!(events[1], Err(Problem::TooLarge { most: MAX_BYTES }));
    let deep = |n: usize| format!("[{}{}]", "{\"a\":".repeat(n - 1) + "{}", "}".repeat(n - 1));
    assert!(
        read("application/json", &deep(crate::MAX_DEPTH)).is_ok(),
        "as deep as one event may be"
    );
    refused(read("application/json", &deep(crate::MAX_DEPTH + 1)), "bad-body");
}

#[test]
fn a_cloud_event_is_the_same_event_in_both_modes() {
    let whole = one(read("application/cloudevents+json", CLOUD));
    assert_eq!(whole.text, CLOUD);
    let binary = headers(&[
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "e-1"),
        ("ce-source", "/crm"),
        ("ce-type", "crm.deal.won"),
        ("ce-subject", "G%C3%BC%20%25"),
    ]);
    let parts = one(Incoming::read(&binary, br#"{"deal":{"amount":1.10}}"#));
    assert_eq!(parts.cloud, whole.cloud);
    let body = parts.event.body();
    for name in ["specversion", "id", "source", "type", "data"] {
        assert_eq!(body[name], whole.event.body()[name], "{name}");
    }
    assert_eq!(
        (&body["subject"], &body["datacontenttype"]),
        (&json!("Gü %"), &json!("application/json"))
    );
    assert!(parts.text.contains("\"amount\":1.10"), "numbers keep their text: {}", parts.text);
    let list = headers(&binary.each().collect::<Vec<_>>());
    assert_eq!(
        one(Incoming::read(&list, b"[1]")).event.body()["data"],
        json!([1]),
        "data, no batch"
    );
}

#[test]
fn what_is_no_cloud_event_is_refused() {
    let event: Value = serde_json::from_str(CLOUD).expect("JSON");
    for (name, value) in [
        ("specversion", json!("0.3")),
        ("id", json!("")),
        ("source", json!(1)),
        ("type", Value::Null),
    ] {
        let mut bad = event.clone();
        bad[name] = value;
        refused(read("application/cloudevents+json", &bad.to_string()), "bad-body");
        bad.as_object_mut().expect("an object").remove(name);
        let detail = refused(read("application/cloudevents+json", &bad.to_string()), "bad-body");
        assert!(detail.contains(name), "{detail}");
    }
    for (name, value) in [
        ("ce-data", "x"),
        ("ce-A b", "x"),
        ("ce-x", "%2"),
        ("ce-x", "%ff"),
        ("ce-x", "%00"),
        ("ce-x", "%+1"),
    ] {
        let bad = headers(&[
            ("content-type", "application/json"),
            ("ce-specversion", "1.0"),
            (name, value),
        ]);
        refused(Incoming::read(&bad, b"{}"), "bad-body");
    }
}

#[test]
fn a_batch_of_cloud_events_judges_each_envelope() {
    let body = format!("[{CLOUD},{{\"id\":\"1\"}}]");
    let Ok(Incoming::Batch(events)) = read("application/cloudevents-batch+json", &body) else {
        panic!("no batch")
    };
    assert!(events[0].as_ref().is_ok_and(|arrived| arrived.cloud.is_some()));
    assert!(matches!(events[1], Err(Problem::BadBody(_))));
}

#[test]
fn a_cloud_event_of_another_type_or_source_does_not_fit() {
    let arrived = one(read("application/cloudevents+json", CLOUD));
    assert_eq!(arrived.fits(&source("crm.deal.won", None)), Ok(()));
    assert_eq!(arrived.fits(&source("crm.deal.won", Some("/crm"))), Ok(()));
    let other = arrived.fits(&source("crm.deal.lost", None)).expect_err("another type");
    assert_eq!(
        other.detail(),
        "the event is of type crm.deal.won; the integration takes those of type crm.deal.lost"
    );
    assert!(arrived.fits(&source("crm.deal.won", Some("/shop"))).is_err());
    let plain = one(read("application/json", CLOUD));
    assert_eq!(
        plain.fits(&source("crm.deal.lost", None)),
        Ok(()),
        "plain JSON says nothing of itself"
    );
}

#[test]
fn a_message_on_the_intake_queue_tells_its_form_by_its_members() {
    let bus = r#"{"version":"0","id":"b-1","detail-type":"crm.deal.won","source":"crm","detail":{"n": 1.10}}"#;
    let message = Message::read(bus).expect("EventBridge's");
    assert_eq!((message.text.as_str(), message.via), (r#"{"n": 1.10}"#, "eventbridge"));
    assert_eq!(message.name, "eventbridge:b-1");
    assert_eq!(message.to, To::Wanting { event: "crm.deal.won".into(), from: "crm".into() });

    let named = r#"{"integration":"deal-won","event":{"n":1},"idempotency_key":"k-1"}"#;
    let message = Message::read(named).expect("named");
    assert_eq!(message.to, To::Named(IntegrationName::new("deal-won")));
    assert_eq!(message.key, Some(IdempotencyKey::new("k-1")));
    assert!(message.name.starts_with("sqs:") && message.via == "sqs", "{message:?}");
    assert_eq!(Message::read(named).expect("again").name, message.name);

    let message = Message::read(CLOUD).expect("a CloudEvent");
    assert_eq!(message.text, CLOUD);
    assert_eq!(message.to, To::Wanting { event: "crm.deal.won".into(), from: "/crm".into() });
}

#[test]
fn a_message_that_nobody_could_be_told_of_is_poison() {
    for bad in [
        "",
        "{",
        "null",
        "[]",
        "7",
        "{}",
        r#"{"detail":{}}"#,
        r#"{"detail-type":"x","id":"1"}"#,
        r#"{"integration":"x"}"#,
        r#"{"event":{}}"#,
        r#"{"specversion":"1.0"}"#,
        r#"{"integration":"x","event":{},"idempotency_key":"a b"}"#,
        r#"{"integration":"x","integration":"y","event":{}}"#,
    ] {
        assert!(Message::read(bad).is_err(), "{bad}");
    }
    let detail_as_text = r#"{"id":"1","detail-type":"x","source":"y","detail":"{}"}"#;
    let message = Message::read(detail_as_text).expect("it has an owner");
    assert!(message.event.is_err(), "and is refused");
}
