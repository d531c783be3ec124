//! Takes a record's turn before a call, and gives it back after. Integrations that order nothing pay nothing.

use std::time::Duration;

use crate::{
    entry::{End, Entry, State},
    id::{DeliveryId, EntryKey},
    integration::Integration,
    obstacle::Obstacle,
    ports::{Gates, PortError, Ports, Saved},
    span::after,
    turn::{self, Claim, Granted, Turn},
};

/// Who finds the turn taken looks again after this, or when its lease ends.
const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// Who must not create a record, because another delivery may have done so, looks again after this.
const LOOK_AFTER_DOUBT: Duration = Duration::from_secs(300);

/// So often a lost race is run again before the delivery waits instead.
const MOST_RACES: usize = 8;

/// What a delivery's record says of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing: its integration orders nothing.
    Free,
    /// It has the turn.
    Mine(Box<Place>),
    /// It must not be sent now.
    Not(Obstacle),
}

/// A turn that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    of: String,
    before: Turn,
    taken: Turn,
}

/// Asks for the turn of the entry's record, for a call whose lease is `lease` long.
///
/// `checked`: a person has looked, and no other delivery has created the record.
///
/// # Errors
/// When the ledger does not answer.
pub async fn enter<P: Ports>(
    ports: &P,
    integration: &Integration,
    entry: &Entry,
    lease: Duration,
    checked: bool,
) -> Result<Standing, PortError> {
    let creates = integration.creates(entry.life.carries);
    let Some(by) = by(integration, entry) else { return Ok(Standing::Free) };
    let of = turn::place(&entry.integration, by);
    for _ in 0..MOST_RACES {
        let before = ports.gates().turn(&of).await?.unwrap_or_default();
        let claim = Claim {
            token: ports.token(),
            delivery: entry.id,
            version: entry.ordered.as_ref().and_then(|ordered| ordered.version.as_ref()),
            creates: creates.then_some(&entry.key),
            lease,
        };
        let now = ports.now();
        let taken = match turn::ask(&before, &claim, now) {
            Granted::Yours(taken) => taken,
            Granted::Held(until) => {
                return Ok(Standing::Not(Obstacle::Turn(until.min(after(now, LOOK_AGAIN)))));
            }
            Granted::Newer(sent) => return Ok(Standing::Not(Obstacle::Newer(sent))),
            Granted::Unlike(sent) => return Ok(Standing::Not(Obstacle::Unlike(sent))),
        };
        let creating = before.creating.as_ref().filter(|_| !checked);
        if creates && let Some(obstacle) = created(ports, entry, creating).await? {
            return Ok(Standing::Not(obstacle));
        }
        if ports.gates().save_turn(&of, &taken, before.version).await? == Saved::Done {
            return Ok(Standing::Mine(Box::new(Place { of, before, taken })));
        }
    }
    Ok(Standing::Not(Obstacle::Turn(after(ports.now(), LOOK_AGAIN))))
}

/// Gives the turn back. `sent`: a request left in it, and `entry` is settled since.
///
/// # Errors
/// When the ledger does not answer; the turn is then free when its lease ends.
pub async fn leave<P: Ports>(
    ports: &P,
    place: Place,
    sent: bool,
    entry: &Entry,
) -> Result<(), PortError> {
    let Place { of, mut before, mut taken } = place;
    let delivered = entry.life.state == State::Delivered;
    for _ in 0..MOST_RACES {
        let next = match (sent, entry.life.doubt) {
            (false, _) => turn::unused(&before, &taken),
            // The request may still be under way; until the lease ends, nothing may overtake it.
            (true, true) => return Ok(()),
            (true, false) => {
                turn::used(&before, &taken, delivered && entry.life.vendor_id.is_none())
            }
        };
        if ports.gates().save_turn(&of, &next, taken.version).await? == Saved::Done {
            return Ok(());
        }
        // Who lost the turn to the end of its lease has nothing to give back.
        let found = ports.gates().turn(&of).await?.unwrap_or_default();
        if found.held != taken.held {
            return Ok(());
        }
        // Another dispatcher of the delivery had it in between; what it has sent stays sent.
        before = Turn { held: before.held, ..found.clone() };
        taken = found;
    }
    Ok(())
}

/// What the deliveries of an integration take turns by; one that may create a record does by the record itself.
fn by<'a>(integration: &Integration, entry: &'a Entry) -> Option<&'a str> {
    match &entry.ordered {
        Some(ordered) => Some(&ordered.by),
        None => integration.update.as_ref().map(|_| entry.record.id.as_str()),
    }
}

/// What is known of the record at the vendor, against creating it.
async fn created<P: Ports>(
    ports: &P,
    entry: &Entry,
    creating: Option<&EntryKey>,
) -> Result<Option<Obstacle>, PortError> {
    if let Some(link) = ports.linked(&entry.destination, &entry.record.name()).await? {
        let ours = link.delivery == entry.id;
        return Ok(Some(if ours { Obstacle::Ours(link.vendor_id) } else { Obstacle::Known }));
    }
    let Some(key) = creating.filter(|key| **key != entry.key) else { return Ok(None) };
    let Some(other) = ports.load(key).await? else { return Ok(None) };
    Ok(match left(&other) {
        Left::Nothing => None,
        Left::Doubt => Some(Obstacle::Turn(after(ports.now(), LOOK_AFTER_DOUBT))),
        Left::Record(delivery) => Some(Obstacle::Nameless(delivery)),
    })
}

/// What another delivery may have left at the vendor.
enum Left {
    Nothing,
    /// It is not over yet: its end will tell.
    Doubt,
    /// A record whose id nobody has heard.
    Record(DeliveryId),
}

fn left(other: &Entry) -> Left {
    match (&other.life.state, other.life.doubt) {
        (State::Delivered | State::Closed { how: End::Resolved }, _) => Left::Record(other.id),
        (State::Closed { how: End::Superseded | End::Discarded | End::Edited }, true) => {
            Left::Record(other.id)
        }
        (State::Sending { .. } | State::Looking { .. }, _) => Left::Doubt,
        (State::Accepted | State::Waiting { .. } | State::Parked { .. }, true) => Left::Doubt,
        (
            State::Accepted
            | State::Waiting { .. }
            | State::Parked { .. }
            | State::Closed { how: End::Superseded | End::Discarded | End::Edited },
            false,
        ) => Left::Nothing,
    }
}
