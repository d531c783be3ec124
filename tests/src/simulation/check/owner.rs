//! Laws about the owner: told in time, with a message on the DLQ to act on.

use std::time::Duration;

use fairlead_core::{
    entry::State,
    id::{DeliveryId, EntryKey, Version},
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

/// Every parked delivery reaches its owner soon after it was parked, or after the last trouble on the way.
pub(crate) fn told(inside: &mut Inside) {
    let mut broken = Vec::new();
    for (place, write) in inside.facts.writes.iter().enumerate() {
        if !matches!(write.state, State::Parked { told: false, .. }) {
            continue;
        }
        let later = inside.facts.writes[place + 1..].iter();
        let left = later.filter(|other| other.key == write.key).find(|other| is_past(write, other));
        let alert =
            inside.facts.alerts.iter().find(|(at, id)| *id == write.delivery && *at >= write.at);
        let told = alert.map(|(at, _)| *at);
        let end = [told, left.map(|write| write.at)].into_iter().flatten().min();
        let limit = limit(inside, &write.key, write.at, end.unwrap_or(inside.now));
        match end {
            None => {
                broken.push((write.delivery, "parked, and its owner was never told".to_owned()))
            }
            Some(end) if end > limit => {
                let what = format!(
                    "parked at {:.0}, told at {end:.0}, {limit:.0} at the latest",
                    write.at
                );
                broken.push((write.delivery, what));
            }
            Some(_) => {}
        }
    }
    for (id, what) in broken {
        inside.broke(Law::OwnerTold, About::Delivery(id), what);
    }
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
    for (at, id) in &inside.facts.alerts {
        let before = inside.facts.notices.iter().any(|n| n.delivery == *id && n.at <= *at);
        if !before {
            broken.push((*id, Law::Listed, "its owner was told before the message lay there"));
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
