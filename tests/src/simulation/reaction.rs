//! What a vendor does with one call: whether it acts, and what of its answer comes back.

use std::time::Duration;

use fairlead_core::span::after;
use jiff::Timestamp;

use super::{chance::Chance, fault::Fault, plan::Mood};

/// What a vendor does with one call.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// When it acts, counted from the call's arrival; it may be long after the answer.
    pub(crate) commits: Option<Duration>,
    pub(crate) answer: Answering,
    pub(crate) fault: Option<Fault>,
}

/// What comes back, counted from the call's arrival.
#[derive(Clone, Debug)]
pub(crate) enum Answering {
    /// A whole answer.
    Whole { after: Duration, status: u16, retry_after: Option<String> },
    /// The connection is reset.
    Reset { after: Duration },
    /// The answer ends inside its body.
    Truncated { after: Duration },
    /// The head comes at once, and the body byte by byte.
    Drip { head: Duration, end: Duration },
    /// Nothing.
    Silence,
}

/// No connection, or a call.
pub(crate) enum Meeting {
    Refused,
    Call(Script),
}

impl Script {
    pub(crate) fn done(after: Duration) -> Self {
        let answer = Answering::Whole { after, status: 201, retry_after: None };
        Self { commits: Some(after / 2), answer, fault: None }
    }

    pub(crate) fn says(after: Duration, status: u16, fault: Fault) -> Self {
        Self::hints(after, status, None, fault)
    }

    fn hints(after: Duration, status: u16, hint: Option<String>, fault: Fault) -> Self {
        let answer = Answering::Whole { after, status, retry_after: hint };
        Self { commits: None, answer, fault: Some(fault) }
    }

    fn acts(self) -> Self {
        Self { commits: Some(Duration::from_millis(5)), ..self }
    }

    fn breaks(answer: Answering, fault: Fault) -> Self {
        Self { commits: None, answer, fault: Some(fault) }
    }
}

/// Draws what a vendor in this mood does; `bad` of a hundred calls go wrong in its usual mood.
pub(crate) fn draw(chance: &mut Chance, mood: Mood, bad: u64, now: Timestamp) -> Meeting {
    let quick = chance.millis(20, 400);
    match mood {
        Mood::Dead if chance.percent(70) => Meeting::Refused,
        Mood::Dead => Meeting::Call(Script::breaks(Answering::Silence, Fault::Hang)),
        Mood::Ill => Meeting::Call(match chance.below(3) {
            0 => Script::says(quick, 500, Fault::Error).acts_as(Fault::CommitError),
            1 => Script::says(quick, 502, Fault::Error),
            _ => Script::says(quick, 503, Fault::UnreadyBare),
        }),
        Mood::Busy => Meeting::Call(busy(chance, quick, now)),
        Mood::Usual if chance.percent(bad) => trouble(chance, quick, now),
        Mood::Usual => Meeting::Call(Script::done(quick)),
    }
}

impl Script {
    fn acts_as(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }.acts()
    }
}

fn busy(chance: &mut Chance, quick: Duration, now: Timestamp) -> Script {
    let seconds = chance.seconds(1, 180);
    let (hint, fault) = match chance.below(6) {
        0 | 1 => (Some(seconds.as_secs().to_string()), Fault::BusySeconds),
        2 => (Some(date(after(now, seconds))), Fault::BusyDate),
        3 => (Some(chance.one(&["soon", "-5", "", "1.5"]).to_string()), Fault::BusyGarbage),
        4 => (Some("315360000".to_owned()), Fault::BusyAbsurd),
        _ => (None, Fault::BusyBare),
    };
    Script::hints(quick, 429, hint, fault)
}

fn date(at: Timestamp) -> String {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(seconds))
}

fn trouble(chance: &mut Chance, quick: Duration, now: Timestamp) -> Meeting {
    let seconds = chance.seconds(1, 120).as_secs().to_string();
    let refusals = [400, 404, 405, 410, 415, 422, 451];
    Meeting::Call(match chance.below(24) {
        0 | 1 => return Meeting::Refused,
        2 | 3 => Script::breaks(Answering::Reset { after: quick }, Fault::CommitReset).acts(),
        4 => Script::breaks(Answering::Silence, Fault::CommitHang).acts(),
        5 => Script {
            commits: Some(chance.seconds(16, 90)),
            ..Script::breaks(Answering::Silence, Fault::CommitLate)
        },
        6 => Script::says(quick, 500, Fault::CommitError).acts(),
        7 => Script::breaks(Answering::Truncated { after: quick }, Fault::CommitTruncated).acts(),
        8 => {
            let end = chance.seconds(20, 120);
            Script::breaks(Answering::Drip { head: quick, end }, Fault::CommitDrip).acts()
        }
        9 => Script::breaks(Answering::Reset { after: quick }, Fault::Reset),
        10 => Script::breaks(Answering::Silence, Fault::Hang),
        11 | 12 => Script::says(quick, *chance.one(&[500, 502, 504, 529]), Fault::Error),
        13 => Script::says(quick, 408, Fault::TimeoutStatus),
        14 => Script { fault: Some(Fault::Slow), ..Script::done(chance.millis(2_000, 4_800)) },
        15 => Script::hints(quick, 503, Some(seconds), Fault::Unready),
        16 => Script::says(quick, 503, Fault::UnreadyBare),
        17 => Script::says(quick, 425, Fault::Early),
        18 | 19 => busy(chance, quick, now),
        20 => Script::says(quick, 409, Fault::Conflict),
        21 => Script::says(quick, 413, Fault::TooLarge),
        22 => Script::says(quick, *chance.one(&[301, 302, 307]), Fault::Redirect),
        _ => Script::says(quick, *chance.one(&refusals), Fault::Rejected),
    })
}
