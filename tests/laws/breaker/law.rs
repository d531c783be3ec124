//! The breaker's laws: what must be true in every world that can be reached.

use fairlead_core::{
    gate::{Gate, Permit, ask},
    id::Token,
    span::after,
};
use stateright::Property;
use uuid::Uuid;

use super::{
    model::{LEASE, Model, OPEN_AT_MOST},
    world::World,
};

pub(crate) const ONE_PROBE: &str = "never two probes at once";
pub(crate) const GOOD_PROBES: &str = "closed again only after two good probes";
pub(crate) const NOT_STRANDED: &str = "a dead prober strands nothing";
pub(crate) const OWN_ERA: &str = "an answer of an old era changes nothing";
pub(crate) const HEALTHY: &str = "no write while healthy";
pub(crate) const STOPPED: &str = "no call through an open breaker later than a copy is trusted";

pub(crate) const HEALS: &str = "it opens and closes again";
pub(crate) const REPLACED: &str = "a dead prober is replaced";

pub(crate) fn all() -> Vec<Property<Model>> {
    vec![
        Property::always(ONE_PROBE, |_, world: &World| world.probes() <= 1),
        Property::always(GOOD_PROBES, |_, world: &World| unbroken(world, GOOD_PROBES)),
        Property::always(NOT_STRANDED, not_stranded),
        Property::always(OWN_ERA, |_, world: &World| unbroken(world, OWN_ERA)),
        Property::always(HEALTHY, |_, world: &World| world.seen.failure || world.gate.is_none()),
        Property::always(STOPPED, |_, world: &World| unbroken(world, STOPPED)),
        Property::sometimes(HEALS, |_, world: &World| world.seen.healed),
        Property::sometimes(REPLACED, |_, world: &World| world.seen.replaced),
    ]
}

fn unbroken(world: &World, law: &str) -> bool {
    world.seen.broken.is_none_or(|broken| broken != law)
}

/// Whoever asks learns a time to come back that is near, and one who comes then is not sent away by the dead.
fn not_stranded(_: &Model, world: &World) -> bool {
    let gate = world.gate.as_ref().map_or_else(Gate::default, |gate| Gate::clone(gate));
    let someone = Token(Uuid::from_u128(9_999));
    let longest = after(world.now, LEASE.max(OPEN_AT_MOST));
    let near = match ask(&gate, someone, LEASE, world.now) {
        Permit::Wait(until) => until <= longest,
        Permit::Go | Permit::Probe(_) => true,
        Permit::Paused => false,
    };
    near && matches!(ask(&gate, someone, LEASE, longest), Permit::Go | Permit::Probe(_))
}
