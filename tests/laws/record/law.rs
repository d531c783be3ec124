//! The laws of a record: what must be true in every world that can be reached.

use fairlead_core::entry::{Carries, End, State};
use stateright::Property;

use super::{model::Model, world::World};
use crate::record::worker::Worker;

pub(crate) const ONE_AT_A_TIME: &str = "no two calls for one record at one time";
pub(crate) const NEVER_BACKWARDS: &str = "an older version never lands after a newer one";
pub(crate) const SUPERSEDED_BY_NEWER: &str = "superseded means that a newer one was begun";
pub(crate) const CREATED_ONCE: &str = "a record is created once";
pub(crate) const KNOWN: &str = "what a settled delivery has created is known";
pub(crate) const NOTHING_STUCK: &str = "whatever is not over is carried on";
pub(crate) const GIVEN_BACK: &str = "a turn that nobody uses is free";
pub(crate) const CLOSED_STAYS: &str = "what is closed stays closed as it is";
pub(crate) const OWN_PARKING: &str = "an order ends only the parking that it was given about";
/// It happens that the vendor refused it first, and takes the newer one meanwhile.
pub(crate) const REFUSED_FIRST: &str = "one that was refused is superseded when it is tried again";
/// It happens that both are delivered.
pub(crate) const BOTH: &str = "both versions are delivered";
/// It happens that the older is not needed any more.
pub(crate) const SUPERSEDED: &str = "some are superseded";

/// Every law. Those about a moment are checked there (see `act.rs`) and only reported here.
pub(crate) fn all() -> Vec<Property<Model>> {
    vec![
        Property::always(ONE_AT_A_TIME, |_, world: &World| world.broken != Some(ONE_AT_A_TIME)),
        Property::always(NEVER_BACKWARDS, |_, world: &World| world.broken != Some(NEVER_BACKWARDS)),
        Property::always(SUPERSEDED_BY_NEWER, |_, world: &World| {
            world.broken != Some(SUPERSEDED_BY_NEWER)
        }),
        Property::always(CREATED_ONCE, |_, world: &World| world.broken != Some(CREATED_ONCE)),
        Property::always(KNOWN, |model: &Model, world: &World| {
            !model.setting.creates || world.link.is_some() || !created(world)
        }),
        Property::always(NOTHING_STUCK, |_, world: &World| nothing_stuck(world)),
        Property::always(GIVEN_BACK, given_back),
        Property::always(CLOSED_STAYS, |_, world: &World| world.broken != Some(CLOSED_STAYS)),
        Property::always(OWN_PARKING, |_, world: &World| world.broken != Some(OWN_PARKING)),
        Property::sometimes(REFUSED_FIRST, refused_first),
        Property::sometimes(BOTH, |_, world: &World| {
            world.entries.values().all(|entry| entry.life.state == State::Delivered)
        }),
        Property::sometimes(SUPERSEDED, |_, world: &World| {
            world.entries.values().any(|entry| superseded(&entry.life.state))
        }),
    ]
}

fn superseded(state: &State) -> bool {
    matches!(state, State::Closed { how: End::Superseded })
}

/// Trap 25. Where the vendor refuses nothing, there is nothing to see.
fn refused_first(model: &Model, world: &World) -> bool {
    let budget = model.setting.budget;
    let tried = world.entries.values().any(|e| superseded(&e.life.state) && e.life.attempts > 0);
    budget.refusals + budget.rejections == 0 || tried && world.vendor.version == 2
}

/// A delivery whose create was heard is settled.
fn created(world: &World) -> bool {
    world
        .entries
        .values()
        .any(|entry| entry.life.state == State::Delivered && entry.life.carries == Carries::Request)
}

fn nothing_stuck(world: &World) -> bool {
    world.entries.iter().all(|(key, entry)| match &entry.life.state {
        State::Delivered | State::Closed { .. } | State::Parked { .. } => true,
        State::Accepted | State::Sending { .. } | State::Looking { .. } | State::Waiting { .. } => {
            world.is_carried(key)
        }
    })
}

/// Doubt and crashes keep a turn until its lease ends; nothing else does.
/// Unless it must stay taken: what was lost may still land, and who was doubled cannot know of the other. That also
/// happens without a copied ticket: whoever has sent the next ticket and not yet given back its turn may be overtaken.
fn given_back(model: &Model, world: &World) -> bool {
    let budget = model.setting.budget;
    let untroubled = !world.doubled
        && world.left.losses == budget.losses
        && world.left.copies == budget.copies
        && world.left.failures == budget.failures;
    let doubt = world.entries.values().any(|entry| entry.life.doubt);
    let held = world.turn.as_ref().and_then(|turn| turn.held.as_ref());
    let working = |worker: &Worker, delivery| worker.held.ticket.delivery == delivery;
    held.is_none_or(|held| {
        doubt
            || !untroubled
            || world.crashed
            || held.until <= world.now
            || world.workers.iter().any(|worker| working(worker, held.delivery))
    })
}
