//! A call's turn: a slot in time where a rate is declared, a place where a cap is, each waited for a moment.

use std::time::Duration;

use jiff::Timestamp;

use super::{FRESH_FOR, MOST_RACES, Memory};
use crate::{
    id::{DestinationName, Token},
    integration::Destination,
    pace::{Booking, Pace, Rate, Slot, book},
    ports::{Gates, PortError, Ports, Saved},
    running::{Room, Running},
    span::{after, until},
    wait::Jitter,
};

/// How many slots a dispatcher books at once; what it does not use is lost to the others.
const BLOCK: u32 = 5;

/// So often a dispatcher looks again for a place, with the delivery in hand.
const MOST_LOOKS: u32 = 4;

/// How long it waits between two looks: most calls end within one.
const LOOK: Duration = Duration::from_millis(400);

/// How long it waits for a place at most.
pub(super) const LONGEST_LOOKS: Duration = LOOK.saturating_mul(MOST_LOOKS);

/// Who finds the house full comes back after this and up to [`SPREAD`] more, so that not all come at once.
const COME_BACK: Duration = Duration::from_secs(1);

/// See [`COME_BACK`].
const SPREAD: Duration = Duration::from_secs(4);

/// A place is given back against this many others at once; then its lease gives it back.
const MOST_RACES_OUT: usize = 32;

/// What a wait for a call's turn has come to.
pub(super) enum Turned {
    /// The call may leave: in its slot, where a rate is declared.
    Go(Option<Slot>),
    /// It comes back then.
    Later(Timestamp),
}

/// Waits for the call's turn; gives the time to come back where it does not come soon.
///
/// The slot is taken first and the place after it, because a call must not leave later than its slot.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn wait<P: Ports>(
    ports: &P,
    memory: &Memory,
    destination: &Destination,
    token: Token,
    lease: Duration,
) -> Result<Turned, PortError> {
    let of = &destination.name;
    let Some(rate) = destination.rate else {
        let later = place(ports, destination, token, lease, MOST_LOOKS).await?;
        return Ok(later.map_or(Turned::Go(None), Turned::Later));
    };
    if let Some(most) = destination.in_flight
        && !has_room(ports, of, token, most).await?
    {
        return Ok(Turned::Later(come_back(ports)));
    }
    let slot = match slot(ports, memory, of, rate).await? {
        Turn::Soon(slot) => slot,
        Turn::Later(place) => return Ok(Turned::Later(place)),
    };
    if let Some(later) = place(ports, destination, token, lease, 0).await? {
        return Ok(Turned::Later(later));
    }
    if ports.now() <= slot.until {
        return Ok(Turned::Go(Some(slot)));
    }
    memory.met(of, until(slot.held_from, ports.now()));
    give_back(ports, destination, token).await?;
    Ok(Turned::Later(after(ports.now(), FRESH_FOR)))
}

/// Waits for one more slot for a call that has its place; gives the time to come back where there is none soon.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn once_more<P: Ports>(
    ports: &P,
    memory: &Memory,
    of: &DestinationName,
    rate: Rate,
) -> Result<Turned, PortError> {
    Ok(match slot(ports, memory, of, rate).await? {
        Turn::Soon(slot) => Turned::Go(Some(slot)),
        Turn::Later(place) => Turned::Later(place),
    })
}

/// Takes a place where a cap is declared, without any wait; gives the time to come back where there is none.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn place_now<P: Ports>(
    ports: &P,
    destination: &Destination,
    token: Token,
    lease: Duration,
) -> Result<Turned, PortError> {
    let later = place(ports, destination, token, lease, 0).await?;
    Ok(later.map_or(Turned::Go(None), Turned::Later))
}

/// Gives a call's place back, where a cap is declared.
///
/// # Errors
/// When the ledger does not answer; the lease gives it back then.
pub(super) async fn give_back<P: Ports>(
    ports: &P,
    destination: &Destination,
    token: Token,
) -> Result<(), PortError> {
    if destination.in_flight.is_none() {
        return Ok(());
    }
    for _ in 0..MOST_RACES_OUT {
        let running = read(ports, &destination.name).await?;
        let Some(next) = running.give_back(token) else { return Ok(()) };
        let saved = ports.gates().save_running(&destination.name, &next, running.version).await?;
        if saved == Saved::Done {
            return Ok(());
        }
    }
    Ok(())
}

