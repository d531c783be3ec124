//! What comes in by the API: who may, and where it leads. The list of bad input is in `bad.rs`.

use std::collections::BTreeSet;

use futures::FutureExt;
use serde_json::{Value, json};

use crate::support::{
    case::Case,
    scenario::Scenario,
    signed::{Call, Reply, root},
    wait::SOON,
    world::World,
};

const JSON: Option<&str> = Some("application/json");

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("an unsigned event is refused before any function sees it", |w| {
            unsigned(w).boxed_local()
        }),
        Scenario::new("a path that leads elsewhere is no integration", |w| paths(w).boxed_local()),
        Scenario::new("all violations are listed by JSON pointer", |w| violations(w).boxed_local()),
        Scenario::new("header injection in a value never reaches the vendor raw", |w| {
            injection(w).boxed_local()
        }),
    ]
}

async fn unsigned(world: &World) {
    let case = Case::deal("UNSIGNED-1");
    let answer = world.stack.post_unsigned(case.integration, &case.event).await;
    assert_eq!(answer.expect("the API answers").status, 403);
    assert_eq!(world.entry(&case.entry()).await, None);
    assert!(world.requests(&case).is_empty());
}

fn event(path: &str, kind: Option<&str>, body: Vec<u8>) -> Call {
    let call = Call::post("execute-api", path, body);
    kind.into_iter().fold(call, |call, kind| call.with("content-type", kind))
}

/// Asserts that a request was refused by this problem and no other.
#[track_caller]
pub(crate) fn assert_problem(what: &str, reply: &Reply, status: u16, problem: &str) {
    let kind = (reply.status, &*reply.kind);
    assert_eq!(kind, (status, "application/problem+json"), "{what}: {reply:?}");
    let body = reply.json();
    assert_eq!(body["type"], format!("urn:fairlead:problem:{problem}"), "{what}: {reply:?}");
    assert_eq!(body["status"], status, "{what}: {reply:?}");
    for text in ["title", "detail"] {
        assert!(!body[text].as_str().unwrap_or_default().is_empty(), "{what}: {reply:?}");
    }
}

/// Asserts that nothing with this mark in it was kept or sent.
pub(crate) async fn assert_no_trace(world: &World, mark: &str) {
    let kept = world.scan().await.into_iter().find(|item| item.to_string().contains(mark));
    assert_eq!(kept, None, "an entry was kept");
    assert!(world.vendor.requests_about(mark).is_empty(), "the vendor was asked");
}

async fn paths(world: &World) {
    let body = Case::deal("PATHS-1").event.to_string();
    for path in [
        "/events/../events/deal-won-to-invoice",
        "/events/%2e%2e/events/deal-won-to-invoice",
        "/events/deal-won-to-invoice%2F..%2Frefund-to-credit-note",
        "/events/..%2Fdeal-won-to-invoice",
        "/events/deal-won-to-invoice/",
        "/events/deal-won-to-invoice%00",
        "/events/deal-won-to-invoice%20",
        "/events/DEAL-WON-TO-INVOICE",
        "/events//deal-won-to-invoice",
        "/events/",
        "/",
    ] {
        let status = world.call_raw(&root(), event(path, JSON, body.clone().into())).await;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    assert_no_trace(world, "PATHS").await;
}

async fn violations(world: &World) {
    let event = json!({"data": {"deal": {
        "id": "VIOLATE 1", "amount": true, "currency": "EURO", "account": {"name": 7},
    }}});
    let reply = post(world, "deal-won-to-invoice", &event).await;
    assert_problem("violations", &reply, 422, "violations");
    let body = reply.json();
    let listed = body["violations"].as_array().cloned().unwrap_or_default();
    let pointers: BTreeSet<_> = listed.iter().filter_map(|v| v["pointer"].as_str()).collect();
    let deal = "/data/deal";
    let wanted = ["id", "amount", "currency", "account/id", "account/name"];
    let wanted: Vec<_> = wanted.iter().map(|name| format!("{deal}/{name}")).collect();
    let wanted = wanted.iter().map(String::as_str).chain(["/id"]).collect();
    assert_eq!(pointers, wanted, "{body:#}");
    assert!(listed.iter().all(|v| v["in"] == "event" && v["detail"].is_string()), "{body:#}");

    let mut mapped = Case::deal("VIOLATE-2").event;
    mapped["data"]["deal"]["currency"] = json!("chf");
    let reply = post(world, "deal-won-to-invoice", &mapped).await;
    assert_problem("a value that its table lacks", &reply, 422, "violations");
    assert_eq!(reply.json()["violations"][0]["in"], "mapping", "{reply:?}");
    assert!(reply.text.contains("currency"), "it names the table: {reply:?}");
    assert_no_trace(world, "VIOLATE").await;
}

async fn post(world: &World, integration: &str, body: &Value) -> Reply {
    let path = format!("/events/{integration}");
    world.call(Some(&root()), event(&path, JSON, body.to_string().into_bytes())).await
}

async fn injection(world: &World) {
    // Each is one customer's id, which the integration puts into the vendor's path.
    for (n, (id, sent)) in [
        ("INJECT-1\r\nX-Injected: yes", "INJECT-1%0D%0AX-Injected%3A%20yes"),
        ("INJECT-2 HTTP/1.1\r\n\r\n", "INJECT-2%20HTTP%2F1.1%0D%0A%0D%0A"),
        ("../../v2/invoices?x=INJECT-3#f", "..%2F..%2Fv2%2Finvoices%3Fx%3DINJECT-3%23f"),
        ("INJECT-4%0d%0aX-Injected:yes", "INJECT-4%250d%250aX-Injected%3Ayes"),
        ("http://169.254.169.254/INJECT-5", "http%3A%2F%2F169.254.169.254%2FINJECT-5"),
        ("http://localhost:1/INJECT-6", "http%3A%2F%2Flocalhost%3A1%2FINJECT-6"),
        ("http://[::1]/INJECT-7", "http%3A%2F%2F%5B%3A%3A1%5D%2FINJECT-7"),
        ("http://2852039166/INJECT-8", "http%3A%2F%2F2852039166%2FINJECT-8"),
        ("@127.0.0.1/INJECT-9", "%40127.0.0.1%2FINJECT-9"),
        ("//127.0.0.1/INJECT-10", "%2F%2F127.0.0.1%2FINJECT-10"),
    ]
    .into_iter()
    .enumerate()
    {
        let order = format!("INJECT-O{n}");
        let case = Case::order(&order, id);
        world.accept(&case).await;
        world.delivered(SOON, &case).await;
        let requests = world.vendor.requests_about(&order);
        let paths: Vec<_> = requests.iter().map(|request| request.path.as_str()).collect();
        assert_eq!(paths, [format!("/v3/customers/{sent}")], "{id:?}");
        let injected = |(name, _): &(String, String)| name.contains("injected");
        assert!(!requests.iter().any(|request| request.headers.iter().any(injected)), "{id:?}");
    }
    // A segment of dots means another path however it is encoded; a key with a line break is no header.
    for id in ["..", "."] {
        let reply =
            post(world, "order-updated-to-customer", &Case::order("INJECT-DOT", id).event).await;
        assert_problem(id, &reply, 422, "violations");
    }
    let reply = post(world, "deal-won-to-invoice", &Case::deal("X\r\nX-Injected: 1").event).await;
    assert_problem("a line break in a key", &reply, 422, "violations");
}
