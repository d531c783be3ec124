//! Mistakes of `decide` about asking the vendor.

use fairlead_core::{
    decide::{Input, Moment, Policy, Step, decide},
    entry::Life,
    integration::{Dedupe, Lookup},
    meaning::Finding,
};

use crate::{explore::caught, law, setting::Setting, vendor::Reaction};

fn setting(name: &'static str) -> Setting {
    Setting::new(name, Dedupe::None).asked().reactions(Reaction::ASKED).ticks(4)
}

#[test]
fn a_resend_after_a_question_that_got_no_clean_answer() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut input = input.clone();
        if let Input::Looked { finding: finding @ Finding::Unclear, .. } = &mut input {
            *finding = Finding::Absent;
        }
        decide(life, &input, policy, moment)
    }
    let setting = setting("sends after an unclear answer").decide(wrong);
    caught(setting, law::NO_BLIND_RESEND);
}

#[test]
fn a_question_asked_before_the_vendor_can_know() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let at_once = policy
            .and_then(|policy| policy.lookup)
            .map(|lookup| Lookup { after: std::time::Duration::ZERO, ..lookup.clone() });
        let policy = policy.map(|policy| Policy { lookup: at_once.as_ref(), ..*policy });
        decide(life, input, policy.as_ref(), moment)
    }
    caught(setting("does not wait before it asks").decide(wrong), law::ONE_EFFECT);
}

#[test]
fn a_doubt_forgotten_when_the_question_fails() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut step = decide(life, input, policy, moment);
        if let (Input::Looked { finding: Finding::Unclear, .. }, Some(next)) =
            (input, &mut step.next)
        {
            next.doubt = false;
        }
        step
    }
    let setting = setting("forgets doubt when the question fails").decide(wrong);
    caught(setting, law::NO_BLIND_RESEND);
}

#[test]
fn a_resend_after_asking_was_given_up() {
    fn wrong(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
        let mut step = decide(life, input, policy, moment);
        if let fairlead_core::entry::State::Looking { until, .. } = life.state
            && until <= moment.now
            && let Some(next) = &mut step.next
        {
            next.doubt = false;
        }
        step
    }
    let setting = setting("sends after a lost question").crashes(1).decide(wrong);
    caught(setting, law::NO_BLIND_RESEND);
}