/// Waits for a slot for a probe, which stands in no line: it gives the next free slot's time when that is not within
/// reach.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn for_probe<P: Ports>(
    ports: &P,
    memory: &Memory,
    of: &DestinationName,
    rate: Rate,
) -> Result<Turned, PortError> {
    let pace = ports.gates().pace(of).await?.unwrap_or_default();
    let alone = Pace { line: None, ..pace };
    if let Booking::Later(next, free) = book(&alone, rate, 1, memory.horizon(of), ports.now()) {
        if next.free != pace.free {
            let next = Pace { line: pace.line, version: pace.version.next(), ..next };
            ports.gates().save_pace(of, &next, pace.version).await?;
        }
        return Ok(Turned::Later(free));
    }
    once_more(ports, memory, of, rate).await
}

enum Turn {
    /// This slot is near.
    Soon(Slot),
    /// There is none within reach; the place in the line is then.
    Later(Timestamp),
}

/// Waits for a slot within reach, until it is about to come.
async fn slot<P: Ports>(
    ports: &P,
    memory: &Memory,
    of: &DestinationName,
    rate: Rate,
) -> Result<Turn, PortError> {
    for _ in 0..MOST_RACES {
        let now = ports.now();
        if let Some(at) = memory.slot(of, now) {
            ports.pause_for(until(now, at).saturating_sub(memory.horizon(of).lead)).await;
            return Ok(Turn::Soon(Slot::new(at, rate, ports.now())));
        }
        let pace = ports.gates().pace(of).await?.unwrap_or_default();
        let (mut next, block, place) =
            match book(&pace, rate, BLOCK, memory.horizon(of), ports.now()) {
                Booking::Block(next, block) => (next, Some(block), None),
                Booking::Later(next, place) => (next, None, Some(place)),
            };
        next.version = pace.version.next();
        let saved = ports.gates().save_pace(of, &next, pace.version).await?;
        // The claim that comes next goes the same way.
        memory.met(of, until(now, ports.now()));
        match (saved, block, place) {
            (Saved::Done, Some(block), _) => memory.booked(of, block),
            (Saved::Done, None, Some(place)) => return Ok(Turn::Later(place)),
            (Saved::Done | Saved::Lost, _, _) => {}
        }
    }
    Ok(Turn::Later(after(ports.now(), FRESH_FOR)))
}

/// Takes a place, looking again so often; gives the time to come back where there is none.
async fn place<P: Ports>(
    ports: &P,
    destination: &Destination,
    token: Token,
    lease: Duration,
    mut looks: u32,
) -> Result<Option<Timestamp>, PortError> {
    let (of, Some(most)) = (&destination.name, destination.in_flight) else { return Ok(None) };
    for _ in 0..MOST_RACES {
        let running = read(ports, of).await?;
        match running.take(token, most, lease, ports.now()) {
            Room::Free(next) => {
                if ports.gates().save_running(of, &next, running.version).await? == Saved::Done {
                    return Ok(None);
                }
            }
            Room::Full if looks == 0 => break,
            Room::Full => {
                looks -= 1;
                ports.pause_for(LOOK).await;
            }
        }
    }
    Ok(Some(come_back(ports)))
}

/// Looks whether a place is free, before a slot is spent on a call that finds none.
async fn has_room<P: Ports>(
    ports: &P,
    of: &DestinationName,
    token: Token,
    most: u32,
) -> Result<bool, PortError> {
    for look in 0..=MOST_LOOKS {
        let running = read(ports, of).await?;
        if running.take(token, most, Duration::ZERO, ports.now()) != Room::Full {
            return Ok(true);
        }
        if look < MOST_LOOKS {
            ports.pause_for(LOOK).await;
        }
    }
    Ok(false)
}

async fn read<P: Ports>(ports: &P, of: &DestinationName) -> Result<Running, PortError> {
    Ok(ports.gates().running(of).await?.unwrap_or_default())
}

fn come_back<P: Ports>(ports: &P) -> Timestamp {
    let Jitter(drawn) = ports.jitter();
    let spread = SPREAD.mul_f64(f64::from(drawn) / f64::from(u16::MAX));
    after(ports.now(), COME_BACK + spread)
}
