//! Through the gate and back: what a dispatcher asks before a call, and reports after it.

mod lead;
mod memory;
mod turn;

use std::time::Duration;

use jiff::Timestamp;

pub use memory::Memory;
use turn::Turned;

use crate::{
    gate::{self, Gate, Heard, Pause, Permit, health},
    id::{DestinationName, Token},
    integration::Destination,
    outcome::Answer,
    pace::{Rate, Slot},
    ports::{Gates, PortError, Ports, Saved},
    span::{after, until},
};

/// A copy of a gate is trusted for this long; so long may a call pass after the breaker opened elsewhere.
pub const FRESH_FOR: Duration = Duration::from_secs(1);

/// A dispatcher waits at most this long for its slot with the delivery in hand.
pub const REACH: Duration = Duration::from_secs(2);

/// How long a paused delivery waits before someone looks again.
const LOOK_AFTER_PAUSE: Duration = Duration::from_secs(60);

/// So often a lost race is run again before the delivery is held back instead.
const MOST_RACES: usize = 8;

/// Leave to make one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pass {
    era: u32,
    token: Token,
    slot: Option<Slot>,
}

impl Pass {
    /// The breaker's era in which the call begins; its answer counts in no other.
    pub fn era(self) -> u32 {
        self.era
    }

    /// The end of the call's slot, where it has one.
    pub(crate) fn leaves_by(self) -> Option<Timestamp> {
        self.slot.map(|slot| slot.until)
    }
}

/// What the gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Call now.
    Open(Pass),
    /// Do not call; the delivery waits, and it is not its fault.
    Closed {
        /// Until then.
        until: Timestamp,
        /// Only its turn has not come: it may come back by itself at that time.
        turn: bool,
    },
}

/// Asks for leave to make one call, whose lease is `lease` long. May wait a moment for its slot.
///
/// # Errors
/// When the ledger does not answer.
pub async fn enter<P: Ports>(
    ports: &P,
    memory: &Memory,
    destination: &Destination,
    token: Token,
    lease: Duration,
) -> Result<Door, PortError> {
    let held = |until, turn| Ok(Door::Closed { until, turn });
    for _ in 0..MOST_RACES {
        let now = ports.now();
        let gate = current(ports, memory, &destination.name).await?;
        let turned = match gate::ask(&gate, token, lease, now) {
            Permit::Wait(until) => return held(until, false),
            Permit::Paused => return held(after(now, LOOK_AFTER_PAUSE), false),
            Permit::Go => turn::wait(ports, memory, destination, token, lease).await?,
            // A probe waits for its slot when it has its lease: most of those who ask here do not get it.
            Permit::Probe(_) => turn::place_now(ports, destination, token, lease).await?,
        };
        let slot = match turned {
            Turned::Later(until) => return held(until, true),
            Turned::Go(slot) => slot,
        };
        match pass_on(ports, memory, destination, token, lease).await? {
            Passed::Probe(era) if slot.is_none() => {
                return probe(ports, memory, destination, Pass { era, token, slot }).await;
            }
            Passed::Call(era) | Passed::Probe(era) => {
                return Ok(Door::Open(Pass { era, token, slot }));
            }
            Passed::Not => turn::give_back(ports, destination, token).await?,
        }
    }
    held(after(ports.now(), FRESH_FOR), true)
}

/// Takes a slot for the probe, because the vendor counts it like any call; else another may be made when one is free.
async fn probe<P: Ports>(
    ports: &P,
    memory: &Memory,
    destination: &Destination,
    pass: Pass,
) -> Result<Door, PortError> {
    let Some(rate) = destination.rate else { return Ok(Door::Open(pass)) };
    match turn::for_probe(ports, memory, &destination.name, rate).await? {
        Turned::Go(slot) => Ok(Door::Open(Pass { slot, ..pass })),
        Turned::Later(until) => {
            unused(ports, memory, destination, pass).await?;
            Ok(Door::Closed { until, turn: false })
        }
    }
}

/// What the last look at the gate has come to.
enum Passed {
    /// A call may leave, in this era.
    Call(u32),
    /// This call is the probe, in this era.
    Probe(u32),
    /// The gate has changed.
    Not,
}

