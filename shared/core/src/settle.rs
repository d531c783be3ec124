//! What an attempt's outcome leads to: delivered, waiting, parked, and whether doubt remains.

use std::time::Duration;

use crate::{
    class::Class,
    decide::{Command, Moment, Policy, Step, announce, claim, may_repeat},
    entry::{Held, Life, State},
    history::What,
    id::Token,
    outcome::{Answer, NotSent, Outcome, Reason, judge},
    span::after,
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
        (_, Outcome::Delivered) if life.state != State::Delivered => delivered(life),
        (true, outcome) => by_outcome(life, outcome, &heard, policy, moment),
        // The lease was lost and someone else has decided; they remember the doubt.
        (false, _) => return Step::default(),
    };
    step.lines.insert(0, line);
    step
}

fn delivered(life: &Life) -> Step {
    let mut next = life.clone();
    next.doubt = false;
    let line = match next.state {
        // A person's word, or a newer version's, is not undone by a late answer; but the history tells of it.
        State::Closed { .. } => What::HeardLate,
        State::Accepted
        | State::Sending { .. }
        | State::Waiting { .. }
        | State::Delivered
        | State::Parked { .. } => {
            next.state = State::Delivered;
            What::Delivered
        }
    };
    Step { next: Some(next), lines: vec![line], commands: vec![] }
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
        next.doubt |= outcome == Outcome::Unknown;
        return park(next, Class::Missing, String::new(), moment);
    };
    match outcome {
        Outcome::Delivered => delivered(life),
        Outcome::Rejected => park(next, refusal(heard.answer), String::new(), moment),
        Outcome::Unknown => {
            next.doubt = true;
            failed(next, heard, policy, moment)
        }
        Outcome::NoEffect(Reason::Unavailable) => failed(next, heard, policy, moment),
        Outcome::NoEffect(Reason::Throttled) => {
            let pace = hint(heard.answer).unwrap_or(wait::UNHINTED_THROTTLE);
            wait_for(next, wait::not_before(pace, policy.retry), policy, moment)
        }
        Outcome::NoEffect(Reason::NoTime) => {
            // No call was made, so none is counted.
            next.attempts = next.attempts.saturating_sub(1);
            wait_for(next, wait::AFTER_NO_TIME, policy, moment)
        }
        Outcome::NoEffect(Reason::Unauthorized) if !life.refused => {
            // The cached secret may be older than its rotation: one more call with a fresh one.
            next.refused = true;
            claim(&next, policy, moment)
        }
        Outcome::NoEffect(Reason::Unauthorized) => {
            let mut step = park(next, Class::Auth, String::new(), moment);
            step.commands.insert(0, Command::Pause);
            step
        }
        Outcome::NoEffect(Reason::Misconfigured) => {
            park(next, misconfigured(heard.answer), String::new(), moment)
        }
    }
}

fn failed(mut life: Life, heard: &Heard<'_>, policy: &Policy<'_>, moment: &Moment) -> Step {
    life.failures = life.failures.saturating_add(1);
    again(life, hint(heard.answer), policy, moment)
}

fn hint(answer: &Answer) -> Option<Duration> {
    match answer {
        Answer::Replied(reply) => reply.retry_after,
        Answer::NotSent(_) | Answer::Lost(_) => None,
    }
}

fn misconfigured(answer: &Answer) -> Class {
    match answer {
        Answer::NotSent(NotSent::NotAllowed) => Class::Missing,
        Answer::NotSent(_) | Answer::Lost(_) | Answer::Replied(_) => Class::Auth,
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
    next.doubt = true;
    next.failures = next.failures.saturating_add(1);
    let mut step = again(next, None, policy, moment);
    step.lines.insert(0, What::LeaseOver { attempt: life.attempts });
    step
}

/// The next wait of the schedule, or the end of it.
fn again(life: Life, hint: Option<Duration>, policy: &Policy<'_>, moment: &Moment) -> Step {
    match wait::scheduled(&life, hint, policy.retry) {
        Some(least) => wait_for(life, least, policy, moment),
        None => park(life, Class::Exhausted, String::new(), moment),
    }
}

/// Waits at least `least`; parks instead when the wait would end too late to be of use.
fn wait_for(mut life: Life, least: Duration, policy: &Policy<'_>, moment: &Moment) -> Step {
    let length = moment.jitter.stretch(least);
    let due_at = after(moment.now, length);
    if due_at >= after(life.begun_at, policy.retry.give_up_after) {
        return park(life, Class::Exhausted, String::new(), moment);
    }
    if life.doubt && !may_repeat(&life, policy, due_at) {
        return park(life, Class::InDoubt, String::new(), moment);
    }
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
