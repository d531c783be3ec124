//! What a person may order for a parked delivery, and what it leads to: safe twice, at once and late.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    class::Class,
    decide::{Moment, Policy, Step, announce, claim, may_repeat, picked, send},
    entry::{End, Entry, Life, State},
    history::What,
    id::{VendorId, Version},
    integration::Catalog,
    orphan::orphaned,
    ticket::{Act, Order, Queue},
};

/// Why an order is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is not parked, so there is nothing to order.
    NotParked,
    /// Validation refused its event, so there are no bytes to send.
    NothingToSend,
    /// The vendor may have it, and nobody has looked.
    InDoubt,
    /// Its integration is not in the bundle.
    Gone,
}

impl Refusal {
    /// What the operator reads.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NotParked => "only a parked delivery takes orders",
            Self::NothingToSend => {
                "validation refused its event, so there is nothing to send: correct it with `fairlead edit`"
            }
            Self::InDoubt => {
                "the vendor may have it: look there first, and only if it does not, add --checked"
            }
            Self::Gone => "its integration is not in the bundle",
        }
    }
}

/// How a retry would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nothing was created, or the vendor recognises the repetition.
    Safe,
    /// The vendor is asked first, and only what is not there is sent.
    LookedUp,
}

/// How a retry of this entry would go now.
///
/// # Errors
/// Why it may not be ordered.
pub fn way(
    catalog: &Catalog,
    entry: &Entry,
    checked: bool,
    now: Timestamp,
) -> Result<Way, Refusal> {
    let policy = policy(catalog, entry);
    may_order(&entry.life, &Act::Retry, checked, policy.as_ref(), now)?;
    // A vendor that recognises the repetition is not asked.
    let asks =
        |policy: Policy<'_>| policy.lookup.is_some() && !may_repeat(&entry.life, &policy, now);
    let looks = entry.life.doubt && !checked && policy.is_some_and(asks);
    Ok(if looks { Way::LookedUp } else { Way::Safe })
}

/// The policy that dispatch will have. Its lease is not known here, so the longest is taken: what is allowed under
/// that one is allowed under every other.
pub fn policy<'a>(catalog: &'a Catalog, of: &Entry) -> Option<Policy<'a>> {
    Policy::of(catalog, of, LONGEST_LEASE)
}

/// Lambda's longest run, and the five seconds that a lease outlives it.
const LONGEST_LEASE: Duration = Duration::from_secs(905);

/// Whether a person may order this now; the desk asks before it sends an order, dispatch before it obeys.
///
/// # Errors
/// Why not.
pub fn may_order(
    life: &Life,
    act: &Act,
    checked: bool,
    policy: Option<&Policy<'_>>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let State::Parked { class, .. } = life.state else { return Err(Refusal::NotParked) };
    match act {
        // What a person declares is hers to declare, whatever we know.
        Act::Resolve { .. } | Act::Discard => Ok(()),
        Act::Retry => may_retry(life, class, checked, policy, now),
        // What is corrected goes out under another key, so the vendor would not recognise it.
        Act::Edit { .. } if policy.is_none() => Err(Refusal::Gone),
        Act::Edit { .. } if life.doubt && !checked => Err(Refusal::InDoubt),
        Act::Edit { .. } => Ok(()),
    }
}

fn may_retry(
    life: &Life,
    class: Class,
    checked: bool,
    policy: Option<&Policy<'_>>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let Some(policy) = policy else { return Err(Refusal::Gone) };
    if !life.can_be_retried(class) {
        return Err(Refusal::NothingToSend);
    }
    // Where the vendor can be asked, that is done before anything is sent.
    let asks = policy.lookup.is_some();
    if life.doubt && !checked && !asks && !may_repeat(life, policy, now) {
        return Err(Refusal::InDoubt);
    }
    Ok(())
}

/// An order: only the parking that it names can obey it.
pub(crate) fn ordered(
    life: &Life,
    order: &Order,
    policy: Option<&Policy<'_>>,
    moment: &Moment,
) -> Step {
    match (&life.state, policy) {
        (State::Parked { told, .. }, policy) if names(order, life.version, *told) => {
            match may_order(life, &order.act, order.checked, policy, moment.now) {
                Ok(()) => obey(life, order, policy, moment),
                // Nothing changes, so a crash in here repeats it. A redriven message was the one on the DLQ; what the
                // desk orders leaves that where it is.
                Err(_) if *told && order.by == Order::REDRIVE => Step::run([send(Queue::Dlq)]),
                Err(_) if *told => Step::default(),
                Err(_) => Step::run(announce()),
            }
        }
        // Stale, or obeyed by someone who may have died since: this ticket may be the only one left.
        (_, Some(policy)) => picked(life, policy, moment),
        (_, None) => orphaned(life, moment),
    }
}

/// Telling the owner has counted the version up by one since the message was written; obeying, which may park again
/// at once, has done so too, but nobody was told of that parking yet.
fn names(order: &Order, version: Version, told: bool) -> bool {
    version == order.version || told && version == order.version.next()
}

fn obey(life: &Life, order: &Order, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
    let (by, reason) = (order.by.clone(), order.reason.clone());
    match (&order.act, policy) {
        (Act::Retry, Some(policy)) => try_again(life, order, policy, moment),
        // Refused before; a parked delivery stays as it is.
        (Act::Retry, None) => Step::default(),
        (Act::Resolve { vendor_id }, _) => {
            let vendor_id = vendor_id.clone();
            let mut life = life.clone();
            let named = vendor_id.as_deref().and_then(VendorId::typed);
            life.vendor_id = named.or(life.vendor_id);
            close(&life, End::Resolved, What::Resolved { by, reason, vendor_id })
        }
        (Act::Discard, _) => close(life, End::Discarded, What::Discarded { by, reason }),
        (Act::Edit { event }, _) => {
            let event = event.clone();
            close(life, End::Edited, What::Edited { by, reason, event })
        }
    }
}

fn close(life: &Life, how: End, line: What) -> Step {
    let mut next = life.clone();
    next.state = State::Closed { how };
    Step { next: Some(next), lines: vec![line], commands: vec![] }
}

fn try_again(life: &Life, order: &Order, policy: &Policy<'_>, moment: &Moment) -> Step {
    let mut next = life.clone();
    next.begun_at = moment.now;
    next.failures = 0;
    next.refused = false;
    if order.checked {
        next.clear_doubt();
    }
    let mut step = claim(&next, policy, moment);
    step.lines.insert(0, What::Retried { by: order.by.clone(), reason: order.reason.clone() });
    step
}
