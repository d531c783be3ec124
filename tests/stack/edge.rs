//! Input at the edges: sizes, encodings, keys, names that imitate our own; each answered, none a 5xx.

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
        Scenario::new("input beyond a bound is refused by that bound and leaves no trace", |w| {
            bounds(w).boxed_local()
        }),
        Scenario::new(
            "an idempotency key that is none is refused, and a good one is let through",
            |w| keys(w).boxed_local(),
        ),
        Scenario::new(
            "a request of an odd shape is answered, however it reached the function",
            |w| shapes(w).boxed_local(),
        ),
        Scenario::new("odd but good events are delivered as they are", |w| odd(w).boxed_local()),
        Scenario::new("an odd event on the bus reaches its owner", |w| on_the_bus(w).boxed_local()),
    ]
}

const DEALS: &str = "/events/deal-won-to-invoice";

fn event(body: impl Into<Vec<u8>>) -> Call {
    Call::post("execute-api", DEALS, body.into()).with("content-type", "application/json")
}

fn good(n: u32) -> String {
    Case::deal(&format!("EDGE-{n}")).event.to_string()
}

/// One request: what it is, the status and the problem that it gets.
type Row = (&'static str, Call, u16, &'static str);

fn beyond() -> Vec<Row> {
    let utf16: Vec<u8> = good(1).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let keys: String = (0..1_000_000).map(|n| format!("\"{n}\":1,")).collect();
    let amount = |text: &str, n: u32| good(n).replacen("\"1250.00\"", text, 1);
    let bad = |what: &'static str, body: Vec<u8>| -> Row { (what, event(body), 400, "bad-body") };
    vec![
        bad("UTF-16", utf16),
        bad("Infinity", amount("Infinity", 2).into()),
        bad("a leading plus", amount("+1", 3).into()),
        bad("1e400", amount("1e400", 4).into()),
        bad("more than 100 digits", amount(&"9".repeat(101), 5).into()),
        bad("garbage after the document", format!("{}x", good(6)).into()),
        bad(
            "two values for one member",
            good(7).replacen("\"amount\"", "\"amount\":1,\"\\u0061mount\"", 1).into(),
        ),
        bad("a depth of 90,000", format!("{}{}", "[".repeat(90_000), "]".repeat(90_000)).into()),
        bad("compressed and not said so", b"\x1f\x8b\x08\x00EDGE-8".to_vec()),
        bad("a list of numbers in a batch that is no JSON", b"[1,2".to_vec()),
        (
            "10 MB",
            event(good(9).replacen("Nordwind", &"N".repeat(10_000_000), 1)),
            413,
            "too-large",
        ),
        ("a million members", event(format!("{{{keys}\"EDGE-10\":1}}")), 413, "too-large"),
        (
            "a batch of 2 MB",
            event(format!("[{}]", vec![good(11); 9_000].join(","))),
            413,
            "too-large",
        ),
        ("compressed", event(good(12)).with("content-encoding", "gzip"), 415, "wrong-content-type"),
        (
            "forty decimals",
            event(amount("0.1234567890123456789012345678901234567890", 13)),
            422,
            "violations",
        ),
    ]
}

async fn bounds(world: &World) {
    join_all(beyond().into_iter().map(async |(what, call, status, problem)| {
        let reply = world.call(Some(&root()), call).await;
        assert_problem(what, &reply, status, problem);
    }))
    .await;
    // What is no UTF-8 is replaced by some gateways before we see it; it must not be a 5xx.
    let reply = world.call(Some(&root()), event(b"{\"EDGE-14\":\"\xff\xfe\"}".to_vec())).await;
    assert!((400..500).contains(&reply.status), "{reply:?}");
    assert_no_trace(world, "EDGE").await;
}

async fn keys(world: &World) {
    let keyed = |n: u32, key: &str| {
        event(Case::deal(&format!("KEYED-{n}")).event.to_string()).with("idempotency-key", key)
    };
    let rows = [
        ("empty", keyed(1, "")),
        ("an empty text", keyed(1, "\"\"")),
        ("256 characters", keyed(1, &"k".repeat(256))),
        ("a space", keyed(1, "a b")),
        ("no closing quote", keyed(1, "\"a")),
        ("sent twice", keyed(1, "a").with("idempotency-key", "b")),
    ];
    join_all(rows.map(async |(what, call)| {
        let reply = world.call(Some(&root()), call).await;
        assert_problem(what, &reply, 400, "idempotency-key");
    }))
    .await;
    assert_no_trace(world, "KEYED-1\"").await;
    // Where the integration makes its key from the event, the event decides.
    let first = world.call(Some(&root()), keyed(2, "\"k-1\"")).await;
    assert_eq!(first.status, 202, "{first:?}");
    let again = world.call(Some(&root()), keyed(2, "k-2")).await;
    assert_eq!((again.status, &again.json()["duplicate"]), (202, &json!(true)), "{again:?}");
    let other = world.call(Some(&root()), keyed(3, "k-1")).await;
    assert_eq!((other.status, &other.json()["duplicate"]), (202, &json!(false)), "{other:?}");
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
    let mut cases = [composed, apart, "ODD-#|EVENT#", "ODD-~1~0$['x']"]
        .into_iter()
        .enumerate()
        .map(|(n, id)| Case::order(&format!("ODD-O{n}"), id))
        .collect::<Vec<_>>();
    cases[0].event["id"] = json!("EVENT#gate#finance-api|");
    cases[1].event["data"]["order"]["customer"]["name"] = json!(forged);
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
