//! Input at the edges: keys, odd shapes, large numbers, names that imitate our own; each answered, none a 5xx.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fairlead_core::class::Class;
use futures::{FutureExt, future::join_all};
use serde_json::{Value, json};

use crate::{
    ingress::{assert_no_trace, assert_problem},
    support::{
        case::{Case, entry_key},
        scenario::Scenario,
        signed::{Call, root},
        wait::SOON,
        world::World,
    },
};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("which events are the same, and which only look alike", |w| {
            keys(w).boxed_local()
        }),
        Scenario::new(
            "a request of an odd shape is answered, however it reached the function",
            |w| shapes(w).boxed_local(),
        ),
        Scenario::new("odd but good events are delivered as they are", |w| odd(w).boxed_local()),
        Scenario::new("numbers beyond 2^53 keep every digit", |w| large(w).boxed_local()),
        Scenario::new("an odd event on the bus reaches its owner", |w| on_the_bus(w).boxed_local()),
        Scenario::new("a message that is no event stays on the intake queue", |w| {
            no_envelope(w).boxed_local()
        }),
    ]
}

const DEALS: &str = "/events/deal-won-to-invoice";

/// What the names of messages begin with that a function is right to log as errors.
pub(crate) const STRAY: &str = "stray-message-";

fn event(body: impl Into<Vec<u8>>) -> Call {
    Call::post("execute-api", DEALS, body.into()).with("content-type", "application/json")
}

async fn keys(world: &World) {
    let keyed = |n: u32, key: &str| {
        event(Case::deal(&format!("KEYED-{n}")).event.to_string()).with("idempotency-key", key)
    };
    // Where the integration makes its key from the event, the event decides.
    let first = world.call(Some(&root()), keyed(2, "\"k-1\"")).await;
    assert_eq!(first.status, 202, "{first:?}");
    let again = world.call(Some(&root()), keyed(2, "k-2")).await;
    assert_eq!((again.status, &again.json()["duplicate"]), (202, &json!(true)), "{again:?}");
    let other = world.call(Some(&root()), keyed(3, "k-1")).await;
    assert_eq!((other.status, &other.json()["duplicate"]), (202, &json!(false)), "{other:?}");
    // Keys that differ in case only are two keys; one that begins with white space is no deal's number at all.
    let alike = ["KEYED-a", "KEYED-A"].map(Case::deal);
    // One id at three integrations, two of them with one destination: three events.
    let shared = [Case::deal("KEYED-ALL"), Case::refund("KEYED-ALL"), Case::payment("KEYED-ALL")];
    for case in alike.iter().chain(&shared) {
        world.accept(case).await;
    }
    for case in alike.iter().chain(&shared) {
        world.delivered(SOON, case).await;
        assert_eq!(world.invoices(case), 1, "{}", case.external);
    }
    for id in [" KEYED-a", "KEYED-a "] {
        let reply = world.call(Some(&root()), event(Case::deal(id).event.to_string())).await;
        assert_problem(id, &reply, 422, "violations");
    }
}

