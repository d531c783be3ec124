//! What an attempt is known to have done, judged by one question: could it have taken effect?

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    meaning::{Meaning, Verdict},
    span,
};

/// What came of one HTTP call, as far as the wire tells.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Nothing left for the vendor.
    NotSent(NotSent),
    /// Bytes left, but no complete answer came back.
    Lost(Lost),
    /// The vendor answered completely.
    Replied(Reply),
}

/// Why nothing left for the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotSent {
    /// No connection: name resolution, connecting or TLS failed.
    NoConnection,
    /// The secret is missing, empty or unreadable.
    NoSecret,
    /// The secret store did not answer; the secret may be fine.
    SecretUnavailable,
    /// The function had too little time left to make the call and record it.
    NoTime,
    /// The request cannot be sent as it is: the address is not allowed, or a header is malformed.
    NotAllowed,
}

/// How an answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// The total deadline passed, body included.
    Timeout,
    /// The connection ended before the answer's head was complete.
    Reset,
    /// The connection ended inside the answer's body.
    Truncated,
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Retry-After, seconds and dates alike as the time from now (RFC 9110 section 10.2.3).
    #[serde(default, with = "optional", skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
    /// The beginning of the body, with every secret taken out.
    pub excerpt: String,
    /// What the rules of the integration and its destination make of it.
    #[serde(default, skip_serializing_if = "Meaning::is_plain")]
    pub meaning: Meaning,
}

impl Reply {
    /// An answer of which no declared rule says anything.
    pub fn plain(status: u16, retry_after: Option<Duration>, excerpt: impl Into<String>) -> Self {
        Self { status, retry_after, excerpt: excerpt.into(), meaning: Meaning::default() }
    }
}

mod optional {
    use super::{Duration, span};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Wrapped(#[serde(with = "span::millis")] Duration);

    pub(super) fn serialize<S: Serializer>(
        of: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        of.map(Wrapped).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Wrapped>::deserialize(from)?.map(|wrapped| wrapped.0))
    }
}

/// What an attempt is known to have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The vendor has it.
    Delivered,
    /// The vendor does not have it from this attempt, and may take it later.
    NoEffect(Reason),
    /// The vendor looked at it and said no; saying it again would not help.
    Rejected,
    /// The vendor may or may not have it.
    Unknown,
}

/// Why an attempt had no effect; decides how long to wait and whether it counts as a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The vendor cannot be reached or is not ready: the schedule applies.
    Unavailable,
    /// The vendor asks for a slower pace, or the secret store does not answer: not the delivery's fault, no failure is
    /// counted.
    Throttled,
    /// The credential was refused.
    Unauthorized,
    /// There is no usable credential: no wait mends that, for this delivery or another.
    NoCredential,
    /// The call is not allowed: no wait mends that.
    Misconfigured,
    /// Our own function ran out of time: try again at once.
    NoTime,
}

impl Outcome {
    /// The word that logs, history and people use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::NoEffect(_) => "no_effect",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
        }
    }
}

/// Judges an answer by what is declared of it, else by the table of outcomes (README.md, "Operate").
pub fn judge(answer: &Answer) -> Outcome {
    match answer {
        Answer::NotSent(NotSent::NoConnection) => Outcome::NoEffect(Reason::Unavailable),
        Answer::NotSent(NotSent::SecretUnavailable) => Outcome::NoEffect(Reason::Throttled),
        Answer::NotSent(NotSent::NoTime) => Outcome::NoEffect(Reason::NoTime),
        Answer::NotSent(NotSent::NoSecret) => Outcome::NoEffect(Reason::NoCredential),
        Answer::NotSent(NotSent::NotAllowed) => Outcome::NoEffect(Reason::Misconfigured),
        Answer::Lost(_) => Outcome::Unknown,
        Answer::Replied(reply) => match reply.meaning.verdict {
            Some(verdict) => judge_declared(verdict, reply.status),
            None => judge_status(reply),
        },
    }
}

fn judge_declared(verdict: Verdict, status: u16) -> Outcome {
    match verdict {
        Verdict::Delivered | Verdict::Duplicate => Outcome::Delivered,
        Verdict::NoEffect if status == 429 => Outcome::NoEffect(Reason::Throttled),
        Verdict::NoEffect => Outcome::NoEffect(Reason::Unavailable),
        Verdict::Rejected => Outcome::Rejected,
        Verdict::Unknown => Outcome::Unknown,
    }
}

