//! Issues: small items replaced by version, listed until they are closed, and the deliveries parked under them.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    entry::{Entry, State},
    id::Version,
    issue::{Cause, Issue, IssueId, Phase, Told, step::Looked},
    notice::Notice,
    ports::{Issues, Ports, Saved},
    span::after,
};
use jiff::Timestamp;

use super::{
    entry::{inserted, later},
    small::at,
};

/// The entry, parked since then; not saved yet.
fn parked<P: Ports>(ports: &P, entry: &Entry, class: Class, since: Timestamp) -> Entry {
    later(ports, entry, State::Parked { class, since, told: false })
}

/// The issue of a parked entry, as it is when it opens.
fn issue(of: &Entry) -> Issue {
    let cause = Cause::of(of).expect("it is parked");
    let told = Told { at: at(0), count: 1, updates: 0, steps: 1, owners: 0 };
    Issue {
        id: cause.id(),
        cause,
        version: Version(1),
        phase: Phase::Open,
        owner: fairlead_core::owner::Owner {
            team: "tests".to_owned(),
            contact: "tests".to_owned(),
            runbook: None,
            escalate: vec![],
            answers: fairlead_core::owner::Answers::Shown,
        },
        destination: Some(of.destination.clone()),
        openings: 1,
        opened_at: at(0),
        first_seen: at(0),
        last_seen: at(0),
        count: 1,
        most: 1,
        empty_since: None,
        closed: false,
        delivery: Some(of.id),
        entry: Some(of.key.clone()),
        notice: Notice::of(of).expect("it is parked"),
        commands: vec!["fairlead issues show".to_owned()],
        told,
        outbox: vec![],
        sending_until: at(0),
        deaf: vec![],
        aware: Some(vec![fairlead_core::owner::Channel::Chat]),
    }
}

async fn save<P: Ports>(ports: &P, issue: &Issue, replaces: u64) -> Saved {
    ports.issues().save_issue(issue, Version(replaces)).await.expect("it answers")
}

pub(super) async fn keeps_issues_by_version<P: Ports>(ports: &P) {
    let entry = inserted(ports, "issue kept").await;
    let first = issue(&parked(ports, &entry, Class::Mapping, at(0)));
    let found = async || ports.issues().issue(&first.id).await.expect("it answers");
    assert_eq!(found().await, None);
    let by = "ada".to_owned();
    let phase = Phase::Acknowledged { by, at: at(60), count: 1 };
    let second = Issue { version: Version(2), phase, count: 7, ..first.clone() };
    assert_eq!(save(ports, &first, 0).await, Saved::Done);
    assert_eq!(found().await.as_ref(), Some(&first));
    assert_eq!(save(ports, &second, 0).await, Saved::Lost, "it is there by now");
    assert_eq!(save(ports, &second, 1).await, Saved::Done);
    assert_eq!(save(ports, &first, 1).await, Saved::Lost, "another was quicker");
    assert_eq!(found().await, Some(second));
}

pub(super) async fn lists_issues_until_they_are_closed<P: Ports>(ports: &P) {
    let entry = inserted(ports, "issue listed").await;
    let open = issue(&parked(ports, &entry, Class::Auth, at(0)));
    let listed = async || {
        let watched = ports.issues().watched().await.expect("it answers");
        watched.iter().filter(|id| **id == open.id).count()
    };
    assert_eq!(listed().await, 0);
    assert_eq!(save(ports, &open, 0).await, Saved::Done);
    assert_eq!(listed().await, 1);
    let phase = Phase::Resolved { at: at(120) };
    let over = Issue { version: Version(2), phase, ..open.clone() };
    assert_eq!(save(ports, &over, 1).await, Saved::Done);
    assert_eq!(listed().await, 1, "it may open again");
    let closed = Issue { version: Version(3), closed: true, ..over };
    assert_eq!(save(ports, &closed, 2).await, Saved::Done);
    assert_eq!(listed().await, 0);
    let found = ports.issues().issue(&open.id).await.expect("it answers");
    assert_eq!(found, Some(closed), "who knows its name finds it");
}

pub(super) async fn counts_what_is_parked_under_an_issue<P: Ports>(ports: &P) {
    let mut entries = Vec::new();
    for n in 0..3 {
        let entry = inserted(ports, &format!("parked {n}")).await;
        let since = after(at(0), Duration::from_secs([20, 30, 10][n]));
        let class = if n == 1 { Class::Exhausted } else { Class::Rejected };
        let next = parked(ports, &entry, class, since);
        let saved = ports.save(&next, entry.life.version).await.expect("it answers");
        assert_eq!(saved, Saved::Done);
        entries.push(next);
    }
    let id = Cause::of(&entries[0]).expect("it is parked").id();
    assert_eq!(Cause::of(&entries[2]).map(|cause| cause.id()).as_ref(), Some(&id));
    let looked = async |id: &IssueId| ports.issues().parked(id).await.expect("it answers");
    let of = |count, second| Looked { count, newest: Some(at(second)) };
    assert_eq!(looked(&id).await, of(2, 20), "the other has another cause");
    for (place, expected) in [(0, of(1, 10)), (2, Looked { count: 0, newest: None })] {
        let done = later(ports, &entries[place], State::Delivered);
        let saved = ports.save(&done, entries[place].life.version).await.expect("it answers");
        assert_eq!(saved, Saved::Done);
        assert_eq!(looked(&id).await, expected);
    }
}
