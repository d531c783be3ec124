//! The due index: what is due, oldest first, a page at a time.

use std::time::Duration;

use fairlead_core::{
    entry::{DUE_SHARDS, Entry, Held, State, due_partition, gate_partition},
    id::EntryKey,
    ports::{Ports, Saved},
    span::after,
};
use jiff::Timestamp;

use super::entry::{destination, inserted, later};

/// A day that no schedule looks at yet, so that nobody releases what lies there.
fn day<P: Ports>(ports: &P) -> Timestamp {
    let day = after(ports.now(), Duration::from_secs(30 * 86_400));
    Timestamp::from_second(day.as_second()).expect("a time")
}

async fn save<P: Ports>(ports: &P, entry: &Entry, state: State) -> Entry {
    let next = later(ports, entry, state);
    let saved = ports.save(&next, entry.life.version).await.expect("it answers");
    assert_eq!(saved, Saved::Done);
    next
}

fn look_at(at: Timestamp) -> State {
    State::Waiting { due_at: at, held: Held::Index { look_at: at } }
}

/// What all partitions show at `now`, in the order in which each shows it.
async fn due<P: Ports>(ports: &P, now: Timestamp) -> Vec<EntryKey> {
    let mut all = Vec::new();
    for shard in 0..DUE_SHARDS {
        all.extend(page(ports, &due_partition(shard), now).await);
    }
    all
}

/// The first page of a partition.
async fn page<P: Ports>(ports: &P, partition: &str, now: Timestamp) -> Vec<EntryKey> {
    let page = ports.due(partition, now, None).await.expect("it answers");
    page.into_iter().map(|due| due.key).collect()
}

pub(super) async fn shows_what_is_due_oldest_first<P: Ports>(ports: &P) {
    let (day, mut entries) = (day(ports), Vec::new());
    for n in [3, 1, 2, 0] {
        let entry = inserted(ports, &format!("due {n}")).await;
        let at = after(day, Duration::from_secs(n));
        entries.push((at, save(ports, &entry, look_at(at)).await));
    }
    let shown = due(ports, after(day, Duration::from_secs(2))).await;
    let visible = |entry: &Entry| shown.contains(&entry.key);
    for (at, entry) in &entries {
        let ripe = *at <= after(day, Duration::from_secs(2));
        assert_eq!(visible(entry), ripe, "{}", entry.record);
    }
    for shard in 0..DUE_SHARDS {
        let shown = page(ports, &due_partition(shard), after(day, Duration::from_secs(9))).await;
        let at = |key: &EntryKey| entries.iter().find(|(_, e)| e.key == *key).map(|(at, _)| *at);
        assert!(shown.iter().filter_map(at).is_sorted(), "partition {shard} is in order");
    }
    for (_, entry) in &entries {
        save(ports, entry, State::Delivered).await;
    }
}

/// Trap 22: paging by another order than the one that is kept skips some.
pub(super) async fn shows_a_page_and_then_the_rest<P: Ports>(ports: &P) {
    let (begun, partition) = (day(ports), gate_partition(&destination()));
    let mut left = Vec::new();
    for n in 0_i64..120 {
        let mut entry = inserted(ports, &format!("page {n}")).await;
        // Ages in another order than the keys'.
        let age = Duration::from_secs(u64::try_from(n * 37 % 120).unwrap_or(0));
        entry.life.begun_at = after(begun, age);
        let held = State::Waiting { due_at: begun, held: Held::Gate };
        left.push(save(ports, &entry, held).await);
    }
    let now = after(begun, Duration::from_secs(1_000));
    let (mut last, mut seen) = (None, Vec::new());
    loop {
        let page = ports.due(&partition, now, last.as_ref()).await.expect("it answers");
        let Some(end) = page.last() else { break };
        last = Some(end.clone());
        seen.extend(page);
    }
    assert!(seen.is_sorted_by(|a, b| a < b), "each once, and oldest first");
    assert_eq!(seen.len(), left.len(), "page after page, all are shown though none has moved on");
    for _ in 0..100 {
        let page = page(ports, &partition, now).await;
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 100, "a page is bounded: {}", page.len());
        for key in page {
            let place = left.iter().position(|entry| entry.key == key);
            let entry = left.swap_remove(place.expect("each is shown until it moves on"));
            save(ports, &entry, State::Delivered).await;
        }
    }
    assert!(left.is_empty(), "{} were never shown", left.len());
}

pub(super) async fn keeps_what_a_gate_holds_by_its_age<P: Ports>(ports: &P) {
    let (day, partition) = (day(ports), gate_partition(&destination()));
    let mut entries = Vec::new();
    for n in [2, 0, 1] {
        let mut entry = inserted(ports, &format!("held {n}")).await;
        entry.life.begun_at = after(day, Duration::from_secs(n));
        let held = State::Waiting { due_at: day, held: Held::Gate };
        entries.push(save(ports, &entry, held).await);
    }
    let shown = page(ports, &partition, after(day, Duration::from_secs(1))).await;
    let expected = vec![entries[1].key.clone(), entries[2].key.clone()];
    assert_eq!(shown, expected, "by acceptance, none from the future");
    for entry in &entries {
        save(ports, entry, State::Delivered).await;
    }
}

pub(super) async fn forgets_what_has_moved_on<P: Ports>(ports: &P) {
    let day = day(ports);
    let entry = inserted(ports, "moved on").await;
    let waiting = save(ports, &entry, look_at(day)).await;
    let now = after(day, Duration::from_secs(1));
    assert!(due(ports, now).await.contains(&entry.key));
    save(ports, &waiting, State::Delivered).await;
    assert!(
        !due(ports, now).await.contains(&entry.key),
        "a delivered entry costs the index nothing"
    );
}
