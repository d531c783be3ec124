//! Chains of decisions: tickets that travel on and on, and a delivery that fails until it may not any more.

use std::time::Duration;

use fairlead_core::{
    decide::{Command, Input, Moment, Policy, Step, decide},
    entry::{Held, Life, State},
    id::Token,
    integration::Dedupe,
    outcome::{Answer, NotSent, Outcome, Reason, Reply, judge},
    span::after,
    ticket::{Queue, Ticket},
    wait::Jitter,
};
use fairlead_tests::sample::{noon, waits};
use jiff::Timestamp;
use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use super::any;

/// AWS takes a chain of 16 for a loop and stops it.
const LOOP: u8 = 16;

fn moment(now: Timestamp, number: u128, hops: u8) -> Moment {
    Moment {
        now,
        token: Token(Uuid::from_u128(number)),
        jitter: Jitter(0),
        hops,
        closed: None,
        obstacle: None,
    }
}

fn throttled() -> Answer {
    Answer::Replied(Reply::plain(429, None, ""))
}

/// Trap P12: the same, by our own count of hops.
#[test]
fn forty_short_waits_in_a_row_never_make_a_loop() {
    let (retry, lease) = (waits(&[10]), Duration::from_secs(35));
    let policy = Policy { dedupe: &Dedupe::Upsert, lookup: None, retry: &retry, lease };
    let (mut life, mut now, mut hops, mut looks) = (Life::begin(noon()), noon(), 1, 0);
    for attempt in 0..40 {
        let at = moment(now, attempt, hops);
        life = decide(&life, &Input::Picked, Some(&policy), &at).next.expect("a claim");
        let took = Duration::from_millis(200);
        let input = Input::Answered { token: at.token, answer: throttled(), took };
        let step = decide(&life, &input, Some(&policy), &at);
        life = step.next.expect("a wait");
        let State::Waiting { due_at, held } = life.state else { panic!("{:?}", life.state) };
        now = due_at;
        // Over the retry queue and back, or from the due index with a chain that begins anew.
        (hops, looks) = match held {
            Held::Queue => (hops + 2, looks),
            Held::Index { .. } | Held::Gate => (1, looks + 1),
        };
        assert!(hops < LOOP, "{hops} hops after attempt {attempt}");
    }
    assert!((5..20).contains(&looks), "{looks} of 40 waits in the due index");
}

proptest! {
    #![proptest_config(any::cases())]

    /// A dispatch ticket has at most 12 hops, one on the retry queue 11, and no decision makes longer chains.
    #[test]
    fn no_decision_makes_a_chain_too_long(
        life in any::life(),
        input in any::input(),
        terms in proptest::option::of(any::terms()),
        mut moment in any::moment(),
    ) {
        moment.hops = match input {
            Input::Submitted => 0,
            Input::Due => moment.hops.min(Ticket::MOST_HOPS - 1),
            _ => moment.hops,
        };
        let policy =
            terms.as_ref().map(any::Terms::policy);
        for command in decide(&life, &input, policy.as_ref(), &moment).commands {
            let most = match command {
                Command::Send { queue: Queue::Dispatch, .. } => Ticket::MOST_HOPS,
                Command::Send { queue: Queue::Retry, .. } => Ticket::MOST_HOPS - 1,
                // An alert's ticket is the last of its chain; one on the DLQ begins anew.
                Command::Send { queue: Queue::Alert, .. } => LOOP - 1,
                _ => continue,
            };
            prop_assert!(moment.hops < most, "{:?} at {} hops", command, moment.hops);
        }
    }

    /// Lost answers, dead dispatchers and busy vendors: each uses up a wait, and then it is over.
    #[test]
    fn no_more_calls_than_waits_and_one(
        answers in vec(proptest::option::of(any::answer()), 60),
        schedule in vec(1_u64..500, 0..4),
    ) {
        let (retry, lease) = (waits(&schedule), Duration::from_secs(35));
        let policy = Policy { dedupe: &Dedupe::Upsert, lookup: None, retry: &retry, lease };
        let (mut life, mut now, mut counted) = (Life::begin(noon()), noon(), 0);
        for (number, answer) in answers.iter().enumerate() {
            let at = moment(now, number as u128, 0);
            let Step { next, commands, .. } = decide(&life, &Input::Picked, Some(&policy), &at);
            life = next.unwrap_or(life);
            if let [Command::Call { token, .. }] = commands[..] {
                counted += usize::from(counts(answer.as_ref()));
                if let Some(answer) = answer {
                    let took = Duration::ZERO;
                    let heard = Input::Answered { token, answer: answer.clone(), took };
                    let step = decide(&life, &heard, Some(&policy), &at);
                    life = step.next.unwrap_or(life);
                }
            }
            now = match life.state {
                State::Sending { until, .. } => until,
                State::Waiting { due_at, .. } => due_at,
                _ => after(now, Duration::from_secs(1)),
            };
        }
        prop_assert!(counted <= schedule.len() + 1, "{} calls", counted);
    }
}

fn counts(answer: Option<&Answer>) -> bool {
    let Some(answer) = answer else { return true };
    !matches!(
        (answer, judge(answer)),
        (Answer::NotSent(NotSent::NoTime), _)
            | (_, Outcome::NoEffect(Reason::Throttled | Reason::Unauthorized))
    )
}
