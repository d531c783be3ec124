//! Laws about the gate: what the ledger said of it when a call was made.

use std::time::Duration;

use fairlead_core::{
    door::FRESH_FOR,
    gate::{Breaker, Gate},
    id::DestinationName,
};
use jiff::Timestamp;

use super::super::{
    fact::Call,
    law::{About, Law},
    world::{Inside, World},
};

/// What the gate said in a stretch of time.
struct Said<'a> {
    from: Timestamp,
    until: Timestamp,
    gate: &'a Gate,
}

/// No call passes an open breaker or a pause, and one at a time a half-open breaker.
pub(crate) fn kept(world: &World, inside: &mut Inside) {
    let mut broken = Vec::new();
    for (name, changes) in &inside.facts.gates {
        let said = stretches(changes);
        let mut probes: Vec<&Call> = Vec::new();
        for call in inside.facts.calls.iter().filter(|call| call.destination == *name) {
            let known = known(world, &said, call);
            if known.is_empty() || known.iter().any(|gate| lets_all_pass(gate)) {
                continue;
            }
            if known.iter().all(|gate| is_shut(gate)) {
                let what = format!("called at {:.3} while it {}", call.at, why(known[0]));
                broken.push((Law::GateKept, name.clone(), what));
                continue;
            }
            let beside = probes.iter().find(|other| other.ended.is_none_or(|end| end > call.at));
            if let Some(other) = beside {
                let what = format!("probes at {:.3} and {:.3} at once", other.at, call.at);
                broken.push((Law::OneProbe, name.clone(), what));
            }
            probes.push(call);
        }
    }
    for (law, name, what) in broken {
        inside.broke(law, About::Destination(name), what);
    }
}

fn stretches(changes: &[(Timestamp, Gate)]) -> Vec<Said<'_>> {
    let ends = changes.iter().skip(1).map(|(at, _)| *at).chain([Timestamp::MAX]);
    let both = changes.iter().zip(ends);
    both.map(|((from, gate), until)| Said { from: *from, until, gate }).collect()
}

/// What the caller may have known of the gate: a copy is trusted for a second, by a clock that may be off.
fn known<'a>(world: &World, said: &[Said<'a>], call: &Call) -> Vec<&'a Gate> {
    let off = Duration::from_millis(2 * world.plan.skew + 20);
    let oldest = call.knew.checked_sub(FRESH_FOR + off).unwrap_or(Timestamp::MIN);
    let first = said.first().map_or(Timestamp::MAX, |said| said.from);
    if oldest < first {
        // Before its first change every gate is open.
        return vec![];
    }
    let meets = |said: &&Said<'_>| said.from <= call.at && said.until >= oldest;
    said.iter().filter(meets).map(|said| said.gate).collect()
}

fn lets_all_pass(gate: &Gate) -> bool {
    gate.pause.is_none() && gate.breaker == Breaker::Closed
}

fn is_shut(gate: &Gate) -> bool {
    gate.pause.is_some() || matches!(gate.breaker, Breaker::Open { .. })
}

fn why(gate: &Gate) -> &'static str {
    if gate.pause.is_some() { "was paused" } else { "had an open breaker" }
}

impl Inside {
    /// The ledger has taken a write of a gate.
    pub(crate) fn changed_gate(&mut self, of: &DestinationName, gate: &Gate, now: Timestamp) {
        let before = self.facts.gates.get(of).and_then(|changes| changes.last());
        let was_open = before.is_some_and(|(_, gate)| is_open(gate));
        if is_open(gate) && !was_open {
            self.hit(super::super::fault::Fault::BreakerOpened);
        }
        self.facts.gates.entry(of.clone()).or_default().push((now, gate.clone()));
    }
}

fn is_open(gate: &Gate) -> bool {
    matches!(gate.breaker, Breaker::Open { .. })
}

/// Never more calls at once than the vendor allows.
pub(crate) fn within_cap(world: &World, inside: &mut Inside) {
    let mut broken = Vec::new();
    for destination in world.plan.catalog.destinations.values() {
        let Some(most) = destination.in_flight else { continue };
        let theirs = || inside.facts.calls.iter().filter(|c| c.destination == destination.name);
        for call in theirs() {
            let runs = |other: &&Call| {
                other.at <= call.at && other.ended.is_none_or(|ended| call.at < ended)
            };
            let running = theirs().filter(runs).count();
            if running > usize::try_from(most).unwrap_or(usize::MAX) {
                let what = format!("{running} calls run at {:.3}; {most} are allowed", call.at);
                broken.push((destination.name.clone(), what));
                break;
            }
        }
    }
    for (name, what) in broken {
        inside.broke(Law::WithinCap, About::Destination(name), what);
    }
}
