//! Mistakes of `decide` about calls, outcomes, doubt and waits.

use std::time::Duration;

use fairlead_core::{
    decide::{Command, Input, Moment, Policy, Step, decide},
    entry::{Held, Life, State},
    integration::Dedupe,
    outcome::{Answer, Reply},
    ticket::Queue,
};
use fairlead_tests::sample::{keyed, keyed_for};

use crate::{explore::caught, law, setting::Setting, vendor::Reaction};

#[test]
fn a_resend_after_a_lost_lease() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut life = life.clone();
        if matches!(life.state, State::Sending { until, .. } if until <= moment.now) {
            life.state = State::Accepted;
        }
        decide(&life, input, policy, moment)
    }
    let setting = Setting::new("resend after a lost lease", Dedupe::None).crashes(1);
    caught(setting.decide(wrong), law::ONE_EFFECT);
}

#[test]
fn a_doubt_forgotten() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut step = decide(life, input, policy, moment);
        step.next.iter_mut().for_each(|next| next.doubt = false);
        step
    }
    let setting = |name| Setting::new(name, keyed()).decide(wrong);
    caught(setting("forgotten doubt"), law::REJECTED_IS_NOT);
    caught(setting("forgotten doubt, told to the owner"), law::TRUTH);
}

#[test]
fn a_late_success_ignored() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let ours = |mine| matches!(&life.state, State::Sending { token, .. } if token == mine);
        match input {
            Input::Answered { token, .. } if !ours(token) => Step::default(),
            _ => decide(life, input, policy, moment),
        }
    }
    let setting = Setting::new("late success ignored", keyed()).immortal().copies(1);
    caught(setting.decide(wrong), law::SUCCESS_RECORDED);
}

#[test]
fn a_refusal_taken_for_success() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut input = input.clone();
        if let Input::Answered { answer: Answer::Replied(reply), .. } = &mut input
            && reply.status == 422
        {
            reply.status = 200;
        }
        decide(life, &input, policy, moment)
    }
    let setting = Setting::new("refusal taken for success", keyed());
    caught(setting.decide(wrong), law::DELIVERED_IS_THERE);
}

#[test]
fn a_delivered_one_claimed_again() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut life = life.clone();
        if life.state == State::Delivered && *input == Input::Picked {
            life.state = State::Accepted;
        }
        decide(&life, input, policy, moment)
    }
    let setting = Setting::new("delivered claimed again", keyed()).copies(1);
    caught(setting.decide(wrong), law::DELIVERED_STAYS);
}

#[test]
fn a_vendor_without_keys_treated_as_if_it_had_them() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let policy = policy.map(|policy| Policy { dedupe: &Dedupe::Upsert, ..*policy });
        decide(life, input, policy.as_ref(), moment)
    }
    let setting = Setting::new("blind resend", Dedupe::None);
    caught(setting.decide(wrong), law::NO_BLIND_RESEND);
}

#[test]
fn a_key_relied_on_until_its_last_second() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let longer = policy.map(|policy| keyed_for(Duration::from_secs(30) + policy.lease));
        let policy =
            policy.zip(longer.as_ref()).map(|(policy, dedupe)| Policy { dedupe, ..*policy });
        decide(life, input, policy.as_ref(), moment)
    }
    let setting = Setting::new("key relied on to the last", keyed_for(Duration::from_secs(30)));
    caught(setting.decide(wrong), law::ONE_EFFECT);
}

#[test]
fn a_retry_after_not_heard() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut input = input.clone();
        if let Input::Answered { answer: Answer::Replied(Reply { retry_after, .. }), .. } =
            &mut input
        {
            *retry_after = retry_after.map(|_| Duration::ZERO);
        }
        decide(life, &input, policy, moment)
    }
    let setting = Setting::new("Retry-After not heard", keyed());
    caught(setting.decide(wrong), law::NEVER_EARLY);
}

#[test]
fn a_failure_not_counted() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut step = decide(life, input, policy, moment);
        step.next.iter_mut().for_each(|next| next.failures = next.failures.min(1));
        step
    }
    let setting = Setting::new("failure not counted", keyed());
    caught(setting.reactions(&[Reaction::Busy]).ticks(4).decide(wrong), law::WITHIN_POLICY);
}

#[test]
fn a_due_index_forgotten_after_the_look() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut step = decide(life, input, policy, moment);
        if let (Input::Due, Some(State::Waiting { held, .. })) =
            (input, step.next.as_mut().map(|next| &mut next.state))
        {
            *held = Held::Queue;
        }
        step
    }
    let setting = Setting::new("due index forgotten", keyed()).long_wait().looks(1).crashes(1);
    caught(setting.decide(wrong), law::NOTHING_LOST);
}

#[test]
fn a_ticket_sent_round_and_round() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut step = decide(life, input, policy, moment);
        for command in &mut step.commands {
            if *command == Command::Keep {
                *command = Command::Send {
                    queue: Queue::Retry,
                    delay: policy.map_or(Duration::ZERO, |p| p.lease),
                };
            }
        }
        step
    }
    let setting = Setting::new("ticket sent round and round", keyed()).hops_from(12).copies(2);
    caught(setting.decide(wrong), law::SHORT_CHAINS);
}
