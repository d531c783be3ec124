//! The forms in which events may come: batches, CloudEvents, messages on the intake queue; and how one delivery stands.

use futures::FutureExt;
use serde_json::{Value, json};

use fairlead_core::class::Class;

use crate::support::{
    case::{Case, entry_key},
    scenario::Scenario,
    signed::{Call, Reply, root},
    wait::{SOON, eventually},
    world::World,
};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "a batch is answered event by event, and its repetition is recognised",
            |w| batch(w).boxed_local(),
        ),
        Scenario::new("a CloudEvent is the same event in each of its modes", |w| {
            cloud(w).boxed_local()
        }),
        Scenario::new("a sender inside the account puts events on the intake queue", |w| {
            queue(w).boxed_local()
        }),
        Scenario::new("an event that nobody wants is let go and poisons nothing", |w| {
            unwanted(w).boxed_local()
        }),
        Scenario::new("a delivery tells how it stands and nothing of its payload", |w| {
            standing(w).boxed_local()
        }),
    ]
}

const DEALS: &str = "/events/deal-won-to-invoice";

async fn post(world: &World, kind: &str, body: &Value) -> Reply {
    let call = Call::post("execute-api", DEALS, body.to_string().into_bytes());
    world.call(Some(&root()), call.with("content-type", kind)).await
}

async fn batch(world: &World) {
    let [first, second] = [1, 2].map(|n| Case::deal(&format!("BATCH-{n}")));
    let mut bad = Case::deal("BATCH-BAD").event;
    bad["data"]["deal"]["currency"] = json!("EURO");
    let body = json!([first.event, bad, 7, second.event, first.event]);
    let reply = post(world, "application/json", &body).await;
    assert_eq!((reply.status, &*reply.kind), (207, "application/json"), "{reply:?}");
    let told = reply.json();
    assert_eq!((&told["accepted"], &told["refused"]), (&json!(3), &json!(2)), "{told:#}");
    let of = |name: &str| -> Vec<Value> {
        told["events"].as_array().into_iter().flatten().map(|event| event[name].clone()).collect()
    };
    assert_eq!(of("status"), [202, 422, 400, 202, 202].map(Value::from));
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(of("duplicate"), [no.clone(), Value::Null, Value::Null, no, yes]);
    assert_eq!(of("delivery")[0], of("delivery")[4]);
    assert_eq!(of("problem")[1]["violations"][0]["pointer"], "/data/deal/currency");
    for case in [&first, &second] {
        world.delivered(SOON, case).await;
    }
    let again = post(world, "application/json", &json!([first.event, second.event])).await.json();
    let duplicates: Vec<_> =
        again["events"].as_array().into_iter().flatten().map(|e| &e["duplicate"]).collect();
    assert_eq!(duplicates, [true, true], "{again:#}");
    assert_eq!((world.invoices(&first), world.invoices(&second)), (1, 1));
    let many = vec![Case::deal("BATCH-MANY").event; 101];
    let reply = post(world, "application/json", &json!(many)).await;
    assert_eq!(
        (reply.status, &reply.json()["type"]),
        (413, &json!("urn:fairlead:problem:too-many"))
    );
}

async fn cloud(world: &World) {
    let envelope = |case: &Case, kind: &str| json!({"specversion": "1.0", "id": case.event["id"], "source": "/crm", "type": kind, "data": case.event["data"]});
    let [whole, parts, other] = [1, 2, 3].map(|n| Case::deal(&format!("CLOUD-{n}")));
    let reply = post(world, "application/cloudevents+json", &envelope(&whole, whole.kind())).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    let body = parts.event["data"].to_string().into_bytes();
    let binary = Call::post("execute-api", DEALS, body)
        .with("content-type", "application/json")
        .with("ce-specversion", "1.0")
        .with("ce-id", parts.event["id"].as_str().unwrap_or_default())
        .with("ce-source", "/crm")
        .with("ce-type", parts.kind());
    let reply = world.call(Some(&root()), binary).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    for case in [&whole, &parts] {
        let entry = world.delivered(SOON, case).await;
        let event: Value = serde_json::from_str(&entry.event).expect("JSON");
        assert_eq!((&event["type"], &event["data"]), (&json!(case.kind()), &case.event["data"]));
    }
    let reply =
        post(world, "application/cloudevents+json", &envelope(&other, "crm.deal.lost")).await;
    assert_eq!(
        (reply.status, &reply.json()["type"]),
        (422, &json!("urn:fairlead:problem:wrong-type"))
    );
    let list = json!([envelope(&whole, whole.kind()), envelope(&other, "crm.deal.lost")]);
    let reply = post(world, "application/cloudevents-batch+json", &list).await;
    let told = reply.json();
    assert_eq!((reply.status, &told["events"][0]["duplicate"]), (207, &json!(true)), "{told:#}");
    assert_eq!(told["events"][1]["status"], 422, "{told:#}");
    assert_eq!(world.entry(&other.entry()).await, None);
}

