//! Laws about the owner: told in time, with a message on the DLQ to act on.

use std::time::Duration;

use fairlead_core::{
    entry::State,
    id::{DeliveryId, EntryKey, Version},
    issue::IssueId,
    span::after,
    ticket::Ticket,
};
use jiff::Timestamp;

use super::super::{
    fact::Write,
    law::{About, Law},
    world::Inside,
};

/// In which an owner is told when nothing goes wrong on the way.
const SOON: Duration = Duration::from_secs(120);

/// So long a ticket of the alert queue is hidden.
const HIDDEN: Duration = Duration::from_secs(360);

/// From one look of the schedule to the next.
const MINUTE: Duration = Duration::from_secs(60);

/// Every parked delivery reaches its owner soon after it was parked, or after the last trouble on the way: its issue
/// is told of, or was told of before and is not over.
pub(crate) fn told(inside: &mut Inside) {
    let mut broken = Vec::new();
    for (place, write) in inside.facts.writes.iter().enumerate() {
        let (State::Parked { told: false, .. }, Some(issue)) = (&write.state, &write.issue) else {
            continue;
        };
        let later = inside.facts.writes[place + 1..].iter();
        let left = later.filter(|other| other.key == write.key).find(|other| is_past(write, other));
        let told = first_told(inside, issue, write.at);
        let end = told.into_iter().chain(left.map(|write| write.at)).min();
        let limit = limit(inside, &write.key, write.at, end.unwrap_or(inside.now));
        match end {
            None => broken.push((write.delivery, format!("nobody was ever told of issue {issue}"))),
            Some(end) if end > limit => {
                let at = write.at;
                let what = format!("parked at {at:.0}, told at {end:.0}, {limit:.0} at the latest");
                broken.push((write.delivery, what));
            }
            Some(_) => {}
        }
    }
    for (id, what) in broken {
        inside.broke(Law::OwnerTold, About::Delivery(id), what);
    }
}

/// When the owner knew of the issue: at `parked` if it was open and told by then, else as soon as it was told after.
fn first_told(inside: &Inside, issue: &IssueId, parked: Timestamp) -> Option<Timestamp> {
    let ours = |(_, id): &&(Timestamp, String)| id.starts_with(&issue.to_string());
    let mut known = false;
    for (at, id) in inside.facts.alerts.iter().filter(ours) {
        if *at > parked && known {
            return Some(parked);
        }
        if *at >= parked && !id.ends_with("-resolved") {
            return Some(*at);
        }
        known = !id.ends_with("-resolved");
    }
    known.then_some(parked)
}

/// The delivery has moved on from this parking.
fn is_past(parked: &Write, other: &Write) -> bool {
    other.version > parked.version && !matches!(other.state, State::Parked { told: true, .. })
}

/// When the owner must have been told: each trouble on the way may hide the ticket for a while.
fn limit(inside: &Inside, key: &EntryKey, parked: Timestamp, end: Timestamp) -> Timestamp {
    let mut limit = after(parked, SOON);
    for trouble in inside.facts.trouble.get(key).into_iter().flatten() {
        if trouble.at <= end && trouble.at >= parked {
            limit = limit.max(after(trouble.at, trouble.patience + SOON));
        }
    }
    for at in inside.facts.deaf.iter().filter(|at| parked <= **at && **at <= end) {
        limit = limit.max(after(*at, HIDDEN + SOON));
    }
    for at in inside.facts.missed.iter().filter(|at| parked <= **at && **at <= end) {
        limit = limit.max(after(*at, MINUTE + SOON));
    }
    limit
}

/// At the end every parked delivery has a readable message on the DLQ that its redrive obeys.
pub(crate) fn listed(inside: &mut Inside) {
    let mut broken = Vec::new();
    for entry in inside.ledger.entries() {
        let State::Parked { told, .. } = entry.life.state else { continue };
        if !told {
            broken.push((entry.id, Law::OwnerTold, "at the end its owner is not told"));
        }
        if !has_message(inside, entry.id, entry.life.version) {
            broken.push((entry.id, Law::Listed, "no message of this parking lies on the DLQ"));
        }
    }
    for notice in &inside.facts.notices {
        if !notice.complete {
            broken.push((notice.delivery, Law::Listed, "a message lacks owner or next action"));
        }
    }
    for (id, law, what) in broken {
        inside.broke(law, About::Delivery(id), what);
    }
}

/// The alert counts the version up by one.
fn has_message(inside: &Inside, id: DeliveryId, version: Version) -> bool {
    let obeyed = |of: Version| of == version || of.next() == version;
    let tickets = inside.queues.messages().iter().filter_map(|message| message.notice());
    tickets
        .filter(|ticket: &Ticket| ticket.delivery == id)
        .any(|ticket| ticket.order.is_some_and(|order| obeyed(order.version)))
}
