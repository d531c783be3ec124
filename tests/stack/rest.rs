//! When all is over: nothing is left on a queue, and every parked delivery has reached its owner once.

use std::collections::BTreeMap;

use fairlead_core::{
    entry::{Entry, State},
    id::EntryKey,
    issue::Cause,
};
use futures::FutureExt;
use serde_json::Value;

use crate::edge::STRAY;
use crate::support::{
    scenario::Scenario,
    stage::Stage,
    wait::{SOON, eventually},
    world::World,
};

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
    let mut count = BTreeMap::<String, usize>::new();
    for letter in world.inbox.letters() {
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
        ("next_action", cause.class.next_action()),
    ] {
        assert_eq!(facts[name], wanted, "{name} in {alert:#}");
    }
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
            error && !line.contains(STRAY)
        };
        let found: Vec<_> = lines.iter().filter(bad).collect();
        assert!(found.is_empty(), "{group}: {found:#?}");
    }
}
