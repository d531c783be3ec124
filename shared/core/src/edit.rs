//! How a corrected event takes the place of a parked one: the old delivery ends, a new one carries the correction.
//!
//! The old one ends first, under the condition that it is still parked as the operator saw it; only then is the new
//! one accepted. Whoever dies in between leaves the ticket, and the next to take it up accepts what is missing.

use crate::{
    accept::{Accepted, Content, Submission, accept_telling, listed},
    decide::Input,
    drive::{Rules, drive_entry},
    entry::{Entry, State},
    history::What,
    id::{DeliveryId, EntryKey, IdempotencyKey, Sha256Hex},
    integration::Integration,
    order::{may_order, policy},
    ports::{PortError, Ports},
    record::Record,
    ticket::{Act, Order},
};

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// This delivery carries the corrected event.
    As(DeliveryId),
    /// The old delivery is not parked as it was when the order was given; nothing was done.
    Stale,
    /// It may not be done, and nothing was done.
    Refused(NotEditable),
}

/// Why a corrected event may not take the place of a parked one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEditable {
    /// It tells of another record.
    #[error("the corrected event is about {0}; an edit must not make another record of it")]
    OtherRecord(String),
    /// The old delivery takes no such order.
    #[error("{0}")]
    Forbidden(&'static str),
    /// It breaks its contract.
    #[error("the corrected event is refused: {0}")]
    Invalid(String),
    /// Its own idempotency key stands for another delivery.
    #[error(
        "the corrected event has the key of delivery {0}; correct that one, or discard this one"
    )]
    Taken(DeliveryId),
}

/// The idempotency key of the corrected event.
///
/// Vendors compare a repeated key's parameters, so a changed request needs another key: the old one and the digest
/// of the correction, the same however often the edit is taken up. An event that validation refused lies under a
/// key that is not its own, and takes its own now, so that the same event from its source is recognised.
///
/// # Errors
/// When the correction is about another record.
pub fn edited_key(
    old: &Entry,
    own: &IdempotencyKey,
    record: &Record,
    event: &Sha256Hex,
) -> Result<IdempotencyKey, NotEditable> {
    if old.request.is_none() && old.idempotency_key != *own {
        return Ok(own.clone());
    }
    if old.record.id != record.id {
        return Err(NotEditable::OtherRecord(record.to_string()));
    }
    Ok(of_edit(old, event))
}

/// Puts the corrected event in the place of the parked delivery at `of`. Safe twice and at once.
///
/// # Errors
/// When the world did not do its part; the caller keeps its ticket.
pub async fn edit<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    integration: &Integration,
    of: &EntryKey,
    order: &Order,
    mut corrected: Submission,
) -> Result<Edited, PortError> {
    let Act::Edit { event } = &order.act else { return Ok(Edited::Stale) };
    let Some(old) = ports.load(of).await? else { return Ok(Edited::Stale) };
    match named(&old, &corrected, event) {
        Ok((record, key)) => (corrected.record, corrected.idempotency_key) = (record, key),
        Err(why) => return Ok(Edited::Refused(why)),
    }
    if !is_edited(&old, event) {
        let policy = policy(rules.catalog, &old);
        let may = may_order(&old.life, &order.act, order.checked, policy.as_ref(), ports.now());
        if let Err(why) = may {
            return Ok(Edited::Refused(NotEditable::Forbidden(why.sentence())));
        }
        let taken =
            ports.load(&EntryKey::of(&integration.name, &corrected.idempotency_key)).await?;
        if let Some(taken) = taken {
            return Ok(Edited::Refused(NotEditable::Taken(taken.id)));
        }
        drive_entry(ports, rules, old.clone(), Input::Ordered(order.clone()), 0).await?;
        let now = ports.load(of).await?;
        if !now.is_some_and(|now| is_edited(&now, event)) {
            return Ok(Edited::Stale);
        }
    }
    let (by, reason) = (order.by.clone(), order.reason.clone());
    let origin = What::EditOf { delivery: old.id, by, reason };
    let accepted = accept_telling(ports, rules, integration, corrected, Some(origin)).await?;
    Ok(match accepted {
        Accepted::New(id) | Accepted::Duplicate(id) => Edited::As(id),
        Accepted::Conflict(id) => Edited::Refused(NotEditable::Taken(id)),
    })
}

/// The record and the key of the correction.
///
/// What was valid when the old delivery ended and is not any more, because another bundle was deployed in between,
/// is accepted all the same, under the old one's record: it is parked, and its owner is told.
fn named(
    old: &Entry,
    corrected: &Submission,
    event: &Sha256Hex,
) -> Result<(Record, IdempotencyKey), NotEditable> {
    let (record, own) = (&corrected.record, &corrected.idempotency_key);
    match &corrected.content {
        Content::Violations(_) if is_edited(old, event) => {
            Ok((old.record.clone(), of_edit(old, event)))
        }
        Content::Violations(violations) => Err(NotEditable::Invalid(listed(violations))),
        _ => Ok((record.clone(), edited_key(old, own, record, event)?)),
    }
}

/// The old key and the digest of the correction; a key that is as long as keys may be gives way to its own digest.
fn of_edit(old: &Entry, event: &Sha256Hex) -> IdempotencyKey {
    let (key, digest) =
        (old.idempotency_key.as_str(), event.as_str().get(..12).unwrap_or_default());
    let whole = Sha256Hex::of(key.as_bytes());
    let base = if key.len() > LONGEST { whole.as_str() } else { key };
    IdempotencyKey::new(format!("{base}:edit:{digest}"))
}

/// Keys have at most 255 characters; these are left for the suffix.
const LONGEST: usize = 230;

/// Whether this correction has ended the delivery already.
fn is_edited(old: &Entry, event: &Sha256Hex) -> bool {
    let by_this = |what: &What| matches!(what, What::Edited { event: e, .. } if e == event);
    matches!(old.life.state, State::Closed { .. })
        && old.history.lines.iter().any(|line| by_this(&line.what))
}
