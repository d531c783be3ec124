//! Entries of the first release, in every state, long texts packed and short ones as they are.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use fairlead_aws::ledger;
use fairlead_core::{
    class::Class,
    entry::{Carries, Entry, Held, Life, State},
    history::{History, What},
    id::{
        DeliveryId, DestinationName, EntryKey, IdempotencyKey, IntegrationName, Sha256Hex, Token,
        Version,
    },
    integration::{Method, Owner},
    outcome::{Answer, Lost, NotSent, Reply},
    record::Record,
    request::Request,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{form, golden, names};

fn at(second: i64) -> Timestamp {
    Timestamp::from_millisecond((1_767_323_045 + second) * 1_000 + 678).expect("a time")
}

fn id(last: u8) -> Uuid {
    let first = "0199c2f0-5a00-7000-8000-000000000000".parse::<Uuid>().expect("an id");
    Uuid::from_u128(first.as_u128() + u128::from(last))
}

/// An entry as acceptance makes it, in this state.
fn entry(state: State, event: &str) -> Entry {
    let integration = IntegrationName::new("deal-won-to-invoice");
    let key = IdempotencyKey::new("deal-won:D-1042");
    let (label, url) = ("Nordwind GmbH", "https://crm.example.com/deals/D-1042");
    let runbook = "https://wiki.example.com/runbooks/deal-won";
    let mut entry = Entry {
        key: EntryKey::of(&integration, &key),
        id: DeliveryId(id(1)),
        integration,
        destination: DestinationName::new("finance-api"),
        record: Record {
            kind: "deal".to_owned(),
            id: "D-1042".to_owned(),
            label: Some(label.to_owned()),
            url: Some(url.to_owned()),
        },
        owner: Owner {
            team: "finance-ops".to_owned(),
            contact: "finance-ops@example.com".to_owned(),
            runbook: Some(runbook.to_owned()),
            escalate: Vec::new(),
            answers: fairlead_core::owner::Answers::Shown,
        },
        idempotency_key: key,
        payload_hash: Sha256Hex::of(event.as_bytes()),
        event: event.to_owned(),
        request: Some(Request {
            method: Method::Post,
            path: "/v2/invoices".to_owned(),
            body: format!("{{\"invoice\":{event}}}"),
            lookup: None,
        }),
        ordered: None,
        config_hash: Sha256Hex::of(b"the first release"),
        expires_at: Timestamp::from_second(1_801_883_045).expect("a time"),
        life: Life { state, version: Version(1), ..Life::begin(at(0)) },
        history: History::default(),
        writer: Token(id(2)),
    };
    entry.history.push(at(0), What::Accepted { via: "api".to_owned() });
    entry
}

fn short(state: State) -> Entry {
    entry(state, r#"{"data":{"deal":{"id":"D-1042","amount":"1200.50"}}}"#)
}

/// One that was tried, so that every field of its life says something.
fn tried(state: State) -> Entry {
    let mut entry = short(state);
    let life = &mut entry.life;
    (life.version, life.attempts, life.failures) = (Version(9), 3, 2);
    (life.first_sent_at, life.doubt, life.refused) = (Some(at(1)), true, true);
    entry
}

/// One whose history has a line of every kind that the first release knew, and has lost some of its middle.
fn storied() -> Entry {
    let state = State::Parked { class: Class::InDoubt, since: at(90), told: true };
    let mut entry = tried(state);
    let replied = |status, retry_after| Answer::Replied(Reply::plain(status, retry_after, "busy"));
    let answers = [
        Answer::NotSent(NotSent::NoConnection),
        Answer::NotSent(NotSent::NoSecret),
        Answer::NotSent(NotSent::SecretUnavailable),
        Answer::NotSent(NotSent::NoTime),
        Answer::NotSent(NotSent::NotAllowed),
        Answer::Lost(Lost::Timeout),
        Answer::Lost(Lost::Reset),
        Answer::Lost(Lost::Truncated),
        replied(503, Some(Duration::from_secs(2))),
        replied(401, None),
    ];
    for answer in answers {
        let took = Duration::from_millis(12);
        entry.history.push(at(2), What::Answered { attempt: 1, answer, took });
    }
    let (by, reason) = ("ada".to_owned(), "the vendor is back".to_owned());
    for what in [
        What::Sending { attempt: 1 },
        What::LeaseOver { attempt: 1 },
        What::Waiting { due_at: at(60) },
        What::HeldBack { until: at(70) },
        What::Parked { class: Class::InDoubt, detail: "looked away".to_owned() },
        What::Alerted,
        What::Retried { by, reason },
        What::Delivered,
    ] {
        entry.history.push(at(3), what);
    }
    entry.history.dropped = 4;
    entry
}

fn refused() -> Entry {
    let mut entry = short(State::Parked { class: Class::Schema, since: at(0), told: false });
    // The first release said this by having no request.
    (entry.request, entry.life.carries) = (None, Carries::Refused);
    let detail = "/data/deal/id is missing".to_owned();
    entry.history.push(at(0), What::Parked { class: Class::Schema, detail });
    entry
}

/// What each file means.
pub(crate) fn meant() -> Vec<(&'static str, Entry)> {
    let waiting = |held| tried(State::Waiting { due_at: at(60), held });
    let long = format!("[{}]", "\"Überweisung 1.10\",".repeat(200) + "0");
    vec![
        ("accepted", short(State::Accepted)),
        ("accepted-packed", entry(State::Accepted, &long)),
        ("delivered", tried(State::Delivered)),
        ("parked-refused", refused()),
        ("parked-storied", storied()),
        ("sending", tried(State::Sending { token: Token(id(3)), until: at(35) })),
        ("waiting-at-the-gate", waiting(Held::Gate)),
        ("waiting-in-the-index", waiting(Held::Index { look_at: at(60) })),
        ("waiting-on-a-queue", waiting(Held::Queue)),
    ]
}

/// Guarantee 16: a delivery that was accepted before the deploy goes on after it.
#[test]
fn every_entry_of_the_first_release_means_what_it_meant() {
    let meant = meant();
    for (name, entry) in &meant {
        let item = form::item(&golden(&format!("entries/{name}.json")));
        let read = ledger::entry(item).expect("an entry");
        assert_eq!(&read, entry, "{name}");
    }
    assert_eq!(names("entries"), meant.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

/// What today's code saves over an old entry is read again as it was saved: no half-old, half-new entries.
#[test]
fn an_old_entry_that_is_saved_by_todays_code_stays_whole() {
    for (name, _) in meant() {
        let entry = ledger::entry(form::item(&golden(&format!("entries/{name}.json"))));
        let entry = entry.expect("an entry");
        let again = ledger::entry(ledger::item(&entry).expect("an item")).expect("an entry");
        assert_eq!(again, entry, "{name}");
    }
}

/// The other half of guarantee 16: an error keeps the ticket on its queue until a newer release is back.
#[test]
fn an_entry_of_a_newer_form_is_refused_in_words() {
    let mut newer = form::item(&golden("entries/accepted.json"));
    newer.insert("v".to_owned(), AttributeValue::N("2".to_owned()));
    let refused = ledger::entry(newer).expect_err("it is too new");
    assert_eq!(
        refused.to_string(),
        "read the entry: the entry has form 2; this release reads form 1"
    );
}
