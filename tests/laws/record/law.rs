//! The laws of a record: what must be true in every world that can be reached.

use fairlead_core::entry::{Carries, State};
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
        Property::sometimes(BOTH, |_, world: &World| {
            world.entries.values().all(|entry| entry.life.state == State::Delivered)
        }),
        Property::sometimes(SUPERSEDED, |_, world: &World| {
            let closed = |state: &State| matches!(state, State::Closed { .. });
            world.entries.values().any(|entry| closed(&entry.life.state))
        }),
    ]
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
/// Unless it must stay taken: what was lost may still land, and who was doubled cannot know of the other.
fn given_back(model: &Model, world: &World) -> bool {
    let budget = model.setting.budget;
    let untroubled = world.left.losses == budget.losses && world.left.copies == budget.copies;
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
