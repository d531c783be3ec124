//! Laws about what the vendors hold, and about the requests that they saw.

use std::time::Duration;

use fairlead_core::{
    entry::{Entry, State},
    history::What,
    integration::Dedupe,
    span::after,
};

use super::{
    super::{
        fact::Call,
        law::{About, Law},
        turn::LEAP,
        world::{Inside, World},
    },
    calls,
};

/// One delivery, one effect.
pub(crate) fn once(_: &World, inside: &mut Inside) {
    let mut broken = Vec::new();
    for entry in inside.ledger.entries() {
        let Some(request) = &entry.request else { continue };
        let external = entry.idempotency_key.as_str();
        let times: Vec<_> = inside.facts.effects_of(&request.path, external).collect();
        if times.len() > 1 {
            let at: Vec<_> =
                times.iter().map(|e| format!("{:.0} (call {})", e.at, e.call)).collect();
            broken.push((
                entry.id,
                format!("the vendor has it {} times: {}", at.len(), at.join(", ")),
            ));
        }
    }
    for (id, what) in broken {
        inside.broke(Law::OneEffect, About::Delivery(id), what);
    }
}

/// Every attempt is the same to the byte.
pub(crate) fn same_bytes(inside: &mut Inside) {
    let mut broken = Vec::new();
    for entry in inside.ledger.entries() {
        let mut theirs = calls(inside, entry);
        let Some(first) = theirs.next() else { continue };
        if let Some(other) = theirs.find(|c| (&c.key, &c.body) != (&first.key, &first.body)) {
            let what = format!("{:?} {} and {:?} {}", first.key, first.body, other.key, other.body);
            broken.push((entry.id, what));
        }
    }
    for (id, what) in broken {
        inside.broke(Law::SameBytes, About::Delivery(id), what);
    }
}

/// Where nothing is promised, a call follows only one that surely had no effect, or a look.
pub(crate) fn not_blind(world: &World, inside: &mut Inside) {
    let mut broken = Vec::new();
    for entry in inside.ledger.entries() {
        let integration = world.plan.catalog.integrations.get(&entry.integration);
        if integration.is_none_or(|i| i.dedupe != Dedupe::None || i.lookup.is_some()) {
            continue;
        }
        let theirs: Vec<_> = calls(inside, entry).collect();
        for (place, next) in theirs.iter().enumerate() {
            let since = last_look(world, entry, next);
            let doubtful =
                |call: &&&Call| since.is_none_or(|s| call.at > s) && may_have_acted(call);
            if let Some(call) = theirs[..place].iter().find(doubtful) {
                let what = format!(
                    "called at {:.0} after a call at {:.0} whose end nobody knows",
                    next.at, call.at
                );
                broken.push((entry.id, what));
                break;
            }
        }
    }
    for (id, what) in broken {
        inside.broke(Law::NoBlindResend, About::Delivery(id), what);
    }
}

/// When a person had looked last and ordered this call.
fn last_look(world: &World, entry: &Entry, call: &Call) -> Option<jiff::Timestamp> {
    // The history is written by clocks that may be ahead.
    let at = after(
        call.at,
        Duration::from_millis(if world.plan.leaps { LEAP } else { world.plan.skew }),
    );
    let orders = entry.history.lines.iter().filter(|line| line.at <= at);
    orders.filter(|line| matches!(line.what, What::Retried { .. })).map(|line| line.at).next_back()
}

fn may_have_acted(call: &Call) -> bool {
    let refused = call.heard.is_some()
        && match call.status {
            408 => false,
            503 => call.not_before.is_some(),
            300..=499 => true,
            _ => false,
        };
    !refused
}

/// What is delivered is there.
pub(crate) fn is_there(inside: &mut Inside) {
    let mut broken = Vec::new();
    for entry in inside.ledger.entries() {
        let Some(request) = &entry.request else { continue };
        let external = entry.idempotency_key.as_str();
        let acted = inside.facts.effects_of(&request.path, external).next().is_some();
        if entry.life.state == State::Delivered && !acted {
            broken.push(entry.id);
        }
    }
    for id in broken {
        inside.broke(Law::DeliveredIsThere, About::Delivery(id), "the vendor does not have it");
    }
}
