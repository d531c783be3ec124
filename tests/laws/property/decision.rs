//! What holds of every single decision, whatever it is asked.

use fairlead_core::{
    class::Class,
    decide::{Command, Input, Moment, Step, decide},
    entry::{End, Life, State},
    history::What,
    meaning::Finding,
    span::after,
    ticket::{Act, Queue},
    wait::LONGEST_DELAY,
};
use proptest::{prelude::*, sample::select};

use super::any::{self, Terms};

fn decided(life: &Life, input: &Input, terms: Option<&Terms>, moment: &Moment) -> Step {
    let policy = terms.map(Terms::policy);
    decide(life, input, policy.as_ref(), moment)
}

proptest! {
    #![proptest_config(any::cases())]

    #[test]
    fn decide_is_total(
        life in any::life(),
        input in any::input(),
        terms in proptest::option::of(any::terms()),
        mut moment in any::moment(),
        hops: u8,
    ) {
        moment.hops = hops;
        decided(&life, &input, terms.as_ref(), &moment);
    }

    #[test]
    fn delivered_is_final(
        mut life in any::life(),
        input in any::input(),
        terms in proptest::option::of(any::terms()),
        moment in any::moment(),
    ) {
        life.state = State::Delivered;
        let step = decided(&life, &input, terms.as_ref(), &moment);
        prop_assert_eq!(step, Step::default());
    }

    #[test]
    fn closed_stays_closed_and_a_late_success_is_written_into_its_history(
        mut life in any::life(),
        how in select(&End::ALL[..]),
        input in any::input(),
        terms in proptest::option::of(any::terms()),
        moment in any::moment(),
    ) {
        life.state = State::Closed { how };
        let step = decided(&life, &input, terms.as_ref(), &moment);
        prop_assert!(step.commands.is_empty());
        match step.next {
            None => prop_assert!(step.lines.is_empty()),
            Some(next) => {
                prop_assert_eq!(next, Life { doubt: false, doubted_at: None, ..life });
                prop_assert_eq!(step.lines.last(), Some(&What::HeardLate));
            }
        }
    }

    #[test]
    fn doubt_ends_only_with_delivery_a_checked_order_or_a_clean_look(
        mut life in any::life(),
        input in any::input(),
        terms in proptest::option::of(any::terms()),
        moment in any::moment(),
    ) {
        life.doubt = true;
        let Step { next, lines, .. } = decided(&life, &input, terms.as_ref(), &moment);
        let Some(next) = next else { return Ok(()) };
        let checked = matches!(&input, Input::Ordered(order) if order.checked);
        // Closed stays closed, but the vendor has confirmed it.
        let late = lines.contains(&What::HeardLate);
        let looked = matches!(&input, Input::Looked { finding: Finding::Absent, .. });
        let ours = matches!(life.state, State::Looking { .. }) && looked;
        let delivered = late || next.state == State::Delivered;
        prop_assert!(next.doubt || delivered || checked || ours);
        // What may be there is never called rejected or exhausted.
        let denied = [Class::Rejected, Class::Exhausted, Class::TooLarge];
        let newly = !matches!(life.state, State::Parked { .. });
        if newly && next.doubt && let State::Parked { class, .. } = next.state {
            prop_assert!(!denied.contains(&class));
        }
    }

    #[test]
    fn a_person_ends_only_the_parking_that_she_names(
        life in any::life(),
        order in any::order(),
        terms in proptest::option::of(any::terms()),
        moment in any::moment(),
    ) {
        let input = Input::Ordered(order.clone());
        let step = decided(&life, &input, terms.as_ref(), &moment);
        let Some(State::Closed { how }) = step.next.map(|next| next.state) else { return Ok(()) };
        let asked = match order.act {
            Act::Retry => None,
            Act::Resolve { .. } => Some(End::Resolved),
            Act::Discard => Some(End::Discarded),
            Act::Edit { .. } => Some(End::Edited),
        };
        prop_assert_eq!(Some(how), asked);
        let parked = matches!(life.state, State::Parked { .. });
        prop_assert!(parked, "only what is parked can be ended");
        let named = [order.version, order.version.next()];
        prop_assert!(named.contains(&life.version), "an older parking is over");
        prop_assert!(step.commands.is_empty());
        prop_assert!(step.lines.iter().all(What::is_ordered));
    }

    #[test]
    fn nothing_is_called_before_it_is_due_except_by_order(
        life in any::life(),
        input in any::input(),
        terms in any::terms(),
        moment in any::moment(),
    ) {
        let step = decided(&life, &input, Some(&terms), &moment);
        let call =
            |command: &Command| matches!(command, Command::Call { .. } | Command::Look { .. });
        if step.commands.iter().any(call) {
            let early = matches!(life.state, State::Waiting { due_at, .. } if moment.now < due_at);
            prop_assert!(!early);
            // The lease stands in what is saved, under the token that the call will answer to.
            let until = after(moment.now, terms.lease);
            let lease = step.next.and_then(|next| next.lease());
            prop_assert_eq!(lease, Some((moment.token, until)));
        }
    }

    #[test]
    fn without_a_policy_nothing_is_called(
        life in any::life(),
        input in any::input(),
        moment in any::moment(),
    ) {
        let step = decided(&life, &input, None, &moment);
        let call = |c: &Command| matches!(c, Command::Call { .. } | Command::Look { .. });
        let called = step.commands.iter().any(call);
        prop_assert!(!called);
    }

    #[test]
    fn no_delay_is_longer_than_a_queue_allows(
        life in any::life(),
        input in any::input(),
        terms in proptest::option::of(any::terms()),
        moment in any::moment(),
    ) {
        for command in decided(&life, &input, terms.as_ref(), &moment).commands {
            if let Command::Send { queue, delay } = command {
                prop_assert!(delay <= LONGEST_DELAY);
                prop_assert!(queue == Queue::Retry || delay.is_zero());
            }
        }
    }

    #[test]
    fn whatever_is_newly_parked_is_listed_and_then_announced(
        life in any::life(),
        input in any::input(),
        terms in proptest::option::of(any::terms()),
        moment in any::moment(),
    ) {
        let step = decided(&life, &input, terms.as_ref(), &moment);
        let was = matches!(life.state, State::Parked { .. });
        let is = step.next.as_ref().is_some_and(|next| matches!(next.state, State::Parked { .. }));
        if is && !was {
            // A refused credential stops its destination before anyone is told.
            let pauses = step.commands.first() == Some(&Command::Pause);
            let auth = step.next.as_ref().is_some_and(|next| {
                matches!(next.state, State::Parked { class: Class::Auth, .. })
            });
            prop_assert!(auth || !pauses, "a pause for another reason");
            let rest = step.commands.iter().skip(usize::from(pauses));
            let queues: Vec<_> = rest.map(|command| match command {
                Command::Send { queue, .. } => Some(*queue),
                _ => None,
            }).collect();
            prop_assert_eq!(queues, [Some(Queue::Dlq), Some(Queue::Alert)]);
        }
    }
}
