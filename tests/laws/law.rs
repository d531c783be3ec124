//! The laws: what must be true in every world that can be reached.

use fairlead_core::{
    class::{Class, Effect},
    entry::{Held, State},
    id::Version,
    integration::Dedupe,
};
use stateright::Property;

use crate::{model::Model, worker::Task, world::World};

pub(crate) const ONE_EFFECT: &str = "the vendor has it at most once";
pub(crate) const NOTHING_LOST: &str = "nothing accepted is lost";
pub(crate) const DURABLE: &str = "202 means that entry and ticket are durable";
pub(crate) const OWNER_TOLD: &str = "every parked delivery reaches its owner";
pub(crate) const LISTED: &str = "a parked delivery that was announced has a readable DLQ message";
pub(crate) const DELIVERED_IS_THERE: &str = "delivered means that the vendor has it";
pub(crate) const REJECTED_IS_NOT: &str = "rejected means that the vendor has nothing";
pub(crate) const TRUTH: &str = "who is told that nothing was created can rely on it";
pub(crate) const SUCCESS_RECORDED: &str = "a success that was heard is recorded";
pub(crate) const DELIVERED_STAYS: &str = "delivered stays delivered";
pub(crate) const NEVER_EARLY: &str = "no call before it is due";
pub(crate) const WITHIN_POLICY: &str = "no more calls than the policy allows";
pub(crate) const NO_BLIND_RESEND: &str = "no blind resend to a vendor that promises nothing";
pub(crate) const ORDER_ONCE: &str = "an order to retry is obeyed once";
pub(crate) const SHORT_CHAINS: &str = "no chain of tickets is as long as a loop";

/// It happens that a delivery is delivered.
pub(crate) const ARRIVES: &str = "some are delivered";
/// It happens that an owner is told of a parked one.
pub(crate) const OWNER_LEARNS: &str = "some are parked and their owner is told";

/// Every law. Those about a moment are checked there (see `act.rs`) and only reported here.
pub(crate) fn all() -> Vec<Property<Model>> {
    vec![
        Property::always(ONE_EFFECT, |model: &Model, world: &World| {
            model.setting.dedupe == Dedupe::Upsert || world.vendor.effects <= 1
        }),
        Property::always(NOTHING_LOST, |_, world: &World| nothing_lost(world)),
        Property::always(DURABLE, |_, world: &World| !world.told_202 || durable(world)),
        Property::always(OWNER_TOLD, |_, world: &World| owner_told(world)),
        Property::always(LISTED, |_, world: &World| world.broken != Some(LISTED) && listed(world)),
        Property::always(DELIVERED_IS_THERE, |_, world: &World| {
            world.state() != Some(&State::Delivered) || world.vendor.effects > 0
        }),
        Property::always(REJECTED_IS_NOT, |_, world: &World| match parked(world) {
            Some(Class::Rejected | Class::TooLarge | Class::Exhausted) => world.vendor.effects == 0,
            _ => true,
        }),
        Property::always(TRUTH, |_, world: &World| truth(world)),
        Property::always(SUCCESS_RECORDED, |_, world: &World| {
            world.broken != Some(SUCCESS_RECORDED)
        }),
        Property::always(DELIVERED_STAYS, |_, world: &World| world.broken != Some(DELIVERED_STAYS)),
        Property::always(NEVER_EARLY, |_, world: &World| world.broken != Some(NEVER_EARLY)),
        Property::always(WITHIN_POLICY, |_, world: &World| world.broken != Some(WITHIN_POLICY)),
        Property::always(NO_BLIND_RESEND, |_, world: &World| world.broken != Some(NO_BLIND_RESEND)),
        Property::always(ORDER_ONCE, |_, world: &World| world.broken != Some(ORDER_ONCE)),
        Property::always(SHORT_CHAINS, |_, world: &World| world.broken != Some(SHORT_CHAINS)),
        Property::sometimes(ARRIVES, |_, world: &World| world.state() == Some(&State::Delivered)),
        Property::sometimes(OWNER_LEARNS, |_, world: &World| {
            matches!(world.state(), Some(State::Parked { told: true, .. }))
        }),
    ]
}

fn parked(world: &World) -> Option<Class> {
    match world.state() {
        Some(State::Parked { class, .. }) => Some(*class),
        _ => None,
    }
}

/// Unfinished means: a ticket lies on a queue or in a hand, or the due index has it.
fn nothing_lost(world: &World) -> bool {
    match world.state() {
        // Its sender was not told that it is durable, and sends again.
        None | Some(State::Accepted) if !world.told_202 => true,
        Some(State::Waiting { held: Held::Index { .. }, .. }) => true,
        None
        | Some(
            State::Accepted | State::Sending { .. } | State::Looking { .. } | State::Waiting { .. },
        ) => world.is_carried(),
        Some(State::Delivered | State::Closed { .. } | State::Parked { .. }) => true,
    }
}

fn durable(world: &World) -> bool {
    match world.state() {
        None => false,
        Some(State::Accepted) => world.is_carried(),
        Some(_) => true,
    }
}

fn owner_told(world: &World) -> bool {
    let Some(entry) = &world.entry else { return true };
    let State::Parked { told: false, .. } = entry.life.state else { return true };
    // Refused at acceptance, and whoever brought the event brings it again until this is done.
    let being_brought = entry.life.version == Version(1) && !world.told_202;
    let accepting = world.workers.iter().any(|worker| worker.task == Task::Accept);
    being_brought || accepting || world.will_be_told() || world.is_carried()
}

fn listed(world: &World) -> bool {
    let Some(entry) = &world.entry else { return true };
    match entry.life.state {
        State::Parked { told: true, .. } => world.is_listed(entry.life.version),
        _ => true,
    }
}

fn truth(world: &World) -> bool {
    let Some(entry) = &world.entry else { return true };
    parked(world).is_none() || entry.effect() == Effect::Unknown || world.vendor.effects == 0
}
