//! Entries go into rows and come back as they were.

use fairlead_core::{history::What, outcome::Answer};
use uuid::Uuid;

use super::*;
use crate::ledger;

pub(super) fn entry(state: State, event: &str) -> Entry {
    let at = |s: &str| s.parse::<Timestamp>().expect("a time");
    let mut life = Life::begin(at("2026-01-02T03:04:05.678901Z"));
    life.state = state;
    life.attempts = 3;
    life.first_sent_at = Some(at("2026-01-02T03:04:06Z"));
    life.doubted_at = Some(at("2026-01-02T03:04:07Z"));
    life.vendor_id = Some(VendorId::new("inv_7"));
    let mut history = History::default();
    history.push(life.begun_at, What::Accepted { via: "api".to_owned() });
    let hint = Some(std::time::Duration::from_secs(2));
    let mut reply = fairlead_core::outcome::Reply::plain(503, hint, "busy");
    reply.meaning.verdict = Some(fairlead_core::meaning::Verdict::NoEffect);
    let took = std::time::Duration::from_millis(12);
    let answer = Answer::Replied(reply);
    history.push(life.begun_at, What::Answered { attempt: 1, answer, took });
    let integration = IntegrationName::new("deal-won-to-invoice");
    let key = IdempotencyKey::new("deal-won:D-1");
    Entry {
        key: EntryKey::of(&integration, &key),
        id: DeliveryId(Uuid::now_v7()),
        integration,
        destination: DestinationName::new("finance-api"),
        record: Record { kind: "deal".into(), id: "D-1".into(), label: None, url: None },
        owner: Owner {
            team: "t".into(),
            contact: "c".into(),
            runbook: None,
            escalate: vec![],
            answers: fairlead_core::owner::Answers::Shown,
        },
        idempotency_key: key,
        ordered: None,
        payload_hash: Sha256Hex::of(b"x"),
        event: event.to_owned(),
        request: Some(Request {
            method: Method::Post,
            path: "/x".into(),
            body: event.into(),
            lookup: Some("/x?external_id=D-1".into()),
        }),
        config_hash: Sha256Hex::of(b"y"),
        expires_at: at("2027-01-01T00:00:00Z"),
        life,
        history,
        writer: Token(Uuid::now_v7()),
    }
}

#[test]
fn an_entry_in_any_state_comes_back_as_it_was() {
    let now: Timestamp = "2026-02-03T04:05:06.789Z".parse().expect("a time");
    let token = Token(Uuid::now_v7());
    for state in [
        State::Accepted,
        State::Sending { token, until: now },
        State::Looking { token, until: now },
        State::Waiting { due_at: now, held: Held::Queue },
        State::Waiting { due_at: now, held: Held::Index { look_at: now } },
        State::Delivered,
        State::Closed { how: End::Superseded },
        State::Closed { how: End::Resolved },
        State::Closed { how: End::Discarded },
        State::Parked { class: Class::InDoubt, since: now, told: true },
    ] {
        for event in ["{}", &"[1.10,\"ü\"]".repeat(1_000)] {
            let entry = entry(state.clone(), event);
            let item = ledger::item(&entry).expect("an item");
            assert_eq!(ledger::entry(item).expect("an entry"), entry);
        }
    }
}

#[test]
fn a_save_replaces_exactly_what_can_change() {
    let token = Token(Uuid::now_v7());
    let mut names = std::collections::BTreeSet::new();
    let now = Timestamp::UNIX_EPOCH;
    for state in [
        State::Sending { token, until: now },
        State::Waiting { due_at: now, held: Held::Index { look_at: now } },
        State::Parked { class: Class::Auth, since: now, told: false },
    ] {
        let changing = Changing::of(&entry(state, "{}"));
        let item: ledger::Item = serde_dynamo::to_item(changing).expect("an item");
        names.extend(item.into_keys());
    }
    assert_eq!(names, LIFE.iter().map(|name| (*name).to_owned()).collect());
}
