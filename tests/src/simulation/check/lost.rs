//! Laws about what was accepted: it is durable, and it is never lost.

use fairlead_core::{
    accept::Accepted,
    entry::{Entry, State},
    history::What,
    id::{DeliveryId, EntryKey},
    ticket::Ticket,
};

use super::super::{
    law::{About, Law},
    place::Place,
    plan::Turn,
    work,
    world::{Inside, World},
};

/// A sender was told 202: the entry lies there, and its ticket too unless it has moved on.
pub(crate) fn durable(inside: &mut Inside, event: usize, answer: Accepted) {
    let id = match answer {
        Accepted::New(id) | Accepted::Duplicate(id) => id,
        Accepted::Conflict(_) => return,
    };
    let Some(entry) = find(inside, id) else {
        return inside.broke(Law::Durable, About::Event(event), format!("no entry of {id}"));
    };
    if entry.life.state == State::Accepted && !is_carried(inside, &entry.key) {
        let what = "202 was answered, and no ticket lies on any queue";
        inside.broke(Law::Durable, About::Delivery(id), what);
    }
}

fn find(inside: &Inside, id: DeliveryId) -> Option<Entry> {
    inside.ledger.entries().find(|entry| entry.id == id).cloned()
}

/// A ticket of it lies on a queue, hidden or not.
fn is_carried(inside: &Inside, key: &EntryKey) -> bool {
    let ours = |body: &str| Ticket::read(body).is_ok_and(|ticket| ticket.entry == *key);
    inside.queues.messages().iter().any(|message| ours(&message.body))
}

/// At the end all that was accepted has ended, or waits for its owner, who knows.
pub(crate) fn nothing(world: &World, inside: &mut Inside) {
    let told = inside.facts.told.clone();
    for told in told {
        if let Accepted::New(id) | Accepted::Duplicate(id) = told.answer
            && find(inside, id).is_none()
        {
            let what = format!("202 was answered for {id}, and there is no entry");
            inside.broke(Law::NothingLost, About::Event(told.event), what);
        }
    }
    handed_over(world, inside);
    let stuck: Vec<_> = inside
        .ledger
        .entries()
        .filter(|entry| !has_ended(&entry.life.state) && !is_orphan(world, inside, entry))
        .map(|entry| (entry.id, format!("{:?}", entry.life.state)))
        .collect();
    for (id, state) in stuck {
        let what = format!("nothing moves any more, and it is {state}");
        inside.broke(Law::NothingLost, About::Delivery(id), what);
    }
}

fn has_ended(state: &State) -> bool {
    state.is_over() || matches!(state, State::Parked { .. })
}

/// The API's event was half taken in, and then a bundle came that no longer wants it: its sender was told that it
/// failed and hears the same again, and nobody sends its ticket.
fn is_orphan(world: &World, inside: &Inside, entry: &Entry) -> bool {
    let is_told = |id| inside.facts.told.iter().any(|told| told.answer == Accepted::New(id));
    let dropped =
        world.plan.turns.iter().any(
            |(_, turn)| matches!(turn, Turn::Redeploy(Some(gone)) if *gone == entry.integration),
        );
    let by_api = matches!(entry.history.lines.first(), Some(line) if matches!(&line.what, What::Accepted { via } if via == "api"));
    dropped && by_api && entry.life.state == State::Accepted && !is_told(entry.id)
}

/// What EventBridge handed over has a delivery for each integration that wants it.
fn handed_over(world: &World, inside: &mut Inside) {
    let missing = world.plan.turns.iter().any(|(_, turn)| matches!(turn, Turn::Redeploy(Some(_))));
    for (place, event) in world.plan.events.iter().enumerate() {
        // A bundle without an integration does not want its events, when another wants them.
        if !event.by_bus || (missing && event.wanted.len() > 1) {
            continue;
        }
        for of in &event.wanted {
            let keys = work::keys(place, event, of);
            if keys.iter().all(|key| inside.ledger.load(key).is_none()) {
                let what = format!("EventBridge handed it over for {of}, and there is no entry");
                inside.broke(Law::NothingLost, About::Event(place), what);
            }
        }
    }
}

/// What is no ticket ends on a DLQ; everything else has left the queues.
pub(crate) fn poison(inside: &mut Inside) {
    let left: Vec<Place> = inside
        .queues
        .messages()
        .iter()
        .filter(|message| message.place.reader().is_some())
        .map(|message| message.place)
        .collect();
    for place in left {
        let what = format!("a message still lies on the {}", place.word());
        inside.broke(Law::PoisonAlone, About::All, what);
    }
}
