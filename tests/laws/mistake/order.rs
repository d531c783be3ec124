//! Mistakes of `decide` about parking, telling and a person's orders.

use fairlead_core::{
    decide::{Command, Input, Moment, Policy, Step, decide},
    entry::{Life, State},
    integration::Dedupe,
};
use fairlead_tests::sample::keyed;

use crate::{explore::caught, law, setting::Setting};

#[test]
fn an_order_obeyed_twice() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut input = input.clone();
        if let Input::Ordered(order) = &mut input {
            order.version = life.version;
        }
        decide(life, &input, policy, moment)
    }
    let setting = Setting::new("order obeyed twice", keyed()).redrives(1).copies(1);
    caught(setting.decide(wrong), law::ORDER_ONCE);
}

#[test]
fn an_obeyed_order_taken_for_the_end_of_its_ticket() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        match (&life.state, input) {
            (State::Parked { .. }, _) => decide(life, input, policy, moment),
            (_, Input::Ordered(_)) => Step::default(),
            _ => decide(life, input, policy, moment),
        }
    }
    let setting = Setting::new("obeyed order's ticket dropped", keyed()).redrives(1).crashes(1);
    caught(setting.decide(wrong), law::NOTHING_LOST);
}

#[test]
fn a_refused_order_that_outdates_itself() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut step = decide(life, input, policy, moment);
        if matches!(input, Input::Ordered(_)) && matches!(life.state, State::Parked { .. }) {
            step.next.get_or_insert_with(|| life.clone());
        }
        step
    }
    let setting = Setting::new("refused order counted", Dedupe::None).redrives(1).crashes(1);
    caught(setting.decide(wrong), law::LISTED);
}

#[test]
fn an_order_lost_with_its_integration() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let input = if policy.is_none() { &Input::Picked } else { input };
        decide(life, input, policy, moment)
    }
    let setting = Setting::new("order lost with its integration", keyed()).removals(1).redrives(1);
    caught(setting.decide(wrong), law::LISTED);
}

#[test]
fn an_old_alert_that_tells_of_a_new_parking() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        match input {
            Input::Tell { .. } => decide(life, &Input::Tell { version: None }, policy, moment),
            _ => decide(life, input, policy, moment),
        }
    }
    let setting = Setting::new("old alert tells", keyed()).redrives(1).crashes(1);
    caught(setting.decide(wrong), law::LISTED);
}

#[test]
fn an_alert_sent_before_its_message() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut step = decide(life, input, policy, moment);
        if step.commands.iter().all(|command| matches!(command, Command::Send { .. })) {
            step.commands.reverse();
        }
        step
    }
    let setting = Setting::new("alert before DLQ message", keyed()).crashes(1);
    caught(setting.decide(wrong), law::LISTED);
}

#[test]
fn a_parking_announced_only_once() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        match (&life.state, input) {
            (State::Parked { .. }, Input::Picked) => Step::default(),
            _ => decide(life, input, policy, moment),
        }
    }
    let setting = Setting::new("parking announced only once", keyed()).crashes(1);
    caught(setting.decide(wrong), law::OWNER_TOLD);
}
