//! What a delivery's record has against a call: a newer version, another's turn, an id that is known or not.

use jiff::Timestamp;

use crate::{
    class::Class,
    decide::{Moment, Policy, Step},
    entry::{End, Held, Life, State},
    history::What,
    id::{DeliveryId, VendorId},
    lack::nameless,
    record::RecordVersion,
    rendered, settle,
    span::{after, until},
    ticket::Queue,
    wait,
};

/// Why a delivery is not sent now, for its record's sake.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// A newer version was sent.
    Newer(RecordVersion),
    /// The version sent last cannot be compared with the one that it brings.
    Unlike(RecordVersion),
    /// Another delivery of the record has its turn, or may have created it; look again then.
    Turn(Timestamp),
    /// The vendor has the record by now: the request to create it must not be sent, but one to update it.
    Known,
    /// The vendor has it from this very delivery: the answer was heard, and what followed was cut short.
    Ours(VendorId),
    /// The vendor has the record from another delivery, and what it calls it is not known.
    Nameless(DeliveryId),
}

/// What ends the delivery at once, whatever else there is to say.
pub(crate) fn end(life: &Life, moment: &Moment) -> Option<Step> {
    let mut next = life.clone();
    match moment.obstacle.as_ref()? {
        Obstacle::Newer(newer) => {
            next.state = State::Closed { how: End::Superseded };
            let lines = vec![What::Superseded { newer: newer.to_string() }];
            Some(Step { next: Some(next), lines, commands: vec![] })
        }
        Obstacle::Ours(id) => {
            next.state = State::Delivered;
            next.doubt = false;
            next.vendor_id = Some(id.clone());
            Some(Step { next: Some(next), lines: vec![What::Delivered], commands: vec![] })
        }
        Obstacle::Unlike(_) | Obstacle::Turn(_) | Obstacle::Known | Obstacle::Nameless(_) => None,
    }
}

/// What is done instead of the call.
pub(crate) fn around(
    life: Life,
    obstacle: &Obstacle,
    policy: &Policy<'_>,
    moment: &Moment,
) -> Step {
    match obstacle {
        Obstacle::Turn(free_at) => wait_for_turn(life, *free_at, policy, moment),
        Obstacle::Known => rendered::ask_for_it(life, moment),
        Obstacle::Unlike(sent) => {
            let detail =
                format!("order.version cannot be compared with {}, sent last", sent.named());
            settle::park(life, Class::Mapping, detail, moment)
        }
        Obstacle::Nameless(other) => settle::park(life, Class::Missing, nameless(*other), moment),
        // They have ended it before.
        Obstacle::Newer(_) | Obstacle::Ours(_) => end(&life, moment).unwrap_or_default(),
    }
}

/// Not the delivery's fault, so no attempt and no failure is counted.
fn wait_for_turn(mut life: Life, free_at: Timestamp, policy: &Policy<'_>, moment: &Moment) -> Step {
    let due_at = free_at.min(after(life.begun_at, policy.retry.give_up_after));
    let (held, commands) = kept(due_at, moment);
    life.state = State::Waiting { due_at, held };
    Step { next: Some(life), lines: vec![What::AwaitsTurn { until: due_at }], commands }
}

/// Where a wait is kept that ends at `due_at`, and what is sent for it.
pub(crate) fn kept(due_at: Timestamp, moment: &Moment) -> (Held, Vec<crate::decide::Command>) {
    let delay = until(moment.now, due_at);
    if wait::fits_queue(delay, moment.hops) {
        (Held::Queue, vec![crate::decide::Command::Send { queue: Queue::Retry, delay }])
    } else {
        (Held::Index { look_at: due_at }, vec![])
    }
}
