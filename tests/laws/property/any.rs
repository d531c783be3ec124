//! Anything at all: lives, inputs, policies and moments, the absurd ones included.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    decide::{Input, Moment, Policy},
    entry::{Carries, End, Held, Life, State},
    id::{Sha256Hex, Token, VendorId, Version},
    integration::{Dedupe, Lookup, RetryPolicy},
    meaning::Finding,
    outcome::{Answer, Lost, NotSent, Reply},
    ticket::{Act, Order},
    wait::Jitter,
};
use jiff::Timestamp;
use proptest::{collection::vec, option, prelude::*, sample::select};
use uuid::Uuid;

/// How each property is tried: often, and without files of old failures; a failure becomes a test of its own.
pub(crate) fn cases() -> ProptestConfig {
    ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() }
}

/// A policy with its parts, as `decide` only borrows them.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) dedupe: Dedupe,
    pub(crate) lookup: Option<Lookup>,
    pub(crate) retry: RetryPolicy,
    pub(crate) lease: Duration,
}

impl Terms {
    pub(crate) fn policy(&self) -> Policy<'_> {
        let Self { dedupe, lookup, retry, lease } = self;
        Policy { dedupe, lookup: lookup.as_ref(), retry, lease: *lease }
    }
}

/// Around noon, so that moments meet; and sometimes anywhere in time.
pub(crate) fn time() -> impl Strategy<Value = Timestamp> + Clone {
    let noon = fairlead_tests::sample::noon().as_second();
    prop_oneof![
        8 => (noon - 5_000..noon + 5_000).prop_map(second),
        1 => (Timestamp::MIN.as_second()..Timestamp::MAX.as_second()).prop_map(second),
        1 => select(vec![Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH]),
    ]
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("within the range of time")
}

pub(crate) fn length() -> impl Strategy<Value = Duration> + Clone {
    prop_oneof![
        8 => (0_u64..4_000).prop_map(Duration::from_secs),
        2 => any::<u64>().prop_map(Duration::from_millis),
        1 => select(vec![Duration::ZERO, Duration::MAX]),
    ]
}

/// One of three, so that owners meet.
fn token() -> impl Strategy<Value = Token> + Clone {
    (1_u128..4).prop_map(|number| Token(Uuid::from_u128(number)))
}

fn count() -> impl Strategy<Value = u32> + Clone {
    prop_oneof![8 => 0_u32..6, 1 => Just(u32::MAX)]
}

fn version() -> impl Strategy<Value = Version> + Clone {
    prop_oneof![8 => 1_u64..6, 1 => Just(u64::MAX)].prop_map(Version)
}

pub(crate) fn state() -> impl Strategy<Value = State> + Clone {
    let held = prop_oneof![Just(Held::Queue), time().prop_map(|look_at| Held::Index { look_at })];
    prop_oneof![
        Just(State::Accepted),
        (token(), time()).prop_map(|(token, until)| State::Sending { token, until }),
        (token(), time()).prop_map(|(token, until)| State::Looking { token, until }),
        (time(), held).prop_map(|(due_at, held)| State::Waiting { due_at, held }),
        Just(State::Delivered),
        select(&End::ALL[..]).prop_map(|how| State::Closed { how }),
        (select(&Class::ALL[..]), time(), any::<bool>())
            .prop_map(|(class, since, told)| State::Parked { class, since, told }),
    ]
}

pub(crate) fn life() -> impl Strategy<Value = Life> + Clone {
    let facts = (
        any::<bool>(),
        any::<bool>(),
        option::of(time()),
        option::of(time()),
        select(&Carries::ALL[..]),
    );
    (state(), version(), time(), count(), count(), facts).prop_map(
        |(state, version, begun_at, attempts, failures, facts)| {
            let (doubt, refused, first_sent_at, doubted_at, carries) = facts;
            Life {
                state,
                version,
                begun_at,
                attempts,
                failures,
                first_sent_at,
                doubt,
                doubted_at,
                refused,
                carries,
                vendor_id: None,
            }
        },
    )
}

