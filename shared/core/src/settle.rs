//! What an attempt's outcome leads to: delivered, waiting, parked, and whether doubt remains.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    class::Class,
    decide::{Command, Moment, Policy, Step, announce, claim, may_repeat},
    entry::{Held, Life, State},
    history::What,
    id::{Token, VendorId},
    look,
    meaning::{Found, Meaning},
    outcome::{Answer, Outcome, Reason, Reply, judge},
    span::{after, until},
    ticket::Queue,
    wait,
};

/// What was heard of a call.
pub(crate) struct Heard<'a> {
    /// Under whose lease it was made.
    pub(crate) token: &'a Token,
    /// What the wire told.
    pub(crate) answer: &'a Answer,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Judges what was heard and settles the delivery.
pub(crate) fn settle(
    life: &Life,
    heard: Heard<'_>,
    policy: Option<&Policy<'_>>,
    moment: &Moment,
) -> Step {
    let outcome = judge(heard.answer);
    let line =
        What::Answered { attempt: life.attempts, answer: heard.answer.clone(), took: heard.took };
    let ours = matches!(&life.state, State::Sending { token, .. } if token == heard.token);
    let mut step = match (ours, outcome) {
        // A success that was heard counts, however late: the vendor has it.
        (_, Outcome::Delivered) if life.state != State::Delivered => {
            delivered(life, vendor_id(heard.answer))
        }
        (true, outcome) => by_outcome(life, outcome, &heard, policy, moment),
        // The lease was lost and someone else has decided; they remember the doubt.
        (false, _) => return Step::default(),
    };
    step.lines.insert(0, line);
    step
}

/// The vendor has it, and calls it so.
pub(crate) fn delivered(life: &Life, id: Option<VendorId>) -> Step {
    let mut next = life.clone();
    next.clear_doubt();
    next.vendor_id = id.or(next.vendor_id);
    let line = match next.state {
        // A person's word, or a newer version's, is not undone by a late answer; but the history tells of it.
        State::Closed { .. } => What::HeardLate,
        State::Accepted
        | State::Sending { .. }
        | State::Looking { .. }
        | State::Waiting { .. }
        | State::Delivered
        | State::Parked { .. } => {
            next.state = State::Delivered;
            What::Delivered
        }
    };
    Step { next: Some(next), lines: vec![line], commands: vec![] }
}

fn vendor_id(answer: &Answer) -> Option<VendorId> {
    match answer {
        Answer::Replied(Reply { meaning: Meaning { id: Some(Found::Id(id)), .. }, .. }) => {
            Some(id.clone())
        }
        Answer::Replied(_) | Answer::NotSent(_) | Answer::Lost(_) => None,
    }
}

fn by_outcome(
    life: &Life,
    outcome: Outcome,
    heard: &Heard<'_>,
    policy: Option<&Policy<'_>>,
    moment: &Moment,
) -> Step {
    let mut next = life.clone();
    next.refused = false;
    // Without a policy nothing may be tried again; a person decides.
    let Some(policy) = policy else {
        if outcome == Outcome::Unknown {
            next.add_doubt(moment.now);
        }
        return park(next, Class::Missing, String::new(), moment);
    };
    match outcome {
        Outcome::Delivered => delivered(life, vendor_id(heard.answer)),
        Outcome::Rejected => park(next, refusal(heard.answer), String::new(), moment),
        Outcome::Unknown => {
            next.add_doubt(moment.now);
            failed(next, heard.answer, policy, moment)
        }
        Outcome::NoEffect(reason) => without_effect(life, reason, heard, policy, moment),
    }
}

/// What a call that had no effect leads to, or a lookup that told nothing for the same reason.
pub(crate) fn without_effect(
    life: &Life,
    reason: Reason,
    heard: &Heard<'_>,
    policy: &Policy<'_>,
    moment: &Moment,
) -> Step {
    let mut next = life.clone();
    next.refused = false;
    match reason {
        Reason::Unavailable => failed(next, heard.answer, policy, moment),
        Reason::Throttled => {
            let pace = hint(heard.answer).unwrap_or(wait::UNHINTED_THROTTLE);
            wait_for(next, wait::not_before(pace, policy.retry), policy, moment)
        }
        Reason::NoTime => {
            // No call was made, so none is counted; a lookup never is.
            if matches!(life.state, State::Sending { .. }) {
                next.attempts = next.attempts.saturating_sub(1);
            }
            wait_for(next, wait::AFTER_NO_TIME, policy, moment)
        }
        Reason::Unauthorized if !life.refused => {
            // The cached secret may be older than its rotation: one more call with a fresh one.
            next.refused = true;
            claim(&next, policy, moment)
        }
        // Every other delivery would be refused as well, so none is tried before somebody has mended it.
        Reason::Unauthorized | Reason::NoCredential => {
            let mut step = park(next, Class::Auth, String::new(), moment);
            step.commands.insert(0, Command::Pause);
            step
        }
        Reason::Misconfigured => park(next, Class::Missing, String::new(), moment),
    }
}

