//! The operators: they look after what is parked and what died, and sometimes do too much.

use std::{collections::BTreeSet, time::Duration};

use fairlead_core::{
    class::Class,
    entry::{Entry, State},
    gate::Gate,
    id::{DeliveryId, EntryKey},
    integration::Dedupe,
    span::after,
    ticket::{self, Order, Step, Ticket},
};

use super::{
    agenda::Happening,
    bundle::CONTACTS,
    fact::{Call, Ordered},
    fault::Fault,
    law::About,
    place::{Function, Place},
    secret,
    sqs::Message,
    work::Work,
    world::Inside,
};

/// Something that an operator does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Looks at everything.
    Round,
    /// Sends an order that was written before.
    Send(String),
}

/// So long after the last call a vendor has done what it will do; nobody looks earlier.
const SETTLED: Duration = Duration::from_secs(600);

/// An operator looks at everything. Says whether she found something to do.
pub(crate) fn round(inside: &mut Inside, calm: bool) -> bool {
    let mut busy = redrive(inside, calm);
    busy |= resume(inside);
    if !calm {
        let parked: Vec<Entry> = inside.ledger.entries().filter(|e| is_told(e)).cloned().collect();
        for entry in parked {
            if inside.chance.percent(40) {
                order(inside, &entry);
            }
        }
        stale(inside);
    }
    busy
}

fn is_told(entry: &Entry) -> bool {
    matches!(entry.life.state, State::Parked { told: true, .. })
}

/// What was received too often goes back to its queue; sometimes readable messages are redriven too.
fn redrive(inside: &mut Inside, calm: bool) -> bool {
    let all = !calm && inside.chance.percent(25);
    let now = inside.now;
    // A readable message of a delivery that has moved on since may be its only ticket left.
    let moved_on: BTreeSet<EntryKey> = inside
        .ledger
        .entries()
        .filter(|e| !e.life.state.is_over() && !matches!(e.life.state, State::Parked { .. }))
        .map(|entry| entry.key.clone())
        .collect();
    let waits = |ticket: &Ticket| !moved_on.contains(&ticket.entry);
    let to = |message: &Message| {
        let ours = message.place.reader().is_none();
        let read = Ticket::read(&message.body).is_ok() || message.place == Place::IntakeDlq;
        let poison = message.body.starts_with('{') && Ticket::read(&message.body).is_err();
        let goes = ours
            && read
            && !poison
            && (all || !message.notice().is_some_and(|ticket| waits(&ticket)));
        goes.then(|| message.place.source())
    };
    let keys: Vec<_> = inside
        .queues
        .messages()
        .iter()
        .filter(|message| to(message).is_some())
        .filter_map(|message| Some(Ticket::read(&message.body).ok()?.entry))
        .collect();
    keys.iter().for_each(|key| inside.trouble(key, Duration::from_secs(360)));
    let moved = inside.queues.redrive(to, now);
    for place in &moved {
        inside.hit(Fault::Redriven);
        inside.look(*place, now);
    }
    !moved.is_empty()
}

/// A destination that refuses our credential gets a good one and is resumed.
fn resume(inside: &mut Inside) -> bool {
    let names: Vec<_> = inside.vendors.keys().cloned().collect();
    let mut resumed = false;
    for name in names {
        let stopped = |gate: &Gate| gate.pause.as_ref().is_some_and(|p| p.by == "fairlead");
        if !inside.ledger.gate(&name).is_some_and(stopped) {
            continue;
        }
        if let Some(vendor) = inside.vendors.get(&name) {
            secret::mend(vendor, &mut inside.store, &mut inside.facts, inside.now);
        }
        let work = Work::Pause(name, false);
        inside.later(Duration::ZERO, Happening::Begin(Function::Desk, vec![(work, None)]));
        resumed = true;
    }
    resumed
}

/// Orders a retry of a parked delivery: once or twice, and in doubt only after a look.
fn order(inside: &mut Inside, entry: &Entry) {
    let State::Parked { class, .. } = entry.life.state else { return };
    if !class.can_be_retried() {
        return;
    }
    let repeats = matches!(dedupe(inside, entry), Some(Dedupe::Upsert));
    let checked = entry.life.doubt && class == Class::InDoubt && !repeats;
    if !checked || is_absent(inside, entry) {
        send(inside, entry, checked);
    }
}

fn dedupe(inside: &Inside, entry: &Entry) -> Option<Dedupe> {
    inside.bundle.integrations.get(&entry.integration).map(|i| i.dedupe.clone())
}

/// She has looked in the vendor's system, long enough after the last call, and it is not there.
fn is_absent(inside: &Inside, entry: &Entry) -> bool {
    let Some(request) = &entry.request else { return true };
    if entry.integration.as_str() == CONTACTS {
        return has_no_contact(inside, entry);
    }
    let external = entry.idempotency_key.as_str();
    let theirs = |path: &str, name: &str| path == request.path && name == external;
    let calls = &inside.facts.calls;
    let last = calls.iter().filter(|call| theirs(&call.path, &call.external)).map(|c| c.at).max();
    let quiet = last.is_none_or(|last| after(last, SETTLED) <= inside.now);
    quiet && inside.facts.effects_of(&request.path, external).next().is_none()
}

/// The same for a contact, which any of its deliveries may have created.
fn has_no_contact(inside: &Inside, entry: &Entry) -> bool {
    let ours = |call: &&Call| call.of.0 == entry.integration && call.of.1 == entry.record.id;
    let last = inside.facts.calls.iter().filter(ours).map(|call| call.at).max();
    let quiet = last.is_none_or(|last| after(last, SETTLED) <= inside.now);
    let there = inside.facts.effects.iter().any(|effect| ours(&&inside.facts.calls[effect.call]));
    quiet && !there
}

fn send(inside: &mut Inside, entry: &Entry, checked: bool) {
    let reason = format!("order {}", inside.number());
    let version = entry.life.version;
    let mut ticket = Ticket::new(Step::Retry, entry.key.clone(), entry.id);
    let (by, act) = ("ada".to_owned(), ticket::Act::Retry);
    let order = Order { by, reason: reason.clone(), version, checked, act };
    ticket.order = Some(order);
    inside.hit(if checked { Fault::RetryChecked } else { Fault::RetryOrdered });
    ordered(inside, entry.id, &reason);
    let text = ticket.text();
    inside.put(Place::Dispatch, text.clone(), Duration::ZERO);
    if inside.chance.percent(30) {
        inside.hit(Fault::RetryTwice);
        let wait = inside.chance.millis(0, 3_000);
        inside.later(wait, Happening::Act(Act::Send(text.clone())));
    }
    if inside.chance.percent(10) {
        inside.hit(Fault::RetryStale);
        let wait = inside.chance.seconds(60, 7_200);
        inside.later(wait, Happening::Act(Act::Send(text)));
    }
}

fn ordered(inside: &mut Inside, delivery: DeliveryId, reason: &str) {
    let at = inside.now;
    inside.facts.orders.push(Ordered { delivery, reason: reason.to_owned() });
    inside.trace.note(at, "ada", About::Delivery(delivery), format!("orders a retry: {reason}"));
}

/// An order for what is not parked at all.
fn stale(inside: &mut Inside) {
    if !inside.chance.percent(20) {
        return;
    }
    let entries: Vec<Entry> = inside.ledger.entries().cloned().collect();
    if entries.is_empty() {
        return;
    }
    let entry = inside.chance.one(&entries).clone();
    if !matches!(entry.life.state, State::Parked { .. }) {
        inside.hit(Fault::RetryStale);
        send(inside, &entry, false);
    }
}
