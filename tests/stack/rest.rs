//! When all is over: nothing is left on a queue, and every parked delivery has reached its owner once.

use std::collections::{BTreeMap, BTreeSet};

use fairlead_core::{
    entry::{Entry, State},
    id::EntryKey,
    issue::Cause,
    notice::Notice,
};
use futures::FutureExt;
use serde_json::Value;

use crate::support::{
    scenario::Scenario,
    stage::Stage,
    wait::{SOON, eventually},
    world::World,
};
use crate::{channels::REFUSED, edge::STRAY};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::at(
            &[Stage::After],
            "in the end every delivery is at rest and every queue empty",
            |w| at_rest(w).boxed_local(),
        ),
        Scenario::at(
            &[Stage::After],
            "in the end every parked delivery has an alert that says what to do",
            |w| told_once(w).boxed_local(),
        ),
        Scenario::at(&[Stage::After], "in the end the vendor holds no invoice twice", |w| {
            no_duplicates(w).boxed_local()
        }),
        Scenario::at(&[Stage::After], "in the end no function has logged an error", |w| {
            no_errors(w).boxed_local()
        }),
    ]
}

/// Every entry of the ledger, read as the desk reads it.
pub(crate) async fn entries(world: &World) -> Vec<Entry> {
    let mut entries = Vec::new();
    for item in world.scan().await.iter().filter(|item| item.get("history").is_some()) {
        let key = EntryKey::new(item["pk"]["S"].as_str().unwrap_or_default());
        entries.extend(world.entry(&key).await);
    }
    entries
}

async fn at_rest(world: &World) {
    let left = async || -> String {
        let queues = world.queues().await.into_iter().filter(|(_, left)| !left.is_empty());
        queues.map(|(name, left)| format!("{name}: {left:?}\n")).collect()
    };
    let look = async || left().await.is_empty().then_some(());
    eventually(SOON, "every queue and DLQ is empty", left, look).await;
    for entry in entries(world).await {
        let state = &entry.life.state;
        let rests = matches!(
            state,
            State::Delivered | State::Closed { .. } | State::Parked { told: true, .. }
        );
        assert!(rests, "{} {} is {state:?}", entry.id, entry.record);
    }
}

/// Guarantee 10, for every delivery that was parked in the whole run.
async fn told_once(world: &World) {
    let entries = entries(world).await;
    for entry in &entries {
        let Some(cause) = Cause::of(entry) else { continue };
        let opened = world.inbox.alerts_about(entry);
        assert!(!opened.is_empty(), "no alert about {}, {cause:?}", entry.record);
        opened.iter().for_each(|alert| assert_complete(alert, &cause, entry));
        assert!(!world.inbox.letters_about(entry.id).is_empty(), "messages about {}", entry.record);
    }
    let opened = opened(world);
    let mut count = BTreeMap::<String, usize>::new();
    for letter in world.inbox.letters() {
        // Also of what was retried or closed since: each parking has left a message and an alert.
        if letter.body["notice"].is_object() {
            assert_told(&letter.body, &opened);
        }
        let parking = format!("{} {}", letter.body["delivery"], letter.body["order"]["version"]);
        *count.entry(parking).or_default() += 1;
    }
    for text in world.inbox.alerts() {
        let alert: Value = serde_json::from_str(&text).unwrap_or_default();
        // The IAM scenarios publish as root, to show that a refusal means something.
        if alert["metadata"].is_object() {
            *count.entry(alert["id"].to_string()).or_default() += 1;
        }
    }
    count.retain(|_, times| *times != 1);
    assert!(count.is_empty(), "told more than once: {count:?}");
}

/// Integration, class and owner of each alert that has opened an issue.
fn opened(world: &World) -> BTreeSet<[String; 3]> {
    let alerts = world.inbox.alerts().into_iter();
    let alerts = alerts.filter_map(|text| serde_json::from_str::<Value>(&text).ok());
    let facts = alerts.map(|alert| alert["metadata"]["additionalContext"].clone());
    let opened = facts.filter(|facts| facts["news"] == "opened");
    opened.map(|facts| ["integration", "class", "owner"].map(|n| facts[n].to_string())).collect()
}

/// A message of the DLQ has all that its reader needs, and its owner was told.
#[track_caller]
fn assert_told(letter: &Value, opened: &BTreeSet<[String; 3]>) {
    let notice = &letter["notice"];
    for name in
        ["integration", "step", "record", "class", "effect", "owner", "contact", "next_action"]
    {
        assert!(notice[name].as_str().is_some_and(|s| !s.is_empty()), "{name} in {letter:#}");
    }
    assert!(notice["command"].as_str().is_some_and(|c| c.contains("fairlead ")), "{letter:#}");
    let told = ["integration", "class", "owner"].map(|name| notice[name].to_string());
    assert!(opened.contains(&told), "no alert for {letter:#}");
}

/// An alert names integration, step, record, class, effect, owner, and what to run next.
#[track_caller]
fn assert_complete(alert: &Value, cause: &Cause, entry: &Entry) {
    let facts = &alert["metadata"]["additionalContext"];
    for (name, wanted) in [
        ("integration", cause.integration.as_str()),
        ("step", cause.class.step()),
        ("class", cause.class.word()),
        ("owner", &entry.owner.team),
        ("contact", &entry.owner.contact),
    ] {
        assert_eq!(facts[name], wanted, "{name} in {alert:#}");
    }
    let notice = Notice::of(entry).expect("it is parked");
    // An issue is told with one of its deliveries; what to do is the same for all that have its cause.
    assert_eq!(facts["next_action"], *notice.next_action, "{alert:#}");
    let record = facts["record"].as_str().unwrap_or_default();
    assert!(record.starts_with(&entry.record.kind), "{alert:#}");
    let effects = ["nothing_sent", "refused", "unknown", "done"];
    assert!(effects.iter().any(|effect| facts["effect"] == **effect), "{alert:#}");
    let steps = alert["content"]["nextSteps"].to_string();
    assert!(steps.contains("Run: ") && steps.contains("fairlead issues ack"), "{alert:#}");
}

async fn no_duplicates(world: &World) {
    let mut count = BTreeMap::<String, usize>::new();
    world.vendor.invoices().into_iter().for_each(|i| *count.entry(i.external_id).or_default() += 1);
    count.retain(|_, times| *times != 1);
    assert!(count.is_empty(), "{count:?}");
}

async fn no_errors(world: &World) {
    for (group, lines) in world.logs().await {
        let bad = |line: &&String| {
            let error = line.contains("\"level\":\"ERROR\"") || line.contains("panicked");
            error && !line.contains(STRAY) && !line.contains(REFUSED)
        };
        let found: Vec<_> = lines.iter().filter(bad).collect();
        assert!(found.is_empty(), "{group}: {found:#?}");
    }
}
