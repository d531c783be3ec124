//! Mistakes by name: each breaks the bundle in one place, and a guarantee must be seen broken.

use std::time::Duration;

use fairlead_core::{
    decide::{Command, Decide, Input, Moment, Policy, Step, decide},
    entry::{Held, Life, State},
    integration::{Dedupe, Lookup},
    span::after,
    ticket::{Order, Queue},
};

use super::law::Law;

macro_rules! mutations {
    ($($variant:ident $name:literal breaks $law:ident: $text:literal,)*) => {
        /// A mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Mutation { $(#[doc = $text] $variant,)* }

        impl Mutation {
            /// Every mistake.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it does.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The law that it breaks.
            pub fn breaks(self) -> Law {
                match self { $(Self::$variant => Law::$law,)* }
            }
        }
    };
}

mutations! {
    NoFencing "no-fencing" breaks OneEffect:
        "a save does not check the version it replaces",
    BlindRetry "blind-retry" breaks NoBlindResend:
        "a vendor that promises nothing is treated as if repeating were harmless",
    EarlyJitter "jitter-below-retry-after" breaks NeverEarly:
        "jitter is subtracted from a wait",
    ProbeStampede "probe-stampede" breaks OneProbe:
        "every dispatcher takes the lease of the one probe",
    LimiterPerProcess "limiter-per-process" breaks WithinRate:
        "each function instance keeps its own pace",
    DroppedGateWait "dropped-gate-wait" breaks GateKept:
        "a closed gate is asked and not heeded",
    SlotNotWaited "slot-not-waited" breaks WithinRate:
        "a slot is booked and not waited for",
    VolatileKey "volatile-key" breaks SameBytes:
        "the idempotency key is made from a field that changes with each attempt",
    VolatileBody "volatile-body" breaks SameBytes:
        "the request is rendered anew for each attempt",
    DripOutlivesDeadline "deadline-without-body" breaks Bounded:
        "the call's deadline ends with the answer's head and does not cover its body",
    DeleteBeforeSend "delete-before-send" breaks NothingLost:
        "a ticket is acknowledged before what it leads to is durable",
    SendFailureSwallowed "send-failure-swallowed" breaks NothingLost:
        "a ticket that could not be sent is taken for sent",
    AnswerBeforeTicket "answer-before-ticket" breaks Durable:
        "202 is answered though the ticket could not be sent",
    AlertDropped "alert-dropped" breaks OwnerTold:
        "an alert that fails is taken for told",
    NotAnnounced "not-announced" breaks OwnerTold:
        "a parked delivery is not announced again by the ticket that comes back",
    DoubtForgotten "doubt-forgotten" breaks Truth:
        "an attempt that may have taken effect is forgotten",
    LateSuccessIgnored "late-success-ignored" breaks SuccessRecorded:
        "a success that is heard after the lease is ignored",
    DeliveredOverwritten "delivered-overwritten" breaks OneEnd:
        "a delivered one is claimed again by a late ticket",
    OrderObeyedTwice "order-obeyed-twice" breaks OrderOnce:
        "an order to retry is obeyed whatever parking it names",
    ReleaseDropsPage "release-drops-page" breaks NothingLost:
        "what a look at the index releases leaves it before its ticket is sent",
    KeyOutlived "key-outlived" breaks OneEffect:
        "a key is relied on beyond the vendor's memory of it",
    LookSkipped "look-skipped" breaks OneEffect:
        "a vendor that can be asked is not asked before it is called again",
    LookTooEarly "look-too-early" breaks OneEffect:
        "a vendor is asked before it can show what it has done",
    StaleSecret "stale-secret" breaks Credential:
        "a refused credential is not read anew",
    RetryAfterUnheard "retry-after-unheard" breaks NeverEarly:
        "a vendor's Retry-After is not heard",
    StaleOverwrite "stale-overwrite" breaks NeverBackwards:
        "which version was sent last is not remembered",
    TurnUnheeded "turn-unheeded" breaks OneAtATime:
        "two deliveries of one record are sent at the same time",
    CreateForgotten "create-forgotten" breaks OneRecord:
        "a create whose end nobody knows does not keep others from creating the record",
    NeedGuessed "need-guessed" breaks NeedKnown:
        "an id that the crosswalk does not know is taken for known",
    CapUnheeded "cap-unheeded" breaks WithinCap:
        "calls that run are not counted",
    PauseUnheeded "pause-unheeded" breaks GateKept:
        "a paused destination is called",
}