/// The last look at the gate, because the turn may have taken longer than a copy is trusted.
async fn pass_on<P: Ports>(
    ports: &P,
    memory: &Memory,
    destination: &Destination,
    token: Token,
    lease: Duration,
) -> Result<Passed, PortError> {
    let of = &destination.name;
    let gate = current(ports, memory, of).await?;
    let next = match gate::ask(&gate, token, lease, ports.now()) {
        Permit::Go => return Ok(Passed::Call(gate.era)),
        Permit::Wait(_) | Permit::Paused => return Ok(Passed::Not),
        Permit::Probe(next) => Gate { version: gate.version.next(), ..next },
    };
    if ports.gates().save_gate(of, &next, gate.version).await? == Saved::Done {
        memory.remember(of, &next, ports.now());
        return Ok(Passed::Probe(next.era));
    }
    memory.forget(of);
    Ok(Passed::Not)
}

/// Asks for one more call under leave that was given: a call counts for the vendor's rate, whatever came of the last.
///
/// # Errors
/// When the ledger does not answer.
pub async fn again<P: Ports>(
    ports: &P,
    memory: &Memory,
    destination: &Destination,
    pass: Pass,
) -> Result<Door, PortError> {
    let Some(rate) = destination.rate else { return Ok(Door::Open(pass)) };
    Ok(match turn::once_more(ports, memory, &destination.name, rate).await? {
        Turned::Go(slot) => Door::Open(Pass { slot, ..pass }),
        Turned::Later(until) => Door::Closed { until, turn: true },
    })
}

async fn current<P: Ports>(
    ports: &P,
    memory: &Memory,
    of: &DestinationName,
) -> Result<Gate, PortError> {
    if let Some(gate) = memory.gate(of, ports.now()) {
        return Ok(gate);
    }
    let gate = ports.gates().gate(of).await?.unwrap_or_default();
    memory.remember(of, &gate, ports.now());
    Ok(gate)
}

/// Waits for the slot that was given for a call or a question; whether it may leave, or its slot is over already.
pub(crate) async fn in_turn<P: Ports>(
    ports: &P,
    memory: &Memory,
    of: &DestinationName,
    pass: Pass,
) -> bool {
    let Some(slot) = pass.slot else { return true };
    memory.met(of, until(slot.held_from, ports.now()));
    let wait = until(ports.now(), slot.at);
    if !wait.is_zero() {
        ports.pause_for(wait).await;
    }
    // The ledger took its time: a vendor's rate holds for calls and questions as they leave.
    ports.now() <= slot.until
}

/// How long [`enter`] waits at most with a delivery in hand.
pub fn longest_wait(destination: &Destination) -> Duration {
    let slot = destination.rate.map_or(Duration::ZERO, |_| REACH);
    let place = destination.in_flight.map_or(Duration::ZERO, |_| turn::LONGEST_LOOKS);
    slot + place
}

/// Reports how the call went. A report that is lost costs nothing but a little knowledge.
///
/// # Errors
/// When the ledger does not answer.
pub async fn leave<P: Ports>(
    ports: &P,
    memory: &Memory,
    destination: &Destination,
    pass: Pass,
    answer: &Answer,
) -> Result<(), PortError> {
    turn::give_back(ports, destination, pass.token).await?;
    let Some(breaker) = &destination.breaker else { return Ok(()) };
    let (of, now) = (&destination.name, ports.now());
    let quiet = memory.gate(of, now).is_some_and(|gate| gate.is_quiet());
    let fine = match (health(answer), answer) {
        (Some(true), _) if quiet => {
            memory.count_fine(of, breaker.window, now);
            return Ok(());
        }
        (Some(fine), _) => fine,
        // Nothing left for the vendor, so nothing is known of it; were it the probe, another may be made.
        (None, Answer::NotSent(_)) if !quiet => {
            change(ports, memory, of, |gate, _| gate::unused(gate, pass.token)).await?;
            return Ok(());
        }
        (None, Answer::NotSent(_) | Answer::Lost(_) | Answer::Replied(_)) => return Ok(()),
    };
    let untold = memory.take_fine(of, breaker.window, now);
    let call = Heard { era: pass.era, token: pass.token, fine, unreported: untold.count() };
    let report = |gate: &Gate, now| gate::heard(gate, &call, breaker, now);
    if change(ports, memory, of, report).await? == Saved::Lost {
        // Nothing was written, so the next report tells of it: a slow vendor's successes count, too.
        memory.put_back(of, untold);
        let now = ports.now();
        if fine && memory.gate(of, now).is_some_and(|gate| gate.era == pass.era) {
            memory.count_fine(of, breaker.window, now);
        }
    }
    Ok(())
}

