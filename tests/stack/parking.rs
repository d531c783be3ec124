//! What is parked reaches its owner once, with all she needs; her retry is safe.

use fairlead::vendor::Step;
use fairlead_core::{
    class::{Class, Effect},
    entry::Entry,
    issue::Cause,
};
use futures::FutureExt;
use serde_json::{Value, json};

use crate::support::{
    case::Case,
    inbox::Letter,
    scenario::Scenario,
    wait::SOON,
    watch::words,
    world::{World, forms},
};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("a 422 parks with the vendor's reason, one DLQ message and one alert", |w| {
            rejected(w).boxed_local()
        }),
        Scenario::new("a redriven DLQ message retries once, however often it is redriven", |w| {
            redrive(w).boxed_local()
        }),
        Scenario::new("a ticket that crashed becomes an issue within two minutes", |w| {
            crashed(w).boxed_local()
        }),
        Scenario::new("a redirect is not followed", |w| redirect(w).boxed_local()),
        Scenario::new("a vendor that echoes our key teaches it to nobody", |w| {
            echo(w).boxed_local()
        }),
    ]
}

/// Each scenario has a status of its own, so that each opens an issue.
fn no(code: u16) -> Step {
    let error =
        json!({"error": {"code": "customer_blocked", "message": "customer A-7 is blocked"}});
    Step::Status { code, retry_after: None, body: Some(error) }
}

async fn rejected(world: &World) {
    let case = Case::deal("REJECT-1");
    world.vendor.behave(&case.id, vec![no(422)]);
    world.accept(&case).await;
    let entry = world.parked(SOON, &case, Class::Rejected).await;
    assert_eq!(words(&entry.history), ["accepted", "sending", "answered", "parked", "alerted"]);
    assert_eq!(entry.effect(), Effect::Refused);
    let (alert, letter) = world.told(&case, &entry).await;
    assert_alert(&alert, &entry);
    assert_letter(&letter, &entry);
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (1, 0));
}

#[track_caller]
fn assert_alert(alert: &Value, entry: &Entry) {
    let facts = &alert["metadata"]["additionalContext"];
    for (name, wanted) in [
        ("integration", "deal-won-to-invoice"),
        ("step", "dispatch"),
        ("record", "deal REJECT-1 Nordwind GmbH"),
        ("class", "rejected"),
        ("effect", "refused"),
        ("owner", "finance-ops"),
        ("contact", "finance-ops@example.com"),
        ("attempts", "1"),
        ("next_action", Class::Rejected.next_action()),
        ("delivery", &entry.id.to_string()),
    ] {
        assert_eq!(facts[name], wanted, "{name} in {alert:#}");
    }
    let description = alert["content"]["description"].as_str().unwrap_or_default();
    assert!(description.contains("customer A-7 is blocked"), "{alert:#}");
    let issue = Cause::of(entry).expect("it is parked").id();
    let command = format!("fairlead retry --issue {issue} ");
    assert!(alert["content"]["nextSteps"].to_string().contains(&command), "{alert:#}");
    assert_eq!(alert["metadata"]["threadId"], issue.as_str());
    // What Amazon Q Developer asks of a custom notification.
    assert_eq!((&alert["version"], &alert["source"]), (&json!("1.0"), &json!("custom")));
    assert_eq!(alert["content"]["textType"], "client-markdown");
}

#[track_caller]
fn assert_letter(letter: &Letter, entry: &Entry) {
    for (name, wanted) in [
        ("integration", "deal-won-to-invoice"),
        ("step", "dispatch"),
        ("record", "deal REJECT-1 Nordwind GmbH"),
        ("class", "rejected"),
        ("owner", "finance-ops"),
        ("next_action", Class::Rejected.next_action()),
    ] {
        assert_eq!(letter.attributes.get(name).map(String::as_str), Some(wanted), "{letter:?}");
        assert_eq!(letter.body["notice"][name], wanted, "{letter:?}");
    }
    assert_eq!(letter.body["notice"]["effect"], "refused");
    assert!(letter.body["notice"]["detail"].to_string().contains("customer A-7 is blocked"));
    assert_eq!(letter.body["delivery"], *entry.id.to_string());
    assert_eq!(letter.body["step"], "retry", "redriven, it orders a retry");
    assert!(letter.body.get("event").is_none(), "the event itself stays in the ledger");
}