/// One request as API Gateway would hand it on: what it is, and the status that it gets.
fn odd_requests() -> Vec<(&'static str, Value, u16)> {
    let of = |more: Value| {
        let mut request = json!({
            "version": "2.0", "routeKey": "POST /events/{integration}", "rawPath": DEALS,
            "headers": {"content-type": "application/json"}, "isBase64Encoded": false,
            "pathParameters": {"integration": "deal-won-to-invoice"}, "body": "{}",
        });
        if let (Some(request), Value::Object(more)) = (request.as_object_mut(), more) {
            request.extend(more);
        }
        request
    };
    let base64 = |bytes: &[u8]| json!({"isBase64Encoded": true, "body": STANDARD.encode(bytes)});
    vec![
        (
            "marked as base64 and is not",
            of(json!({"isBase64Encoded": true, "body": "SHAPE-1!"})),
            400,
        ),
        ("bytes that are no UTF-8", of(base64(b"{\"id\":\"SHAPE-2\xff\"}")), 400),
        ("no body", of(json!({"body": null})), 400),
        // The engine's own server answers a request whose Content-Length is wrong. One that cuts hands on this.
        (
            "shorter than its Content-Length",
            of(json!({"headers": {"content-type": "application/json", "content-length": "400"},
                "body": "{\"id\":\"SHAPE-3\",\"data\":{"})),
            400,
        ),
        ("no headers", of(json!({"headers": null})), 415),
        (
            "a header that is no ASCII",
            of(
                json!({"headers": {"content-type": "application/json", "idempotency-key": "\u{e9}\n"}}),
            ),
            400,
        ),
        ("no parameters", of(json!({"pathParameters": null})), 404),
        ("a route that is none", of(json!({"routeKey": "$default"})), 404),
        (
            "payload format 1.0",
            json!({"version": "1.0", "resource": "/events/{integration}", "path": DEALS, "httpMethod": "POST", "headers": {}, "body": "{}", "isBase64Encoded": false}),
            404,
        ),
    ]
}

async fn shapes(world: &World) {
    let function = &world.engine.outputs().validate_function;
    let path = format!("/2015-03-31/functions/{function}/invocations");
    join_all(odd_requests().into_iter().map(async |(what, request, status)| {
        let call = Call::post("lambda", &path, request.to_string().into_bytes());
        let answer = world.ask(call).await.json();
        assert_eq!(answer["statusCode"], status, "{what}: {answer}");
        assert_eq!(answer["headers"]["content-type"], "application/problem+json", "{what}");
    }))
    .await;
}

async fn odd(world: &World) {
    // Two ways to write one letter are two ids; nobody asked us to decide that they are one customer.
    let (composed, apart) = ("ODD-Caf\u{e9}", "ODD-Cafe\u{301}");
    let forged = "\u{202e}\u{1f600}\n{\"level\":\"ERROR\",\"forged\":true}";
    let injected = r#"\(env) \(input) {{7*7}} ${jndi:ldap://127.0.0.1/x} <%= 1 %> $[?(@.x)] /~1~0"#;
    let mut cases = [composed, apart, "ODD-#|EVENT#", "ODD-~1~0$['x']", "ODD-TEMPLATE"]
        .into_iter()
        .enumerate()
        .map(|(n, id)| Case::order(&format!("ODD-O{n}"), id))
        .collect::<Vec<_>>();
    cases[0].event["id"] = json!("EVENT#gate#finance-api|");
    cases[1].event["data"]["order"]["customer"]["name"] = json!(forged);
    cases[4].event["data"]["order"]["customer"]["name"] = json!(injected);
    join_all(cases.iter().map(async |case| {
        world.accept(case).await;
        world.delivered(SOON, case).await;
    }))
    .await;
    let customers = world.vendor.customers();
    for case in &cases {
        let found = customers.iter().filter(|customer| customer.id == case.id).count();
        assert_eq!(found, 1, "{}: {customers:?}", case.id);
    }
    let written = customers.iter().find(|customer| customer.id == cases[4].id);
    assert_eq!(written.map(|customer| &customer.fields["name"]), Some(&json!(injected)));
    for (group, lines) in world.logs().await {
        let forged = lines.iter().find(|line| line.starts_with("{\"level\":\"ERROR\",\"forged\""));
        assert_eq!(forged, None, "a line was forged in {group}");
    }
    // The same payload with its members in another order and other white space.
    let first = &cases[2];
    let data = first.event["data"].to_string();
    let turned = format!("{{\n \"data\": {data} ,\"id\":{}}}", first.event["id"]);
    let path = format!("/events/{}", first.integration);
    let call = Call::post("execute-api", &path, turned.into_bytes())
        .with("content-type", "application/json");
    let reply = world.call(Some(&root()), call).await;
    assert_eq!((reply.status, &reply.json()["duplicate"]), (202, &json!(true)), "{reply:?}");
}

