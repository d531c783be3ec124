//! What comes of validate's try to make a request: it goes out, it waits for what it needs, or a person looks.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    class::Class,
    decide::{Moment, Policy, Step, due, hold, send},
    entry::{Carries, Held, Life, State},
    history::What,
    id::Sha256Hex,
    obstacle::kept,
    record::RecordName,
    request::Request,
    settle,
    span::after,
    ticket::{Queue, Ticket},
};

/// What came of a try to make the request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rendered {
    /// There it is.
    Made {
        /// Which of the integration's requests.
        carries: Carries,
        /// Its bytes, for all attempts.
        request: Request,
        /// The configuration that made it.
        config: Sha256Hex,
    },
    /// The crosswalk does not know what it needs.
    Missing {
        /// The record whose vendor id it needs.
        record: RecordName,
        /// How long a delivery waits for it.
        wait: Duration,
    },
    /// The event does not fit its contract.
    Refused {
        /// `mapping` or `schema`.
        class: Class,
        /// The violations on one line.
        detail: String,
    },
}

/// How often the crosswalk is looked at when the schedule's own steps are longer.
const LONGEST_LOOK: Duration = Duration::from_secs(300);

/// Only a delivery that has not begun an attempt, or waits for its next one, can take a request.
pub(crate) fn rendered(
    life: &Life,
    rendered: &Rendered,
    policy: &Policy<'_>,
    moment: &Moment,
) -> Step {
    match &life.state {
        State::Accepted => {}
        State::Waiting { due_at, .. } if moment.now < *due_at => {
            return hold(life, *due_at, moment);
        }
        State::Waiting { .. } => {}
        State::Sending { .. }
        | State::Looking { .. }
        | State::Parked { .. }
        | State::Delivered
        | State::Closed { .. } => return due(life, moment),
    }
    match rendered {
        Rendered::Made { carries, .. } if fits(life.carries, *carries) => {
            let mut next = life.clone();
            next.carries = *carries;
            let lines = vec![What::Rendered { update: *carries == Carries::Update }];
            let commands = vec![send(onward(&next))];
            Step { next: Some(next), lines, commands }
        }
        Rendered::Missing { record, wait } if life.carries == Carries::Nothing => {
            missing(life.clone(), record, *wait, policy, moment)
        }
        Rendered::Refused { class, detail } => {
            settle::park(life.clone(), *class, detail.clone(), moment)
        }
        // Made before, by someone who may have died before the ticket was sent.
        Rendered::Made { .. } | Rendered::Missing { .. } => due(life, moment),
    }
}

/// Bytes that were made never change, except from a request to create into one to update.
fn fits(has: Carries, made: Carries) -> bool {
    match (has, made) {
        (Carries::Nothing, Carries::Request | Carries::Update)
        | (Carries::Request, Carries::Update) => true,
        (Carries::Refused | Carries::Nothing | Carries::Request | Carries::Update, _) => false,
    }
}

fn missing(
    mut life: Life,
    record: &RecordName,
    wait: Duration,
    policy: &Policy<'_>,
    moment: &Moment,
) -> Step {
    let end = after(life.begun_at, wait.min(policy.retry.give_up_after));
    if end <= moment.now {
        let detail = format!("the vendor's id of {record} is not known");
        return settle::park(life, Class::Missing, detail, moment);
    }
    let due_at = next_look(life.begun_at, &policy.retry.schedule, moment.now).min(end);
    let (held, commands) = kept(due_at, moment);
    life.state = State::Waiting { due_at, held };
    let line = What::AwaitsRecord { record: record.to_string(), until: due_at };
    Step { next: Some(life), lines: vec![line], commands }
}

/// The crosswalk is looked at after each step of the schedule, and at least every [`LONGEST_LOOK`].
fn next_look(begun_at: Timestamp, schedule: &[Duration], now: Timestamp) -> Timestamp {
    let mut at = begun_at;
    for step in schedule.iter().map(|step| (*step).min(LONGEST_LOOK)) {
        at = after(at, step);
        if now < at {
            return at;
        }
    }
    after(now, LONGEST_LOOK)
}

/// Asks validate for the request: by a ticket, or by the due index where the chain is too long for two more.
pub(crate) fn ask_for_it(mut life: Life, moment: &Moment) -> Step {
    let fits = moment.hops.saturating_add(2) <= Ticket::MOST_HOPS;
    let commands = if fits { vec![send(Queue::Intake)] } else { vec![] };
    let held = if fits { Held::Queue } else { Held::Index { look_at: moment.now } };
    match (&life.state, fits) {
        (State::Accepted | State::Waiting { .. }, true) => Step { commands, ..Step::default() },
        _ => {
            life.state = State::Waiting { due_at: moment.now, held };
            Step { next: Some(life), lines: vec![], commands }
        }
    }
}

/// Where a delivery that is due goes: to dispatch, or first to validate.
pub(crate) fn onward(life: &Life) -> Queue {
    match life.carries {
        Carries::Nothing => Queue::Intake,
        Carries::Request | Carries::Update | Carries::Refused => Queue::Dispatch,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_follow_the_schedule_and_then_come_every_five_minutes() {
        let seconds = |s| Duration::from_secs(s);
        let schedule = [10, 60, 3_600].map(seconds);
        let begun = Timestamp::UNIX_EPOCH;
        let mut now = begun;
        let mut looks = vec![];
        for _ in 0..5 {
            now = next_look(begun, &schedule, now);
            looks.push(now.as_second());
        }
        assert_eq!(looks, [10, 70, 370, 670, 970]);
    }
}