fn judge_status(reply: &Reply) -> Outcome {
    match reply.status {
        200..=299 => Outcome::Delivered,
        401 | 403 => Outcome::NoEffect(Reason::Unauthorized),
        // 425 Too Early: the server was unwilling to risk processing it (RFC 8470 section 5.2).
        425 => Outcome::NoEffect(Reason::Unavailable),
        429 => Outcome::NoEffect(Reason::Throttled),
        // A server that says when to come back has chosen not to serve; any other 5xx may come
        // from something between us and a server that already acted.
        503 if reply.retry_after.is_some() => Outcome::NoEffect(Reason::Unavailable),
        // 408: the server gave up waiting for a request that may have arrived whole.
        408 => Outcome::Unknown,
        300..=499 => Outcome::Rejected,
        _ => Outcome::Unknown,
    }
}

/// Reads a Retry-After header: whole seconds, or an HTTP date, which becomes the time from `now`.
///
/// Garbage, negative numbers and past dates say nothing: `None`.
pub fn retry_after(header: &str, now: jiff::Timestamp) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit is "very long", not garbage; the policy cuts it.
        return Some(Duration::from_secs(header.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let date = httpdate::parse_http_date(header).ok()?;
    let date = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    let now = Duration::from_millis(u64::try_from(now.as_millisecond()).ok()?);
    date.checked_sub(now).filter(|wait| !wait.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Outcome {
        judge(&Answer::Replied(Reply::plain(status, None, "")))
    }

    #[test]
    fn every_status_is_judged_by_whether_it_could_have_taken_effect() {
        for (statuses, outcome) in [
            (&[200, 201, 202, 204, 299][..], Outcome::Delivered),
            (
                &[300, 301, 302, 307, 308, 400, 404, 405, 409, 410, 413, 415, 422, 451],
                Outcome::Rejected,
            ),
            (&[401, 403], Outcome::NoEffect(Reason::Unauthorized)),
            (&[425], Outcome::NoEffect(Reason::Unavailable)),
            (&[429], Outcome::NoEffect(Reason::Throttled)),
            (&[408, 500, 502, 503, 504, 529, 599, 999, 100], Outcome::Unknown),
        ] {
            for code in statuses {
                assert_eq!(status(*code), outcome, "{code}");
            }
        }
    }

    #[test]
    fn what_is_declared_of_an_answer_outweighs_its_status() {
        for (status, verdict, outcome) in [
            (409, Verdict::Duplicate, Outcome::Delivered),
            (404, Verdict::Delivered, Outcome::Delivered),
            (500, Verdict::NoEffect, Outcome::NoEffect(Reason::Unavailable)),
            (403, Verdict::NoEffect, Outcome::NoEffect(Reason::Unavailable)),
            (429, Verdict::NoEffect, Outcome::NoEffect(Reason::Throttled)),
            (200, Verdict::Rejected, Outcome::Rejected),
            (422, Verdict::Unknown, Outcome::Unknown),
        ] {
            let mut reply = Reply::plain(status, None, "");
            reply.meaning.verdict = Some(verdict);
            assert_eq!(judge(&Answer::Replied(reply)), outcome, "{status}");
        }
    }

    #[test]
    fn a_503_that_names_a_time_had_no_effect() {
        let reply = Reply::plain(503, Some(Duration::from_secs(3)), "");
        assert_eq!(judge(&Answer::Replied(reply)), Outcome::NoEffect(Reason::Unavailable));
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_date_and_garbage_says_nothing() {
        let now: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
        let seconds = |s| Some(Duration::from_secs(s));
        for (header, wait) in [
            ("120", seconds(120)),
            (" 7 ", seconds(7)),
            ("0", seconds(0)),
            ("Thu, 01 Jan 2026 00:02:00 GMT", seconds(120)),
            ("Wed, 31 Dec 2025 23:00:00 GMT", None),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("1.5", None),
            ("99999999999999999999999", seconds(u64::from(u32::MAX))),
        ] {
            assert_eq!(retry_after(header, now), wait, "{header}");
        }
    }
}
