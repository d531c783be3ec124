//! Through the gate and back: what a dispatcher asks before a call, and reports after it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    gate::{self, Gate, Heard, Pause, Permit, health},
    id::{DestinationName, Token},
    integration::Destination,
    outcome::Answer,
    pace::{Block, Booking, Rate, book},
    ports::{Gates, PortError, Ports, Saved},
    span::{after, until},
};

/// A copy of a gate is trusted for this long; so long may a call pass after the breaker opened elsewhere.
pub const FRESH_FOR: Duration = Duration::from_secs(1);

/// A dispatcher waits at most this long for its slot with the delivery in hand.
pub const REACH: Duration = Duration::from_secs(2);

/// How many slots a dispatcher books at once; what it does not use is lost to the others.
const BLOCK: u32 = 5;

/// How long a paused delivery waits before someone looks again.
const LOOK_AFTER_PAUSE: Duration = Duration::from_secs(60);

/// So often a lost race is run again before the delivery is held back instead.
const MOST_RACES: usize = 8;

/// What one function instance remembers of its destinations between calls. Nothing here must survive it.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<DestinationName, Known>>);

#[derive(Clone, Debug, Default)]
struct Known {
    gate: Gate,
    read_at: Option<Timestamp>,
    block: Option<Block>,
    /// Successes since the last report.
    unreported: u32,
}

/// Leave to make one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    era: u32,
    token: Token,
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

impl Memory {
    fn known(&self) -> MutexGuard<'_, BTreeMap<DestinationName, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gate(&self, of: &DestinationName, now: Timestamp) -> Option<Gate> {
        let known = self.known();
        let found = known.get(of)?;
        (now < after(found.read_at?, FRESH_FOR)).then(|| found.gate.clone())
    }

    fn remember(&self, of: &DestinationName, gate: &Gate, now: Timestamp) {
        let mut known = self.known();
        let entry = known.entry(of.clone()).or_default();
        entry.gate = gate.clone();
        entry.read_at = Some(now);
    }

    fn forget(&self, of: &DestinationName) {
        if let Some(found) = self.known().get_mut(of) {
            found.read_at = None;
        }
    }

    fn slot(&self, of: &DestinationName, now: Timestamp) -> Option<Timestamp> {
        self.known().get_mut(of)?.block.as_mut()?.take(now)
    }

    fn booked(&self, of: &DestinationName, block: Block) {
        self.known().entry(of.clone()).or_default().block = Some(block);
    }

    fn count_fine(&self, of: &DestinationName) {
        self.known().entry(of.clone()).or_default().unreported += 1;
    }

    fn take_unreported(&self, of: &DestinationName) -> u32 {
        self.known().get_mut(of).map_or(0, |known| std::mem::take(&mut known.unreported))
    }
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
    for _ in 0..MOST_RACES {
        let now = ports.now();
        let gate = current(ports, memory, &destination.name).await?;
        let closed = |until| Ok(Door::Closed { until, turn: false });
        match gate::ask(&gate, token, lease, now) {
            Permit::Wait(until) => return closed(until),
            Permit::Paused => return closed(after(now, LOOK_AFTER_PAUSE)),
            Permit::Go => {}
            Permit::Probe(next) => {
                let next = Gate { version: gate.version.next(), ..next };
                match ports.gates().save_gate(&destination.name, &next, gate.version).await? {
                    Saved::Done => memory.remember(&destination.name, &next, now),
                    Saved::Lost => {
                        memory.forget(&destination.name);
                        continue;
                    }
                }
                // A probe needs no slot: nothing else passes.
                return Ok(Door::Open(Pass { era: next.era, token }));
            }
        }
        if let Some(rate) = destination.rate
            && let Some(turn) = wait_for_slot(ports, memory, &destination.name, rate).await?
        {
            return Ok(Door::Closed { until: turn, turn: true });
        }
        return Ok(Door::Open(Pass { era: gate.era, token }));
    }
    Ok(Door::Closed { until: after(ports.now(), FRESH_FOR), turn: true })
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
    let turn = wait_for_slot(ports, memory, &destination.name, rate).await?;
    Ok(turn.map_or(Door::Open(pass), |until| Door::Closed { until, turn: true }))
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

/// Waits for a slot within reach; gives the time to come back where there is none.
async fn wait_for_slot<P: Ports>(
    ports: &P,
    memory: &Memory,
    of: &DestinationName,
    rate: Rate,
) -> Result<Option<Timestamp>, PortError> {
    for _ in 0..MOST_RACES {
        let now = ports.now();
        if let Some(slot) = memory.slot(of, now) {
            ports.pause_for(until(now, slot)).await;
            return Ok(None);
        }
        let pace = ports.gates().pace(of).await?.unwrap_or_default();
        let (mut next, block, place) = match book(&pace, rate, BLOCK, REACH, ports.now()) {
            Booking::Block(next, block) => (next, Some(block), None),
            Booking::Later(next, place) => (next, None, Some(place)),
        };
        next.version = pace.version.next();
        match (ports.gates().save_pace(of, &next, pace.version).await?, block) {
            (Saved::Done, Some(block)) => memory.booked(of, block),
            (Saved::Done, None) => return Ok(place),
            (Saved::Lost, _) => {}
        }
    }
    Ok(Some(after(ports.now(), FRESH_FOR)))
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
    let (Some(fine), Some(breaker)) = (health(answer), &destination.breaker) else {
        return Ok(());
    };
    let of = &destination.name;
    let quiet = memory.gate(of, ports.now()).is_some_and(|gate| gate.is_quiet());
    if fine && quiet {
        memory.count_fine(of);
        return Ok(());
    }
    let unreported = memory.take_unreported(of);
    let call = Heard { era: pass.era, token: pass.token, fine, unreported };
    for _ in 0..MOST_RACES {
        let now = ports.now();
        let gate = ports.gates().gate(of).await?.unwrap_or_default();
        let Some(next) = gate::heard(&gate, &call, breaker, now) else {
            memory.remember(of, &gate, now);
            return Ok(());
        };
        let next = Gate { version: gate.version.next(), ..next };
        if ports.gates().save_gate(of, &next, gate.version).await? == Saved::Done {
            memory.remember(of, &next, now);
            return Ok(());
        }
    }
    Ok(())
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
        Permit::Go => destination.rate.map_or(MOST_RELEASED, per_minute),
    };
    Ok(room)
}

/// The most deliveries of one destination that one look releases.
const MOST_RELEASED: usize = 1_000;

fn per_minute(rate: Rate) -> usize {
    let calls = Duration::from_secs(60).as_millis() / rate.interval().as_millis().max(1);
    usize::try_from(calls).unwrap_or(MOST_RELEASED).clamp(1, MOST_RELEASED)
}

#[cfg(test)]
mod tests;