/// Gives back leave that was not used: its delivery was settled otherwise, or another was quicker.
///
/// # Errors
/// When the ledger does not answer; the leases end all the same.
pub async fn unused<P: Ports>(
    ports: &P,
    memory: &Memory,
    destination: &Destination,
    pass: Pass,
) -> Result<(), PortError> {
    turn::give_back(ports, destination, pass.token).await?;
    if destination.breaker.is_none() {
        return Ok(());
    }
    change(ports, memory, &destination.name, |gate, _| gate::unused(gate, pass.token)).await?;
    Ok(())
}

/// Changes a gate, again and again while others are quicker; `Lost` when nothing was to be changed, or they stay so.
async fn change<P: Ports>(
    ports: &P,
    memory: &Memory,
    of: &DestinationName,
    step: impl Fn(&Gate, Timestamp) -> Option<Gate>,
) -> Result<Saved, PortError> {
    for _ in 0..MOST_RACES {
        let now = ports.now();
        let gate = ports.gates().gate(of).await?.unwrap_or_default();
        let Some(next) = step(&gate, now) else {
            memory.remember(of, &gate, now);
            return Ok(Saved::Lost);
        };
        let next = Gate { version: gate.version.next(), ..next };
        if ports.gates().save_gate(of, &next, gate.version).await? == Saved::Done {
            memory.remember(of, &next, now);
            return Ok(Saved::Done);
        }
    }
    Ok(Saved::Lost)
}

/// Stops all calls to a destination, or with `None` allows them again; the first pause stands until then.
///
/// Gives whether anything changed.
///
/// # Errors
/// When the ledger does not answer.
pub async fn pause<G: Gates>(
    gates: &G,
    of: &DestinationName,
    pause: Option<Pause>,
) -> Result<bool, PortError> {
    for _ in 0..MOST_RACES {
        let gate = gates.gate(of).await?.unwrap_or_default();
        if gate.pause.is_some() == pause.is_some() {
            return Ok(false);
        }
        let replaces = gate.version;
        let next = Gate { version: replaces.next(), pause: pause.clone(), ..gate };
        if gates.save_gate(of, &next, replaces).await? == Saved::Done {
            return Ok(true);
        }
    }
    Err(PortError::new("change the gate", "others changed it too often"))
}

/// Whether a look at the destination's waiting deliveries is of use now, and how many it may release.
///
/// # Errors
/// When the ledger does not answer.
pub async fn room<P: Ports>(ports: &P, destination: &Destination) -> Result<usize, PortError> {
    let gate = ports.gates().gate(&destination.name).await?.unwrap_or_default();
    let room = match gate::ask(&gate, ports.token(), Duration::ZERO, ports.now()) {
        Permit::Wait(_) | Permit::Paused => 0,
        // One probe passes; the next comes when it was heard of.
        Permit::Probe(_) => 1,
        Permit::Go => {
            let cap = destination.in_flight.map_or(MOST_RELEASED, one_a_second);
            destination.rate.map_or(MOST_RELEASED, per_minute).min(cap)
        }
    };
    Ok(room)
}

/// The most deliveries of one destination that one look releases.
const MOST_RELEASED: usize = 5_000;

fn per_minute(rate: Rate) -> usize {
    let calls = Duration::from_secs(60).as_millis() / rate.interval().as_millis().max(1);
    usize::try_from(calls).unwrap_or(MOST_RELEASED).clamp(1, MOST_RELEASED)
}

/// How many calls so many places take in a minute, if each call takes a second; who finds none comes back.
fn one_a_second(places: u32) -> usize {
    usize::try_from(places)
        .map_or(MOST_RELEASED, |places| places.saturating_mul(60))
        .min(MOST_RELEASED)
}

#[cfg(test)]
mod tests;