/// 2^53 + 1, which a reader of floating point takes for 2^53.
async fn large(world: &World) {
    // Trap P3: a key of the record alone, which takes its second change for the first.
    // Two versions that are one number in floating point are two changes of one order.
    for version in ["9007199254740992", "9007199254740993"] {
        let order = Case::order("LARGE-O1", "LARGE-C1");
        let body = order.event.to_string();
        let body = body.replacen("\"version\":1", &format!("\"version\":{version}"), 1);
        let body = body.replacen("\"129.00\"", version, 1);
        let call =
            Call::post("execute-api", "/events/order-updated-to-customer", body.into_bytes());
        let call = call.with("content-type", "application/json");
        // A header that nobody asked for may be long.
        let reply = world.call(Some(&root()), call.with("x-filler", &"f".repeat(10_000))).await;
        assert_eq!((reply.status, &reply.json()["duplicate"]), (202, &json!(false)), "{reply:?}");
        let key = format!("order-updated:LARGE-O1:{version}");
        let order = Case { key, ..order };
        world.delivered(SOON, &order).await;
        let requests = world.requests(&order);
        let sent = requests.last().expect("it was sent");
        assert!(sent.body.contains(&format!("\"total_cents\":{version}00")), "{sent:?}");
    }
}

/// Messages that are no event of EventBridge: they stay on the queue, and after five receives lie on its DLQ.
///
/// Asked of the function itself, because a DLQ that fills is an alarm, and other scenarios want to see none.
async fn no_envelope(world: &World) {
    let function = &world.engine.outputs().validate_function;
    let path = format!("/2015-03-31/functions/{function}/invocations");
    let case = Case::order("NOENVELOPE-O1", "NOENVELOPE-C1");
    let envelope = |without: &str| {
        let mut envelope = json!({
            "version": "0", "id": "NOENVELOPE", "detail-type": case.kind(), "source": "shop", "detail": case.event,
        });
        envelope.as_object_mut().expect("an object").remove(without);
        envelope.to_string()
    };
    let bodies = ["detail-type", "detail", "id"].map(envelope);
    let bodies =
        bodies.into_iter().chain(["null".to_owned(), "[]".to_owned(), "NOENVELOPE".to_owned()]);
    let records = bodies.enumerate();
    let records =
        records.map(|(n, body)| json!({"messageId": format!("{STRAY}{n}"), "body": body}));
    let records: Vec<Value> = records.collect();
    let call = Call::post("lambda", &path, json!({"Records": records}).to_string().into_bytes());
    let answer = world.ask(call).await.json();
    let stays = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
    let stays: Vec<_> = stays.iter().map(|failure| failure["itemIdentifier"].clone()).collect();
    let all: Vec<_> = records.iter().map(|record| record["messageId"].clone()).collect();
    assert_eq!(stays, all, "{answer}");
    assert_no_trace(world, "NOENVELOPE").await;
}

async fn on_the_bus(world: &World) {
    let case = Case::order("ONBUS-O1", "ONBUS-C1");
    let url = &world.engine.outputs().intake_queue_url;
    let large = json!({"id": "x", "data": "x".repeat(256 * 1024)});
    for (id, detail) in
        [("ONBUS-TEXT", json!("{}")), ("ONBUS-LIST", json!([1])), ("ONBUS-LARGE", large)]
    {
        let envelope = json!({
            "version": "0", "id": id, "detail-type": case.kind(), "source": "shop",
            "account": "000000000000", "detail": detail,
        });
        world.stack.send(url, &envelope.to_string()).await.expect("SQS takes it");
        let key = entry_key(case.integration, &format!("eventbridge:{id}"));
        let entry = world.parked_at(SOON, &case, &key, Class::Schema).await;
        world.told(&case, &entry).await;
    }
    assert!(world.requests(&case).is_empty());
}
