//! How long waits are: never shorter than the schedule or the vendor asks, jitter only added.

use std::time::Duration;

use fairlead_core::{
    decide::{Input, decide},
    entry::{Life, State},
    outcome::{Answer, Outcome, Reason, Reply, judge},
    span::{after, until},
    wait::{Jitter, UNHINTED_THROTTLE},
};
use fairlead_tests::sample::noon;
use proptest::prelude::*;

use super::any::{self, Terms};

/// The least wait that schedule and vendor ask for after this answer to the attempt at hand.
fn asked(answer: &Answer, life: &Life, terms: &Terms) -> Option<Duration> {
    // A hint of no time at all says nothing.
    let hint = match answer {
        Answer::Replied(reply) => reply.retry_after.filter(|hint| !hint.is_zero()),
        _ => None,
    };
    let hint = hint.map(|hint| hint.min(terms.retry.retry_after_max));
    let place = usize::try_from(life.failures).ok()?;
    match judge(answer) {
        Outcome::NoEffect(Reason::Throttled) => {
            Some(hint.unwrap_or(UNHINTED_THROTTLE.min(terms.retry.retry_after_max)))
        }
        Outcome::Unknown | Outcome::NoEffect(Reason::Unavailable) => {
            Some((*terms.retry.schedule.get(place)?).max(hint.unwrap_or_default()))
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(any::cases())]

    #[test]
    fn jitter_is_added_and_at_most_a_fifth(least in any::length(), jitter: u16) {
        let length = Jitter(jitter).stretch(least);
        prop_assert!(length >= least);
        // One part in 2^52 is lost to rounding.
        let most = least.saturating_add(least / 5).saturating_add(least / 1_000_000_000);
        prop_assert!(length <= most.saturating_add(Duration::from_nanos(1)), "{:?}", length);
    }

    /// Trap P19: jitter or a bound that undercuts Retry-After.
    #[test]
    fn no_wait_is_shorter_than_asked_nor_much_longer(
        mut life in any::life(),
        answer in any::answer(),
        terms in any::terms(),
        moment in any::moment(),
    ) {
        life.state = State::Sending { token: moment.token, until: noon() };
        let policy =
            terms.policy();
        let input = Input::Answered { token: moment.token, answer, took: Duration::ZERO };
        let step = decide(&life, &input, Some(&policy), &moment);
        let Input::Answered { answer, .. } = &input else { return Ok(()) };
        if let (Some(next), Some(least)) = (step.next, asked(answer, &life, &terms))
            && let State::Waiting { due_at, .. } = next.state
        {
            prop_assert!(due_at >= after(moment.now, least));
            prop_assert!(due_at < after(life.begun_at, terms.retry.give_up_after));
            let length = until(moment.now, due_at).as_secs_f64();
            // In doubt it may wait longer, until the vendor may be asked.
            let doubted_at = next.doubted_at.unwrap_or(next.begun_at);
            let asks = terms.lookup.as_ref().filter(|_| next.doubt);
            let asked_at = asks.map(|lookup| after(doubted_at, lookup.after));
            let most = least.as_secs_f64() * 1.2 + 0.001;
            prop_assert!(length <= most || Some(due_at) == asked_at);
        }
    }

    #[test]
    fn a_throttled_call_uses_up_no_wait(
        mut life in any::life(),
        hint in proptest::option::of(any::length()),
        terms in any::terms(),
        moment in any::moment(),
    ) {
        life.state = State::Sending { token: moment.token, until: noon() };
        let policy =
            terms.policy();
        let answer =
            Answer::Replied(Reply::plain(429, hint, ""));
        let input = Input::Answered { token: moment.token, answer, took: Duration::ZERO };
        let step = decide(&life, &input, Some(&policy), &moment);
        prop_assert_eq!(step.next.map(|next| next.failures), Some(life.failures));
    }
}