/// Uses up a wait of the schedule.
pub(crate) fn failed(
    mut life: Life,
    answer: &Answer,
    policy: &Policy<'_>,
    moment: &Moment,
) -> Step {
    life.failures = life.failures.saturating_add(1);
    again(life, hint(answer), policy, moment)
}

/// A hint of no time at all says nothing: a vendor that asks for a slower pace and names zero would be called in a loop.
fn hint(answer: &Answer) -> Option<Duration> {
    match answer {
        Answer::Replied(reply) => reply.retry_after.filter(|wait| !wait.is_zero()),
        Answer::NotSent(_) | Answer::Lost(_) => None,
    }
}

fn refusal(answer: &Answer) -> Class {
    match answer {
        Answer::Replied(reply) if reply.status == 413 => Class::TooLarge,
        Answer::Replied(_) | Answer::NotSent(_) | Answer::Lost(_) => Class::Rejected,
    }
}

/// The holder of the lease was not heard of again: its call may have taken effect.
pub(crate) fn lease_over(life: &Life, policy: &Policy<'_>, moment: &Moment) -> Step {
    let mut next = life.clone();
    next.add_doubt(moment.now);
    next.failures = next.failures.saturating_add(1);
    let mut step = again(next, None, policy, moment);
    step.lines.insert(0, What::LeaseOver { attempt: life.attempts });
    step
}

/// The next wait of the schedule, or the end of it.
pub(crate) fn again(
    life: Life,
    hint: Option<Duration>,
    policy: &Policy<'_>,
    moment: &Moment,
) -> Step {
    match wait::scheduled(&life, hint, policy.retry) {
        Some(least) => wait_for(life, least, policy, moment),
        None => park(life, Class::Exhausted, String::new(), moment),
    }
}

/// Waits at least `least`.
fn wait_for(life: Life, least: Duration, policy: &Policy<'_>, moment: &Moment) -> Step {
    let due_at = after(moment.now, moment.jitter.stretch(least));
    wait_until(life, due_at, policy, moment)
}

/// Waits until `due_at`, or until the vendor may be asked; parks when the wait would end too late to be of use.
pub(crate) fn wait_until(
    mut life: Life,
    mut due_at: Timestamp,
    policy: &Policy<'_>,
    moment: &Moment,
) -> Step {
    if life.doubt && !may_repeat(&life, policy, due_at) {
        match look::ready_at(&life, policy) {
            Some(ready_at) => due_at = due_at.max(ready_at),
            None => return park(life, Class::InDoubt, String::new(), moment),
        }
    }
    if due_at >= after(life.begun_at, policy.retry.give_up_after) {
        return park(life, Class::Exhausted, String::new(), moment);
    }
    let length = until(moment.now, due_at);
    let (held, commands) = if wait::fits_queue(length, moment.hops) {
        (Held::Queue, vec![Command::Send { queue: Queue::Retry, delay: length }])
    } else {
        (Held::Index { look_at: due_at }, vec![])
    };
    life.state = State::Waiting { due_at, held };
    Step { next: Some(life), lines: vec![What::Waiting { due_at }], commands }
}

/// Parks for a person. What was ever in doubt is never called rejected or exhausted.
pub(crate) fn park(mut life: Life, class: Class, detail: String, moment: &Moment) -> Step {
    let class = match class {
        Class::Rejected | Class::TooLarge | Class::Exhausted if life.doubt => Class::InDoubt,
        other => other,
    };
    life.state = State::Parked { class, since: moment.now, told: false };
    Step {
        next: Some(life),
        lines: vec![What::Parked { class, detail }],
        commands: announce().to_vec(),
    }
}