async fn send(world: &World, body: &Value) {
    let url = &world.engine.outputs().intake_queue_url;
    world.stack.send(url, &body.to_string()).await.expect("SQS takes it");
}

async fn queue(world: &World) {
    let named = Case::order("QUEUE-O1", "QUEUE-C1");
    send(world, &json!({"integration": named.integration, "event": named.event})).await;
    let cloud = Case::order("QUEUE-O2", "QUEUE-C2");
    send(
        world,
        &json!({"specversion": "1.0", "id": "q-2", "source": "/shop", "type": cloud.kind(), "data": cloud.event["data"]}),
    )
    .await;
    let mut bad = Case::order("QUEUE-O3", "QUEUE-C3");
    bad.event["data"]["order"]["currency"] = json!("euros");
    let body = json!({"integration": bad.integration, "event": bad.event});
    send(world, &body).await;
    for case in [&named, &cloud] {
        let entry = world.delivered(SOON, case).await;
        assert!(entry.history.lines[0].what.text().contains("sqs"), "{:?}", entry.history);
    }
    let digest = fairlead_core::id::Sha256Hex::of(body.to_string().as_bytes());
    let key = entry_key(bad.integration, &format!("sqs:{}", &digest.as_str()[..40]));
    let entry = world.parked_at(SOON, &bad, &key, Class::Schema).await;
    world.told(&bad, &entry).await;
    assert!(world.requests(&bad).is_empty());
}

async fn unwanted(world: &World) {
    let mark = "UNWANTED-1";
    world.stack.put_event("nobody.wants.this", &json!({"mark": mark})).await.expect("it is taken");
    let url = &world.engine.outputs().intake_queue_url;
    let body =
        json!({"specversion": "1.0", "id": mark, "source": "/x", "type": "nobody.wants.this"});
    world.stack.send(url, &body.to_string()).await.expect("SQS takes it");
    let seen = async || -> usize {
        let logs = world.logs().await;
        let said = |line: &&String| line.contains("no integration wants this event");
        logs.iter().flat_map(|(_, lines)| lines).filter(said).count()
    };
    let look = async || (seen().await >= 2).then_some(());
    eventually(SOON, "both are let go, with a line in the log", async || String::new(), look).await;
    let left = async || -> String {
        let queues = world.queues().await;
        let with = |messages: &[Value]| messages.iter().any(|m| m.to_string().contains(mark));
        queues.iter().filter(|(_, m)| with(m)).map(|(name, _)| name.clone()).collect()
    };
    let look = async || left().await.is_empty().then_some(());
    eventually(SOON, "no queue and no DLQ holds them", left, look).await;
}

async fn standing(world: &World) {
    let case = Case::deal("STANDING-1");
    let id = world.accept(&case).await;
    world.delivered(SOON, &case).await;
    let path = format!("/deliveries/{id}");
    let reply = world.call(Some(&root()), Call::get("execute-api", &path)).await;
    let body = reply.json();
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!((&body["delivery"], &body["status"]), (&json!(id), &json!("delivered")), "{body:#}");
    assert_eq!((&body["attempts"], &body["effect"]), (&json!(1), &json!("done")), "{body:#}");
    assert_eq!(body["record"]["id"], case.id, "{body:#}");
    assert!(!reply.text.contains("1250.00"), "it shows the payload: {body:#}");

    let unsigned = world.call(None, Call::get("execute-api", &path)).await;
    assert_eq!(unsigned.status, 403, "{unsigned:?}");
    for unknown in ["0199c2", "no-id", "00000000-0000-7000-8000-000000000000", "%2e%2e", &id[..35]]
    {
        let path = format!("/deliveries/{unknown}");
        let reply = world.call(Some(&root()), Call::get("execute-api", &path)).await;
        assert_eq!(reply.status, 404, "{unknown}: {reply:?}");
    }
}
