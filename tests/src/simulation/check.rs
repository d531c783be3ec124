//! The history checker: it knows answers, calls, effects, queues, alerts and the ledger, and asks for every law.

mod effect;
mod gate;
mod life;
mod lost;
mod owner;
mod record;
mod time;

use fairlead_core::{accept::Accepted, entry::Entry};

pub(crate) use self::life::at_write;
use super::world::{Inside, World};

/// A source system was answered.
pub(crate) fn at_answer(inside: &mut Inside, event: usize, answer: Accepted) {
    lost::durable(inside, event, answer);
}

/// Nothing moves any more.
pub(crate) fn at_end(world: &World) {
    let mut inside = world.inside.borrow_mut();
    let inside = &mut *inside;
    lost::nothing(world, inside);
    lost::poison(inside);
    effect::once(world, inside);
    effect::same_bytes(inside);
    effect::not_blind(world, inside);
    effect::is_there(inside);
    time::not_early(world, inside);
    time::within_rate(world, inside);
    gate::kept(world, inside);
    record::in_order(inside);
    record::newest_goes(inside);
    record::created_once(inside);
    record::need_known(inside);
    gate::within_cap(world, inside);
    owner::told(inside);
    owner::listed(inside);
    life::ordered_once(inside);
    life::nothing_invalid(world, inside);
}

/// The calls of an entry, in the order in which they arrived.
fn calls<'a>(inside: &'a Inside, entry: &'a Entry) -> impl Iterator<Item = &'a super::fact::Call> {
    let path = entry.request.as_ref().map(|request| request.path.as_str());
    let theirs = move |call: &&super::fact::Call| {
        Some(call.path.as_str()) == path && call.external == entry.idempotency_key.as_str()
    };
    inside.facts.calls.iter().filter(theirs)
}