pub(crate) fn answer() -> impl Strategy<Value = Answer> + Clone {
    let status = prop_oneof![
        select(vec![200_u16, 201, 301, 401, 403, 408, 409, 413, 422, 425, 429, 500, 503]),
        any::<u16>(),
    ];
    prop_oneof![
        select(vec![
            Answer::NotSent(NotSent::NoConnection),
            Answer::NotSent(NotSent::NoSecret),
            Answer::NotSent(NotSent::SecretUnavailable),
            Answer::NotSent(NotSent::NoTime),
            Answer::NotSent(NotSent::NotAllowed),
            Answer::Lost(Lost::Timeout),
            Answer::Lost(Lost::Reset),
            Answer::Lost(Lost::Truncated),
        ]),
        (status, option::of(length())).prop_map(|(status, retry_after)| {
            Answer::Replied(Reply::plain(status, retry_after, ""))
        }),
    ]
}

pub(crate) fn finding() -> impl Strategy<Value = Finding> + Clone {
    select(vec![
        Finding::Absent,
        Finding::Ours(VendorId::new("inv_7")),
        Finding::Several(2),
        Finding::Foreign,
        Finding::Unclear,
    ])
}

pub(crate) fn order() -> impl Strategy<Value = Order> + Clone {
    (version(), any::<bool>(), act()).prop_map(|(version, checked, act)| Order {
        by: "kim".to_owned(),
        reason: "mended".to_owned(),
        version,
        checked,
        act,
    })
}

pub(crate) fn act() -> impl Strategy<Value = Act> + Clone {
    let vendor_id = option::of(Just("INV-7".to_owned()));
    prop_oneof![
        2 => Just(Act::Retry),
        1 => vendor_id.prop_map(|vendor_id| Act::Resolve { vendor_id }),
        1 => Just(Act::Discard),
        1 => Just(Act::Edit { event: Sha256Hex::of(b"corrected") }),
    ]
}

pub(crate) fn input() -> impl Strategy<Value = Input> + Clone {
    prop_oneof![
        Just(Input::Submitted),
        Just(Input::Picked),
        Just(Input::Due),
        (token(), answer(), length()).prop_map(|(token, answer, took)| Input::Answered {
            token,
            answer,
            took
        }),
        (token(), answer(), finding(), length()).prop_map(|(token, answer, finding, took)| {
            Input::Looked { token, answer, finding, took }
        }),
        option::of(version()).prop_map(|version| Input::Tell { version }),
        version().prop_map(|version| Input::Told { version }),
        order().prop_map(Input::Ordered),
    ]
}

pub(crate) fn dedupe() -> impl Strategy<Value = Dedupe> + Clone {
    prop_oneof![
        Just(Dedupe::None),
        Just(Dedupe::Upsert),
        length().prop_map(fairlead_tests::sample::keyed_for),
    ]
}

pub(crate) fn terms() -> impl Strategy<Value = Terms> + Clone {
    let retry = (vec(length(), 0..5), length(), length()).prop_map(
        |(schedule, give_up_after, retry_after_max)| RetryPolicy {
            schedule,
            give_up_after,
            retry_after_max,
        },
    );
    let lookup = option::of(length().prop_map(fairlead_tests::sample::lookup_after));
    (dedupe(), lookup, retry, length()).prop_map(|(dedupe, lookup, retry, lease)| Terms {
        dedupe,
        lookup,
        retry,
        lease,
    })
}

pub(crate) fn moment() -> impl Strategy<Value = Moment> + Clone {
    (time(), token(), any::<u16>(), 0_u8..=12).prop_map(|(now, token, jitter, hops)| Moment {
        now,
        closed: None,
        obstacle: None,
        token,
        jitter: Jitter(jitter),
        hops,
    })
}
