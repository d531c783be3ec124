//! The vendor: all it may do at a call, whether it keeps its promise, and what it has.

use std::time::Duration;

use fairlead_core::{
    id::VendorId,
    integration::Dedupe,
    meaning::Finding,
    outcome::{self, Answer, Lost, NotSent},
    span::after,
};
use fairlead_tests::sample::noon;
use jiff::Timestamp;

use crate::{setting::Setting, world::horizon};

/// One thing that may become of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reaction {
    /// It takes effect, and the answer is 201.
    Creates,
    /// It takes effect, and the answer is lost.
    CreatesUnheard,
    /// It takes effect, and the answer is 500.
    CreatesThenFails,
    /// Bytes leave and nothing comes back; no effect.
    Vanishes,
    /// 500 without effect.
    Fails,
    /// 503 with Retry-After.
    Busy,
    /// 429.
    Throttles,
    /// 422.
    Refuses,
    /// 401.
    Unauthorized,
    /// No connection.
    Unreachable,
    /// Our function had no time left.
    NoTime,
    /// Nothing comes back, and it takes effect a while later.
    CreatesLate,
}

/// One thing that may become of the question whether the vendor has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reply {
    /// It says what it has.
    Truth,
    /// No answer comes back.
    Silence,
    /// An answer that says nothing clear.
    Garbage,
    /// 401.
    Unauthorized,
}

impl Reply {
    pub(crate) const ALL: &'static [Self] =
        &[Self::Truth, Self::Silence, Self::Garbage, Self::Unauthorized];
}

impl Reaction {
    pub(crate) const ALL: &'static [Self] = &[
        Self::Creates,
        Self::CreatesUnheard,
        Self::CreatesThenFails,
        Self::Vanishes,
        Self::Fails,
        Self::Busy,
        Self::Throttles,
        Self::Refuses,
        Self::Unauthorized,
        Self::Unreachable,
        Self::NoTime,
    ];

    /// One of each outcome that `decide` tells apart.
    pub(crate) const FEW: &'static [Self] = &[
        Self::Creates,
        Self::CreatesUnheard,
        Self::Vanishes,
        Self::Busy,
        Self::Refuses,
        Self::Unauthorized,
    ];

    /// What matters to a vendor that can be asked.
    pub(crate) const ASKED: &'static [Self] =
        &[Self::Creates, Self::CreatesUnheard, Self::CreatesLate, Self::Vanishes, Self::Refuses];

    fn has_effect(self) -> bool {
        matches!(self, Self::Creates | Self::CreatesUnheard | Self::CreatesThenFails)
    }

    fn answer(self) -> Answer {
        match self {
            Self::Creates => reply(201, None),
            Self::CreatesUnheard | Self::Vanishes | Self::CreatesLate => Answer::Lost(Lost::Reset),
            Self::CreatesThenFails | Self::Fails => reply(500, None),
            Self::Busy => reply(503, Some(RETRY_AFTER)),
            Self::Throttles => reply(429, None),
            Self::Refuses => reply(422, None),
            Self::Unauthorized => reply(401, None),
            Self::Unreachable => Answer::NotSent(NotSent::NoConnection),
            Self::NoTime => Answer::NotSent(NotSent::NoTime),
        }
    }
}

/// What a busy vendor asks for: longer than the first wait of every schedule in use.
const RETRY_AFTER: Duration = Duration::from_secs(20);

/// How long it may take until an effect that nobody heard of shows.
pub(crate) const LATE: Duration = Duration::from_secs(25);

fn reply(status: u16, retry_after: Option<Duration>) -> Answer {
    Answer::Replied(outcome::Reply::plain(status, retry_after, ""))
}

/// What the vendor has, and what the laws need to know of the calls so far.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Vendor {
    /// How often the delivery took effect.
    pub(crate) effects: u8,
    /// When a call that was not answered will take effect.
    pub(crate) late_at: Option<Timestamp>,
    /// Until when it remembers our key together with its success.
    pub(crate) knows_key_until: Option<Timestamp>,
    /// Calls that use up the policy's patience: all but those that end in 429, 401 or for want of time.
    pub(crate) counted: u8,
    /// It asked not to be called before this.
    pub(crate) not_before: Timestamp,
    /// An earlier call may have taken effect, as far as anybody can have heard.
    pub(crate) in_doubt: bool,
}

impl Vendor {
    pub(crate) fn new() -> Self {
        Self {
            effects: 0,
            late_at: None,
            knows_key_until: None,
            counted: 0,
            not_before: noon(),
            in_doubt: false,
        }
    }

    pub(crate) fn take(&mut self, reaction: Reaction, setting: &Setting, now: Timestamp) -> Answer {
        if reaction.has_effect() {
            self.act(setting, now);
        }
        if reaction == Reaction::CreatesLate {
            self.late_at = Some(after(now, LATE));
        }
        match reaction {
            Reaction::Throttles | Reaction::Unauthorized | Reaction::NoTime => {}
            _ => self.counted += 1,
        }
        match reaction {
            Reaction::Creates
            | Reaction::CreatesUnheard
            | Reaction::CreatesThenFails
            | Reaction::CreatesLate
            | Reaction::Vanishes
            | Reaction::Fails => self.in_doubt = setting.dedupe == Dedupe::None,
            // A worker that goes on for ever may call whenever it likes.
            Reaction::Busy if !setting.immortal => self.not_before = after(now, RETRY_AFTER),
            _ => {}
        }
        reaction.answer()
    }

    /// It is asked whether it has it; only a clean answer that it has not takes the doubt away.
    pub(crate) fn say(&mut self, reply: Reply) -> (Answer, Finding) {
        match reply {
            Reply::Truth => {
                let finding = match self.effects {
                    0 => Finding::Absent,
                    1 => Finding::Ours(VendorId::new("inv_1")),
                    more => Finding::Several(usize::from(more)),
                };
                self.in_doubt &= finding != Finding::Absent;
                (self::reply(200, None), finding)
            }
            Reply::Silence => (Answer::Lost(Lost::Timeout), Finding::Unclear),
            Reply::Garbage => (self::reply(200, None), Finding::Unclear),
            Reply::Unauthorized => (self::reply(401, None), Finding::Unclear),
        }
    }

    /// What was on its way takes effect, once its time has come.
    pub(crate) fn catch_up(&mut self, setting: &Setting, now: Timestamp) {
        if self.late_at.is_some_and(|at| at <= now) {
            self.late_at = None;
            self.act(setting, now);
        }
    }

    fn act(&mut self, setting: &Setting, now: Timestamp) {
        match &setting.dedupe {
            Dedupe::Upsert => self.effects = 1,
            Dedupe::None => self.effects += 1,
            Dedupe::Key { max_age, .. } => {
                if self.knows_key_until.is_none_or(|end| now >= end) {
                    self.effects += 1;
                    let end = after(now, *max_age);
                    self.knows_key_until = Some(if end > horizon() { Timestamp::MAX } else { end });
                }
            }
        }
    }
}
