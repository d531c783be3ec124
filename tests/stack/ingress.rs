//! Bad input: each its own answer, nothing kept, nothing sent.

use std::collections::BTreeSet;

use futures::{FutureExt, future::join_all};
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
        Scenario::new("bad input is answered by its own problem and leaves no trace", |w| {
            bad(w).boxed_local()
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

/// One bad event: what it is, its content type, its body, the status and the problem that it gets.
type Row = (&'static str, Option<&'static str>, Vec<u8>, u16, &'static str);

fn rows() -> Vec<Row> {
    let good = |n: u8| Case::deal(&format!("INGRESS-{n}")).event.to_string();
    let row = |what, body: &str| (what, JSON, body.as_bytes().to_vec(), 400, "bad-body");
    let twice = good(1).replacen("\"amount\"", "\"amount\":\"1.00\",\"amount\"", 1);
    let nul = good(2).replacen("Nordwind", "Nord\\u0000wind", 1);
    let lone = good(3).replacen("Nordwind", "\\ud800", 1);
    let deep = format!("{{\"data\":{}\"INGRESS-4\"{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let large = good(5).replacen("Nordwind", &"N".repeat(300_000), 1);
    let typed = |what, kind, n| (what, kind, good(n).into_bytes(), 415, "wrong-content-type");
    vec![
        row("an empty body", ""),
        row("white space", " \r\n\t"),
        row("no JSON", "INGRESS-6"),
        row("null", "null"),
        row("a list", "[]"),
        row("a text", "\"x\""),
        row("a number", "1"),
        row("a member twice", &twice),
        row("a byte order mark", &format!("\u{feff}{}", good(7))),
        row("a depth of 5000", &deep),
        row("a NUL escape", &nul),
        row("half a surrogate pair", &lone),
        row("a trailing comma", "{\"id\":\"INGRESS-8\",}"),
        row("two documents", &format!("{}{}", good(9), good(9))),
        row("NaN", &good(10).replacen("\"1250.00\"", "NaN", 1)),
        row("a huge exponent", &good(11).replacen("\"1250.00\"", "1e99999", 1)),
        ("300 kB", JSON, large.into_bytes(), 413, "too-large"),
        typed("plain text", Some("text/plain"), 12),
        typed("a form", Some("application/x-www-form-urlencoded"), 13),
        typed("another charset", Some("application/json; charset=iso-8859-1"), 14),
        typed("no content type", None, 15),
    ]
}

async fn bad(world: &World) {
    let path = "/events/deal-won-to-invoice";
    join_all(rows().into_iter().map(async |(what, kind, body, status, problem)| {
        let reply = world.call(Some(&root()), event(path, kind, body)).await;
        assert_problem(what, &reply, status, problem);
    }))
    .await;
    let unknown = event("/events/no-such", JSON, Case::deal("INGRESS-16").event.to_string().into());
    let reply = world.call(Some(&root()), unknown).await;
    assert_problem("an unknown integration", &reply, 404, "unknown-integration");
    assert_no_trace(world, "INGRESS").await;
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