async fn redrive(world: &World) {
    let case = Case::deal("REDRIVE-1");
    world.vendor.behave(&case.id, vec![no(410)]);
    world.accept(&case).await;
    let parked = world.parked(SOON, &case, Class::Rejected).await;
    let (_, letter) = world.told(&case, &parked).await;
    let dispatch = &world.stack.outputs().dispatch_queue_url;
    let redrive = async || world.stack.send(dispatch, &letter.text).await.expect("sent");
    redrive().await;
    let entry = world.delivered(SOON, &case).await;
    assert_eq!(entry.life.attempts, 2);
    assert_eq!(words(&entry.history)[5..], ["retried", "sending", "answered", "delivered"]);
    redrive().await;
    redrive().await;
    let name = dispatch.rsplit('/').next().unwrap_or_default();
    let id = entry.id.to_string();
    let look = async || {
        let queues = world.queues().await;
        let (_, left) = queues.iter().find(|(queue, _)| queue == name).expect("the dispatch queue");
        left.iter().all(|message| !message.to_string().contains(&id)).then_some(())
    };
    world.until(SOON, "all redriven messages are worked off", &case, look).await;
    let after = world.entry(&case.entry()).await.expect("it is there");
    assert_eq!(after, entry, "stale orders change nothing");
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (2, 1));
    assert_eq!(world.inbox.letters_about(entry.id).len(), 1);
}

/// A message that nobody could work on lies on a DLQ of its own; the schedule finds it and leaves it there.
async fn crashed(world: &World) {
    let case = Case::deal("CRASHED-1");
    let dlq = world.stack.outputs().retry_dlq_url.clone();
    world.stack.send(&dlq, "no ticket at all").await.expect("sent");
    let look = async || {
        let alerts = world.inbox.alerts().into_iter();
        let mut alerts = alerts.filter_map(|text| serde_json::from_str::<Value>(&text).ok());
        alerts.find(|alert| {
            let facts = &alert["metadata"]["additionalContext"];
            facts["class"] == "crashed" && facts["code"] == "retry" && facts["news"] == "opened"
        })
    };
    let alert = world.until(SOON * 3, "an alert about the crashed ticket", &case, look).await;
    assert!(alert["content"]["nextSteps"].to_string().contains("RetryFunction"), "{alert:#}");
    let take =
        async || (!world.stack.take(&dlq).await.expect("SQS answers").is_empty()).then_some(());
    world.until(SOON, "it still lies there", &case, take).await;
}

async fn redirect(world: &World) {
    let case = Case::deal("REDIRECT-1");
    let to = format!("{}/v2/invoices", world.vendor.base("finance-api"));
    world.vendor.behave(&case.id, vec![Step::Redirect { to, code: 307 }]);
    world.accept(&case).await;
    let entry = world.parked(SOON, &case, Class::Rejected).await;
    world.told(&case, &entry).await;
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (1, 0));
}

async fn echo(world: &World) {
    let case = Case::deal("ECHO-1");
    let key = world.secrets().into_iter().find(|key| key.contains("finance-api")).expect("a key");
    let told: String = forms(&key).iter().map(|form| format!("<{form}> ")).collect();
    let body = Some(Value::String(told));
    let plan =
        vec![Step::EchoAuth { code: 401 }, Step::Status { code: 451, retry_after: None, body }];
    world.vendor.behave(&case.id, plan);
    world.accept(&case).await;
    let entry = world.parked(SOON, &case, Class::Rejected).await;
    assert_eq!(entry.life.attempts, 2, "one more call with a fresh key after the 401");
    let (alert, letter) = world.told(&case, &entry).await;
    let history = format!("{:?}", entry.history);
    assert!(history.contains("you sent Authorization: Bearer [secret]"), "{history}");
    for text in [history, alert.to_string(), letter.text] {
        assert!(text.contains("<[secret]>"), "{text}");
        for form in forms(&key) {
            assert!(!text.contains(&form), "{form} in {text}");
        }
    }
}
