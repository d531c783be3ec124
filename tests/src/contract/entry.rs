//! Entries for the contract, each at a key of its own.

use std::time::Duration;

use fairlead_core::{
    entry::{Entry, Life, State},
    history::{History, What},
    id::{DestinationName, EntryKey, IdempotencyKey, IntegrationName, Sha256Hex},
    integration::{Method, Owner},
    ports::{Inserted, Ports},
    record::Record,
    request::Request,
    span::after,
};

/// No function of a deployed bundle looks after this destination.
pub(super) fn destination() -> DestinationName {
    DestinationName::new("contract-api")
}

/// A new entry under this key, not inserted yet.
pub(super) fn new<P: Ports>(ports: &P, key: &str) -> Entry {
    let (integration, key) = (IntegrationName::new("contract"), IdempotencyKey::new(key));
    let (now, body) = (ports.now(), r#"{"amount":"1.10"}"#.to_owned());
    let mut history = History::default();
    history.push(now, What::Accepted { via: "api".to_owned() });
    let record = Record {
        kind: "thing".to_owned(),
        id: key.as_str().to_owned(),
        label: Some("Überweisung".to_owned()),
        url: None,
    };
    Entry {
        key: EntryKey::of(&integration, &key),
        id: ports.delivery_id(&record),
        integration,
        destination: destination(),
        record,
        owner: Owner {
            team: "tests".to_owned(),
            contact: "tests".to_owned(),
            runbook: None,
            escalate: Vec::new(),
            answers: fairlead_core::owner::Answers::Hidden,
        },
        payload_hash: Sha256Hex::of(key.as_str().as_bytes()),
        idempotency_key: key,
        event: body.clone(),
        request: Some(Request {
            method: Method::Post,
            path: "/things".to_owned(),
            body,
            lookup: None,
        }),
        ordered: None,
        config_hash: Sha256Hex::of(b"contract"),
        // The ledger keeps whole seconds here, as TTL wants them.
        expires_at: jiff::Timestamp::from_second(now.as_second() + 86_400).expect("a time"),
        life: Life::begin(now),
        history,
        writer: ports.token(),
    }
}

/// A new entry that lies in the ledger.
pub(super) async fn inserted<P: Ports>(ports: &P, key: &str) -> Entry {
    let entry = new(ports, key);
    assert_eq!(ports.insert(&entry).await.expect("it answers"), Inserted::New, "{key}");
    entry
}

/// The same entry one version later, in this state.
pub(super) fn later<P: Ports>(ports: &P, entry: &Entry, state: State) -> Entry {
    let mut next = entry.clone();
    next.life.state = state;
    next.life.version = entry.life.version.next();
    next.life.attempts += 1;
    next.writer = ports.token();
    let at = after(entry.life.begun_at, Duration::from_millis(1));
    next.history.push(at, What::Sending { attempt: next.life.attempts });
    next
}
