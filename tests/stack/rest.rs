//! When all is over: nothing is left on a queue, and every parked delivery has reached its owner once.

use std::collections::BTreeMap;

use fairlead_core::{
    entry::{Entry, State},
    id::EntryKey,
};
use futures::FutureExt;
use serde_json::Value;

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
        Scenario::at(&[Stage::After], "in the end every parked delivery was told once", |w| {
            told_once(w).boxed_local()
        }),
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

async fn told_once(world: &World) {
    let parked = |e: &Entry| matches!(e.life.state, State::Parked { .. });
    for entry in entries(world).await.iter().filter(|e| parked(e)) {
        assert_eq!(world.inbox.alerts_about(entry.id).len(), 1, "alerts about {}", entry.record);
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

async fn no_duplicates(world: &World) {
    let mut count = BTreeMap::<String, usize>::new();
    world.vendor.invoices().into_iter().for_each(|i| *count.entry(i.external_id).or_default() += 1);
    count.retain(|_, times| *times != 1);
    assert!(count.is_empty(), "{count:?}");
}

async fn no_errors(world: &World) {
    for (group, lines) in world.logs().await {
        let bad =
            |line: &&String| line.contains("\"level\":\"ERROR\"") || line.contains("panicked");
        let found: Vec<_> = lines.iter().filter(bad).collect();
        assert!(found.is_empty(), "{group}: {found:#?}");
    }
}
