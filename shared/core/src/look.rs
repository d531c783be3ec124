//! A delivery in doubt whose vendor can be asked: look first, then send, adopt or park.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    class::Class,
    decide::{Command, Moment, Policy, Step},
    entry::{Held, Life, State},
    history::What,
    id::Token,
    meaning::Finding,
    outcome::{Answer, Outcome, judge},
    settle::{self, Heard, park},
    span::after,
    ticket::Queue,
    wait,
};

/// What came of a lookup.
pub(crate) struct Looked<'a> {
    /// Under whose lease it was made.
    pub(crate) token: &'a Token,
    /// What the wire told.
    pub(crate) answer: &'a Answer,
    /// What that says.
    pub(crate) finding: &'a Finding,
    /// How long it took.
    pub(crate) took: Duration,
}

/// From when on the vendor may be asked; never where it cannot be asked at all.
///
/// What a call leaves behind may become visible later than the call ends, so a lookup that comes at once may find
/// nothing of a record that is about to appear.
pub(crate) fn ready_at(life: &Life, policy: &Policy<'_>) -> Option<Timestamp> {
    let doubted_at = life.doubted_at.unwrap_or(life.begun_at);
    policy.lookup.map(|lookup| after(doubted_at, lookup.after))
}

/// The one way into a lookup: the lease stands in the ledger before the question leaves. It is no attempt.
pub(crate) fn look(mut life: Life, policy: &Policy<'_>, moment: &Moment) -> Step {
    life.state = State::Looking { token: moment.token, until: after(moment.now, policy.lease) };
    Step {
        lines: vec![What::Looking],
        commands: vec![Command::Look { token: moment.token, fresh_secret: life.refused }],
        next: Some(life),
    }
}

/// Settles by what was found. Only a clean answer that nothing is there leads to another attempt.
pub(crate) fn looked(
    life: &Life,
    heard: Looked<'_>,
    policy: Option<&Policy<'_>>,
    moment: &Moment,
) -> Step {
    let Looked { token, answer, finding, took } = heard;
    // Whoever has decided since then may have sent it since then: what was found is out of date.
    if !matches!(&life.state, State::Looking { token: ours, .. } if ours == token) {
        return Step::default();
    }
    let line = What::Looked { answer: answer.clone(), finding: finding.clone(), took };
    let mut step = match (finding, policy) {
        (Finding::Ours(id), _) => settle::delivered(life, Some(id.clone())),
        (_, None) => park(life.clone(), Class::Missing, String::new(), moment),
        (Finding::Absent, Some(_)) => send(life.clone(), moment),
        (Finding::Several(_) | Finding::Foreign, Some(_)) => {
            park(life.clone(), Class::InDoubt, finding.text(), moment)
        }
        (Finding::Unclear, Some(policy)) => {
            unclear(life, &Heard { token, answer, took }, policy, moment)
        }
    };
    step.lines.insert(0, line);
    step
}

/// The vendor does not have it: there is no doubt any more, and the next attempt begins anew.
fn send(mut life: Life, moment: &Moment) -> Step {
    life.clear_doubt();
    life.first_sent_at = None;
    life.refused = false;
    let goes = wait::fits_queue(Duration::ZERO, moment.hops);
    let held = if goes { Held::Queue } else { Held::Index { look_at: moment.now } };
    life.state = State::Waiting { due_at: moment.now, held };
    // By way of retry: dispatch itself may not send to its own queue.
    let ticket = Command::Send { queue: Queue::Retry, delay: Duration::ZERO };
    Step { next: Some(life), lines: vec![], commands: goes.then_some(ticket).into_iter().collect() }
}

/// Nothing is known, so nothing is sent: the question is asked again by the schedule.
fn unclear(life: &Life, heard: &Heard<'_>, policy: &Policy<'_>, moment: &Moment) -> Step {
    match judge(heard.answer) {
        Outcome::NoEffect(reason) => settle::without_effect(life, reason, heard, policy, moment),
        Outcome::Delivered | Outcome::Rejected | Outcome::Unknown => {
            let mut next = life.clone();
            next.refused = false;
            settle::failed(next, heard.answer, policy, moment)
        }
    }
}

/// Whoever was asking was not heard of again. Nothing was sent, so there is no more doubt than before.
pub(crate) fn lease_over(life: &Life, policy: &Policy<'_>, moment: &Moment) -> Step {
    let mut next = life.clone();
    next.failures = next.failures.saturating_add(1);
    let mut step = settle::again(next, None, policy, moment);
    step.lines.insert(0, What::LookLost);
    step
}