impl Mutation {
    /// The mistake of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mutation| mutation.name() == name)
    }

    /// What decides under this mistake; mistakes of the adapter are made in `hand`.
    pub(crate) fn decide(self) -> Decide {
        match self {
            Self::BlindRetry => blind_retry,
            Self::EarlyJitter => early_jitter,
            Self::DroppedGateWait => dropped_gate_wait,
            Self::DoubtForgotten => doubt_forgotten,
            Self::LateSuccessIgnored => late_success_ignored,
            Self::DeliveredOverwritten => delivered_overwritten,
            Self::OrderObeyedTwice => order_obeyed_twice,
            Self::ReleaseDropsPage => release_drops_page,
            Self::KeyOutlived => key_outlived,
            Self::LookSkipped => look_skipped,
            Self::LookTooEarly => look_too_early,
            Self::RetryAfterUnheard => retry_after_unheard,
            Self::NotAnnounced => not_announced,
            _ => decide,
        }
    }
}

type Of<'a, 'b> = Option<&'a Policy<'b>>;

fn blind_retry(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    let policy = policy.map(|policy| Policy { dedupe: &Dedupe::Upsert, ..*policy });
    decide(life, input, policy.as_ref(), moment)
}

fn key_outlived(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    let forever =
        Dedupe::Key { header: "Idempotency-Key".to_owned(), max_age: Duration::MAX, quoted: false };
    let policy = policy.map(|policy| match policy.dedupe {
        Dedupe::Key { .. } => Policy { dedupe: &forever, ..*policy },
        _ => *policy,
    });
    decide(life, input, policy.as_ref(), moment)
}

fn look_skipped(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    let policy = policy.map(|policy| match policy.lookup {
        Some(_) => Policy { dedupe: &Dedupe::Upsert, ..*policy },
        None => *policy,
    });
    decide(life, input, policy.as_ref(), moment)
}

fn look_too_early(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    let lookup = policy.and_then(|policy| policy.lookup);
    let early = lookup.map(|lookup| Lookup { after: Duration::ZERO, ..lookup.clone() });
    let policy = policy.map(|policy| Policy { lookup: early.as_ref(), ..*policy });
    decide(life, input, policy.as_ref(), moment)
}

/// A wait of a minute or more is shortened by up to a third.
fn early_jitter(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    let mut step = decide(life, input, policy, moment);
    let Some(State::Waiting { due_at, held }) = step.next.as_mut().map(|life| &mut life.state)
    else {
        return step;
    };
    let length = Duration::try_from(due_at.duration_since(moment.now)).unwrap_or_default();
    let shorter = length.mul_f64(0.7);
    if !matches!(input, Input::Answered { .. }) || *held == Held::Gate {
        return step;
    }
    *due_at = after(moment.now, shorter);
    if let Held::Index { look_at } = held {
        *look_at = *due_at;
    }
    for command in &mut step.commands {
        if let Command::Send { queue: Queue::Retry, delay } = command {
            *delay = shorter;
        }
    }
    step
}

fn dropped_gate_wait(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    decide(life, input, policy, &Moment { closed: None, ..moment.clone() })
}

fn doubt_forgotten(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    let mut step = decide(life, input, policy, moment);
    step.next.iter_mut().for_each(|next| next.doubt = false);
    step
}

fn late_success_ignored(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    let ours = |mine| matches!(&life.state, State::Sending { token, .. } if token == mine);
    match input {
        Input::Answered { token, .. } if !ours(token) => Step::default(),
        _ => decide(life, input, policy, moment),
    }
}

fn delivered_overwritten(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    let mut life = life.clone();
    if life.state == State::Delivered && *input == Input::Picked {
        life.state = State::Accepted;
    }
    decide(&life, input, policy, moment)
}

fn order_obeyed_twice(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    let Input::Ordered(order) = input else { return decide(life, input, policy, moment) };
    let order = Order { version: life.version, ..order.clone() };
    decide(life, &Input::Ordered(order), policy, moment)
}

fn release_drops_page(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    let mut step = decide(life, input, policy, moment);
    let next = step.next.as_mut().map(|next| &mut next.state);
    if let (Input::Due, Some(State::Waiting { held, .. })) = (input, next) {
        *held = Held::Queue;
    }
    step
}

fn retry_after_unheard(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    use fairlead_core::outcome::Answer;
    let mut input = input.clone();
    if let Input::Answered { answer: Answer::Replied(reply), .. } = &mut input {
        reply.retry_after = reply.retry_after.map(|_| Duration::ZERO);
    }
    decide(life, &input, policy, moment)
}

fn not_announced(life: &Life, input: &Input, policy: Of<'_, '_>, moment: &Moment) -> Step {
    match (&life.state, input) {
        (State::Parked { .. }, Input::Picked | Input::Submitted) => Step::default(),
        _ => decide(life, input, policy, moment),
    }
}
