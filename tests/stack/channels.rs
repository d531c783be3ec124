//! Every channel of an owner: what began, who is on it, and that it is over; a channel that is dead for a while misses nothing.

use std::time::Duration;

use fairlead::vendor::{Request, Step};
use fairlead_core::{class::Class, issue::Cause, webhook};
use futures::FutureExt;
use serde_json::{Value, json};

use crate::{
    desk::desk,
    support::{
        case::Case,
        inbox::Letter,
        scenario::Scenario,
        wait::SOON,
        world::{World, alert_key},
    },
};

/// What the log says of the refusal that the scenario makes.
pub(crate) const REFUSED: &str = "\"cause\":\"tell the owner: it answered 503\"";

/// Until the schedule has looked twice, and has sent.
const LOOKS: Duration = Duration::from_secs(200);

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![Scenario::new(
        "an owner hears on every channel what began, who is on it, and that it is over",
        |w| every_channel(w).boxed_local(),
    )]
}

async fn every_channel(world: &World) {
    let case = Case::thing("thing-to-paged", "PAGED-1");
    world.vendor.behave("/alerts/pagerduty", vec![Step::status(503)]);
    world.vendor.behave(&case.id, vec![Step::EchoAuth { code: 422 }]);
    world.accept(&case).await;
    let parked = world.parked(SOON, &case, Class::Rejected).await;
    let (alert, _) = world.told(&case, &parked).await;
    assert!(alert.to_string().contains("Authorization: Bearer [secret]"), "{alert:#}");
    let issue = Cause::of(&parked).expect("it is parked").id().to_string();
    hears(world, &case, &["refused trigger", "trigger"], &["issue.opened"]).await;
    posted(world, &case, &["opened"]).await;
    assert_paged(world, &issue);

    let desk = desk(world).await;
    let ack = ["fairlead", "issues", "ack", &issue, "--reason", "on it"];
    world.ran(&desk, &ack).await.unwrap_or_else(|no| panic!("{no}"));
    let known = ["refused trigger", "trigger", "acknowledge"];
    hears(world, &case, &known, &["issue.opened"]).await;

    // The desk was built without the tests' own integrations, so its message is redriven.
    let letter = world.inbox.letters_about(parked.id).pop().expect("its message");
    let dispatch = &world.stack.outputs().dispatch_queue_url;
    world.stack.send(dispatch, &letter.text).await.expect("redriven");
    world.delivered(SOON, &case).await;
    let all = [&known[..], &["resolve"]].concat();
    hears(world, &case, &all, &["issue.opened", "issue.resolved"]).await;
    posted(world, &case, &["opened", "resolved"]).await;
    assert_signed(world);
}

/// Waits until PagerDuty and the webhook have heard this, in this order and no more.
async fn hears(world: &World, case: &Case, pager: &[&str], hook: &[&str]) {
    let heard = || {
        let word = |request: &Request| {
            let refused = if request.answered.is_none_or(|s| s >= 300) { "refused " } else { "" };
            let body = body(request);
            let word = body["event_action"].as_str().or(body["type"].as_str());
            format!("{refused}{}", word.unwrap_or_default())
        };
        let on = |channel| sent(world, channel).iter().map(word).collect::<Vec<_>>();
        (on("/pagerduty"), on("/webhook"))
    };
    let look = async || (heard().0 == pager && heard().1 == hook).then_some(());
    let what = format!("PagerDuty {pager:?}, webhook {hook:?}");
    world.until(LOOKS, &what, case, look).await;
}

/// Waits until the topic has this and no more about the case: one message each for chat and e-mail.
async fn posted(world: &World, case: &Case, news: &[&str]) {
    let all = || -> Vec<String> {
        let about = |alert: &Letter| {
            let facts = &alert.body["metadata"]["additionalContext"];
            let ours = facts["integration"] == case.integration;
            ours.then(|| format!("{}: {}", facts["news"], alert.attributes["channel"]))
        };
        world.inbox.told().iter().filter_map(about).collect()
    };
    let wanted: Vec<String> =
        news.iter().map(|news| format!("\"{news}\": [\"chat\",\"email\"]")).collect();
    let look = async || (all() == wanted).then_some(());
    world.until(LOOKS, &format!("{wanted:?}, not {:?}", all()), case, look).await;
}

/// The incident is the issue's, and says what to do.
fn assert_paged(world: &World, issue: &str) {
    for request in sent(world, "/pagerduty") {
        let event = body(&request);
        let key = event["dedup_key"].as_str().unwrap_or_default();
        assert!(key.ends_with(issue), "{event:#}");
        let details = &event["payload"]["custom_details"];
        assert_eq!((&details["class"], &details["owner"]), (&json!("rejected"), &json!("tests")));
        assert!(details["commands"].to_string().contains("fairlead retry "), "{event:#}");
        assert!(event.to_string().contains("[secret]"), "{event:#}");
    }
}

/// Whoever knows the key can prove that the events are ours.
fn assert_signed(world: &World) {
    let key = webhook::key(&alert_key()).expect("a key");
    for request in sent(world, "/webhook") {
        let header = |wanted: &str| {
            let mut headers = request.headers.iter();
            headers.find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str())
        };
        let seconds = header("webhook-timestamp").parse().expect("seconds");
        let body = request.body.as_bytes();
        let wanted = webhook::signature(&key, header("webhook-id"), seconds, body);
        assert_eq!(header("webhook-signature"), wanted, "{request:?}");
    }
}

/// What a channel was sent.
fn sent(world: &World, channel: &str) -> Vec<Request> {
    let all = world.vendor.requests().into_iter();
    all.filter(|request| request.destination == "alerts" && request.path == channel).collect()
}

fn body(request: &Request) -> Value {
    serde_json::from_str(&request.body).expect("JSON")
}
