//! Accepted once, delivered once, never early.

use std::{collections::BTreeSet, time::Duration};

use fairlead::vendor::Step;
use fairlead_core::entry::Entry;
use futures::{FutureExt, future::join_all};
use serde_json::json;

use crate::support::{
    case::Case,
    scenario::Scenario,
    wait::SOON,
    watch::{assert_same, words},
    world::World,
};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("a signed event is delivered once", |w| once(w).boxed_local()),
        Scenario::new("fifty identical posts at once make one delivery and one invoice", |w| {
            fifty(w).boxed_local()
        }),
        Scenario::new(
            "the same key with another payload is a conflict that names the first",
            |w| conflict(w).boxed_local(),
        ),
        Scenario::new(
            "a vendor that falters is tried again with the same bytes, never before Retry-After",
            |w| falters(w).boxed_local(),
        ),
        Scenario::new(
            "a vendor that asks for a slower pace uses up no wait of the schedule",
            |w| throttled(w).boxed_local(),
        ),
    ]
}

async fn once(world: &World) {
    let case = Case::deal("ONCE-1");
    let answer = world.post(&case).await;
    assert_eq!((answer.status, &*answer.kind), (202, "application/json"), "{answer:?}");
    let entry = world.delivered(SOON, &case).await;
    assert_eq!(
        answer.body,
        json!({"delivery": entry.id, "duplicate": false, "record": "deal ONCE-1 Nordwind GmbH"})
    );
    assert_eq!(entry.life.attempts, 1);
    assert_eq!(words(&entry.history), ["accepted", "sending", "answered", "delivered"]);
    assert_eq!(entry.idempotency_key.as_str(), case.key);
    assert_sent(world, &case, &entry);
}

/// The vendor got exactly what was rendered at acceptance, once.
fn assert_sent(world: &World, case: &Case, entry: &Entry) {
    let requests = world.requests(case);
    let [sent] = &requests[..] else { panic!("one request: {requests:?}") };
    let rendered = entry.request.as_ref().expect("it was rendered");
    assert_eq!(sent.body, rendered.body);
    assert_eq!((&*sent.method, &*sent.path), ("POST", "/v2/invoices"));
    assert_eq!(sent.idempotency_key.as_deref(), Some(&*case.key));
    let body: serde_json::Value = serde_json::from_str(&sent.body).expect("it is JSON");
    assert_eq!(
        body,
        json!({
            "external_id": case.external, "customer": "A-7", "currency": "EUR",
            "amount_cents": 125_000,
            "lines": [{"text": format!("Deal {}", case.id), "amount_cents": 125_000}],
        })
    );
    assert_eq!(world.invoices(case), 1);
}

async fn fifty(world: &World) {
    let case = Case::deal("FIFTY-1");
    let answers = join_all((0..50).map(|_| world.post(&case))).await;
    assert!(answers.iter().all(|a| a.status == 202), "{answers:?}");
    let new = answers.iter().filter(|a| a.body["duplicate"] == false).count();
    let repeated = answers.iter().filter(|a| a.body["duplicate"] == true).count();
    assert_eq!((new, repeated), (1, 49), "{answers:?}");
    let ids: BTreeSet<_> = answers.iter().map(|a| a.body["delivery"].to_string()).collect();
    let entry = world.delivered(SOON, &case).await;
    assert_eq!(ids, BTreeSet::from([format!("\"{}\"", entry.id)]));
    assert_eq!(entry.life.attempts, 1);
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (1, 1));
}

async fn conflict(world: &World) {
    let case = Case::deal("CONFLICT-1");
    let first = world.accept(&case).await;
    world.delivered(SOON, &case).await;
    let mut other = case.clone();
    other.event["data"]["deal"]["amount"] = json!("1250.01");
    let answer = world.post(&other).await;
    assert_eq!((answer.status, &*answer.kind), (409, "application/problem+json"), "{answer:?}");
    assert_eq!(answer.body["type"], "urn:fairlead:problem:conflict");
    assert_eq!(answer.body["delivery"], *first);
    // Another order of the members, another way to write a text, is the same payload.
    let text = case.event.to_string().replacen("Nordwind", "\\u004eordwind", 1);
    let again = world.stack.post_bytes(case.integration, "application/json", text.into()).await;
    let again = again.expect("the API answers");
    assert_eq!((again.status, &again.body["duplicate"]), (202, &json!(true)), "{again:?}");
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (1, 1));
}

async fn falters(world: &World) {
    let case = Case::deal("FALTER-1");
    // Longer than the schedule's second wait of a minute with all its jitter, so that only the header can explain it.
    world.vendor.behave(&case.id, vec![Step::status(500), Step::retry_after(503, "75")]);
    world.accept(&case).await;
    let entry = world.delivered(Duration::from_secs(180), &case).await;
    assert_eq!(entry.life.attempts, 3);
    let requests = world.requests(&case);
    let [first, second, third] = &requests[..] else { panic!("three requests: {requests:?}") };
    assert_same(&requests, &case.key);
    assert!(second.at.duration_since(first.at).as_secs() >= 10, "before the schedule");
    assert!(third.at.duration_since(second.at).as_secs() >= 75, "before Retry-After");
    assert_eq!(world.invoices(&case), 1);
}

async fn throttled(world: &World) {
    let case = Case::refund("PACE-1");
    world.vendor.behave(&case.id, vec![Step::retry_after(429, "3"), Step::retry_after(429, "2")]);
    world.accept(&case).await;
    let entry = world.delivered(SOON, &case).await;
    assert_eq!((entry.life.attempts, entry.life.failures), (3, 0));
    let requests = world.requests(&case);
    let wait = |n: usize| requests[n + 1].at.duration_since(requests[n].at).as_millis();
    assert!(wait(0) >= 3_000 && wait(1) >= 2_000, "{requests:?}");
    assert_eq!(world.invoices(&case), 1);
}
