//! Entries: written once, replaced by version, and our own repeated writes known as ours.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    entry::{End, Entry, Held, State},
    id::Sha256Hex,
    ports::{Inserted, Ports, Saved},
    span::after,
};
use jiff::ToSpan;

use super::entry::{inserted, later, new};

pub(super) async fn inserts_once<P: Ports>(ports: &P) {
    let first = inserted(ports, "once").await;
    let second = new(ports, "once");
    let found = ports.insert(&second).await.expect("it answers");
    assert_eq!(found, Inserted::Exists(Box::new(first.clone())), "the first stays");
    assert_eq!(ports.load(&first.key).await.expect("it answers"), Some(first));
}

/// A client that repeats a write whose answer was lost meets what it has written itself.
pub(super) async fn knows_its_own_repeated_insert<P: Ports>(ports: &P) {
    let entry = inserted(ports, "repeated insert").await;
    assert_eq!(ports.insert(&entry).await.expect("it answers"), Inserted::New, "it is our own");
}

/// Trap 28: expiry is compared when the write is made, not left to a later clean-up. What is not over never expires.
pub(super) async fn replaces_what_has_expired<P: Ports>(ports: &P) {
    let ago =
        |seconds| jiff::Timestamp::from_second(ports.now().as_second() - seconds).expect("a time");
    for (name, state) in [("expired", State::Delivered), ("expired, not over", State::Accepted)] {
        let mut old = new(ports, name);
        old.expires_at = ago(60);
        old.history.lines.iter_mut().for_each(|line| line.at = ago(120));
        old.life.state = state.clone();
        assert_eq!(ports.insert(&old).await.expect("it answers"), Inserted::New);
        let again = ports.insert(&new(ports, name)).await.expect("it answers");
        let kept = Inserted::Exists(Box::new(old));
        assert_eq!(again, if state.is_over() { Inserted::New } else { kept }, "{name}");
    }
}

pub(super) async fn loads_what_was_saved<P: Ports>(ports: &P) {
    let mut entry = inserted(ports, "every state").await;
    let soon = after(entry.life.begun_at, Duration::from_secs(3_600));
    let since = entry.life.begun_at + 5.seconds();
    for state in [
        State::Sending { token: ports.token(), until: soon },
        State::Looking { token: ports.token(), until: soon },
        State::Waiting { due_at: soon, held: Held::Queue },
        State::Waiting { due_at: soon, held: Held::Index { look_at: whole(soon) } },
        State::Waiting { due_at: soon, held: Held::Gate },
        State::Parked { class: Class::InDoubt, since, told: true },
        State::Delivered,
        State::Closed { how: End::Superseded },
        State::Closed { how: End::Resolved },
        State::Closed { how: End::Discarded },
        State::Closed { how: End::Edited },
    ] {
        let next = later(ports, &entry, state);
        let saved = ports.save(&next, entry.life.version).await.expect("it answers");
        assert_eq!(saved, Saved::Done);
        assert_eq!(ports.load(&next.key).await.expect("it answers").as_ref(), Some(&next));
        entry = next;
    }
}

/// The index keeps milliseconds.
fn whole(at: jiff::Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.as_millisecond()).expect("a time")
}

/// Trap 6: a stale owner does not overwrite a newer one.
pub(super) async fn saves_over_the_version_it_names<P: Ports>(ports: &P) {
    let entry = inserted(ports, "stale").await;
    let mine = later(ports, &entry, State::Delivered);
    let theirs = later(ports, &entry, State::Delivered);
    let version = entry.life.version;
    assert_eq!(ports.save(&theirs, version).await.expect("it answers"), Saved::Done);
    assert_eq!(ports.save(&mine, version).await.expect("it answers"), Saved::Lost);
    assert_eq!(ports.load(&entry.key).await.expect("it answers"), Some(theirs));
}

pub(super) async fn knows_its_own_repeated_save<P: Ports>(ports: &P) {
    let entry = inserted(ports, "repeated save").await;
    let next = later(ports, &entry, State::Delivered);
    for _ in 0..2 {
        let saved = ports.save(&next, entry.life.version).await.expect("it answers");
        assert_eq!(saved, Saved::Done, "it is our own");
    }
}

/// An entry that expired in between is lost to us; nothing comes to life again.
pub(super) async fn saves_nothing_over_nothing<P: Ports>(ports: &P) {
    let entry = new(ports, "never there");
    let next = later(ports, &entry, State::Delivered);
    let saved = ports.save(&next, entry.life.version).await;
    assert_eq!(saved.expect("that is no failure"), Saved::Lost);
    assert_eq!(ports.load(&entry.key).await.expect("it answers"), None);
}

/// The entry one version later with another request, made by another configuration.
fn remade<P: Ports>(ports: &P, entry: &Entry) -> Entry {
    let mut next = later(ports, entry, State::Accepted);
    let mut request = entry.request.clone().expect("a request");
    request.path = "/things/7".to_owned();
    request.body = format!("{{\"lines\":[{}]}}", "1,".repeat(2_000) + "1");
    request.lookup = Some("/things?of=7".to_owned());
    (next.request, next.config_hash) = (Some(request), Sha256Hex::of(b"another"));
    next
}

/// The bytes that are sent never change by what happens to a delivery.
pub(super) async fn keeps_by_a_save_what_was_accepted<P: Ports>(ports: &P) {
    let entry = inserted(ports, "saved").await;
    let mut next = remade(ports, &entry);
    next.event = "{}".to_owned();
    let saved = ports.save(&next, entry.life.version).await.expect("it answers");
    assert_eq!(saved, Saved::Done);
    let (life, history, writer) = (next.life, next.history, next.writer);
    let expected = Entry { life, history, writer, ..entry };
    assert_eq!(ports.load(&expected.key).await.expect("it answers"), Some(expected));
}

/// A request that is made after acceptance comes into the ledger in the write that says so.
pub(super) async fn replaces_by_a_rewrite_the_request_too<P: Ports>(ports: &P) {
    let entry = inserted(ports, "rewritten").await;
    let next = remade(ports, &entry);
    for expected in [Saved::Done, Saved::Done] {
        let saved = ports.rewrite(&next, entry.life.version).await.expect("it answers");
        assert_eq!(saved, expected, "also when it is our own, repeated");
    }
    assert_eq!(ports.load(&next.key).await.expect("it answers").as_ref(), Some(&next));
    let stale = remade(ports, &entry);
    let saved = ports.rewrite(&stale, entry.life.version).await.expect("it answers");
    assert_eq!(saved, Saved::Lost);
    let mut none = later(ports, &next, State::Accepted);
    none.request = None;
    let saved = ports.rewrite(&none, next.life.version).await.expect("it answers");
    assert_eq!(saved, Saved::Done);
    assert_eq!(ports.load(&none.key).await.expect("it answers"), Some(none));
}

/// What a record's deliveries are found by.
pub(super) fn names_deliveries_by_their_records<P: Ports>(ports: &P) {
    let record = new(ports, "named").record;
    let (one, other) = (ports.delivery_id(&record), ports.delivery_id(&record));
    assert_ne!(one, other, "each delivery has a name of its own");
    assert_eq!((one.mark(), other.mark()), (record.mark(), record.mark()));
}
