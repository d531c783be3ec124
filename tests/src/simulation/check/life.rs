//! Laws about one entry: its end, its orders, its truth.

use std::time::Duration;

use fairlead_core::{
    class::{Class, Effect},
    entry::{Entry, State},
    history::What,
    span::after,
};

use super::super::{
    law::{About, Law},
    world::{Inside, World},
};

/// How long after a credential was mended a parking may still be about the old one.
const ON_ITS_WAY: Duration = Duration::from_secs(90);

/// The ledger changes an entry.
pub(crate) fn at_write(inside: &mut Inside, before: Option<&Entry>, entry: &Entry) {
    if let Some(before) = before {
        one_end(inside, before, entry);
    }
    if let State::Parked { class, told: false, .. } = entry.life.state {
        truth(inside, entry);
        credential(inside, entry, class);
    }
}

/// The write itself tells of an order; old lines may have given way.
fn tells_of_order(entry: &Entry) -> bool {
    let newest = entry.history.lines.iter().rev().take(3);
    newest.into_iter().any(|line| matches!(line.what, What::Retried { .. }))
}

fn one_end(inside: &mut Inside, before: &Entry, entry: &Entry) {
    let about = About::Delivery(entry.id);
    let (was, is) = (&before.life.state, &entry.life.state);
    match (was, is) {
        (was, is) if was.is_over() && is != was => {
            let what = format!("it was {}, and is {}", was.word(), is.word());
            inside.broke(Law::OneEnd, about, what);
        }
        (State::Parked { .. }, State::Parked { .. } | State::Delivered | State::Closed { .. }) => {}
        (State::Parked { .. }, is) if !tells_of_order(entry) => {
            let what = format!("it was parked, nobody ordered anything, and it is {}", is.word());
            inside.broke(Law::OneEnd, about, what);
        }
        _ => {}
    }
}

/// Who reads that nothing was created may enter it by hand.
fn truth(inside: &mut Inside, entry: &Entry) {
    let Some(request) = &entry.request else { return };
    let says_nothing = matches!(entry.effect(), Effect::NothingSent | Effect::Refused);
    let external = entry.idempotency_key.as_str();
    let acted = inside.facts.effects_of(&request.path, external).next().is_some();
    if says_nothing && acted {
        let what = format!("parked, \"{}\" and the vendor has it", entry.effect().sentence());
        inside.broke(Law::Truth, About::Delivery(entry.id), what);
    }
}

fn credential(inside: &mut Inside, entry: &Entry, class: Class) {
    if class != Class::Auth {
        return;
    }
    let now = inside.now;
    let wrong = inside.facts.refused.get(&entry.destination).is_some_and(|times| {
        times.iter().any(|(from, until)| *from <= now && now <= after(*until, ON_ITS_WAY))
    });
    if !wrong {
        let what = "parked for its credential, and the secret store holds a good one";
        inside.broke(Law::Credential, About::Delivery(entry.id), what);
    }
}

/// Each order stands in the history once at most, and no order that nobody gave.
pub(crate) fn ordered_once(inside: &mut Inside) {
    let mut broken = Vec::new();
    for entry in inside.ledger.entries() {
        let reasons = entry.history.lines.iter().filter_map(|line| match &line.what {
            What::Retried { reason, by } if by == "ada" => Some(reason),
            _ => None,
        });
        let reasons: Vec<_> = reasons.collect();
        for (place, reason) in reasons.iter().enumerate() {
            let known = inside
                .facts
                .orders
                .iter()
                .any(|order| order.reason == **reason && order.delivery == entry.id);
            if reasons[..place].contains(reason) || !known {
                broken.push((entry.id, format!("{reason} was obeyed more often than given")));
            }
        }
    }
    for (id, what) in broken {
        inside.broke(Law::OrderOnce, About::Delivery(id), what);
    }
}

/// An event that breaks its contract never reaches a vendor.
pub(crate) fn nothing_invalid(world: &World, inside: &mut Inside) {
    let bad: Vec<_> = world.plan.events.iter().enumerate().filter(|(_, e)| e.bad).collect();
    for (place, event) in bad {
        let name = format!(":{}", event.record);
        let own = format!("eventbridge:{place}");
        let called = |name: &str| inside.facts.calls.iter().any(|c| c.external.ends_with(name));
        if called(&name) || called(&own) {
            inside.broke(Law::NothingInvalid, About::Event(place), "the vendor was called");
        }
    }
}
