//! What the deliveries of an issue have in common, and the short name that follows from it.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    class::Class,
    entry::{Carries, Entry, State},
    id::IntegrationName,
    issue::dlq::Dlq,
    lack::Lack,
    outcome::{Answer, NotSent, Outcome, Reason, judge},
};

/// What the deliveries of an issue have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cause {
    /// The integration; [`Cause::NOBODY`] for a crashed ticket that names none.
    pub integration: IntegrationName,
    /// Why they are parked.
    pub class: Class,
    /// What exactly, in one word: `http_422`, `unavailable`. None where the class says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// An issue's short name: six characters of Crockford's base32, as in `7Q2FXK`. Any unique beginning will do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IssueId(String);

/// Crockford's alphabet: no I, L, O and U, so that nothing is misread. Source: crockford.com/base32.html.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// So many names that a hundred open issues share one in a run of 200,000 stacks.
const LENGTH: usize = 6;

impl Cause {
    /// Stands for the integration of a ticket that cannot be read.
    pub const NOBODY: &'static str = "-";

    /// The code of deliveries whose credential is not there.
    pub const NO_SECRET: &'static str = "no_secret";

    /// The cause of a parked delivery; none of one in any other state.
    pub fn of(entry: &Entry) -> Option<Self> {
        let State::Parked { class, .. } = entry.life.state else { return None };
        let answer = entry.history.last_answer();
        let code = code(entry, class, answer).map(str::to_owned);
        let code = code.or_else(|| status(class, answer));
        Some(Self { integration: entry.integration.clone(), class, code })
    }

    /// The cause of a ticket that ended in the DLQ of its own queue.
    pub fn crashed(integration: IntegrationName, dlq: Dlq) -> Self {
        Self { integration, class: Class::Crashed, code: Some(dlq.word().to_owned()) }
    }

    /// The issue's name.
    pub fn id(&self) -> IssueId {
        let code = self.code.as_deref().unwrap_or_default();
        let text = format!("{}\n{}\n{code}", self.integration, self.class.word());
        let digest = Sha256::digest(text.as_bytes());
        let bits = digest.iter().take(5).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let letter = |place: usize| ALPHABET[(bits >> (35 - 5 * place)) as usize & 31] as char;
        IssueId((0..LENGTH).map(letter).collect())
    }
}

/// What the last answer says in one word. All that an outage can look like is one word, so that it is one issue.
fn code(entry: &Entry, class: Class, answer: Option<&Answer>) -> Option<&'static str> {
    match class {
        // A mended bundle renders it from the same event; what was rendered needs another event.
        Class::Mapping | Class::Schema if entry.life.carries == Carries::Nothing => {
            Some("not_rendered")
        }
        // What was accepted cannot be sent again by its source, as what was refused can.
        Class::Mapping | Class::Schema if entry.life.carries != Carries::Refused => {
            Some("rendered")
        }
        // Their class says what is wrong; an answer, where there was one, is older than that.
        Class::Mapping | Class::Schema | Class::Duplicate | Class::Crashed => None,
        // Each lack is mended in another way.
        Class::Missing => Some(match (Lack::of(entry), answer) {
            (Lack::Bundle, Some(Answer::NotSent(NotSent::NotAllowed))) => "not_allowed",
            (lack, _) => lack.word(),
        }),
        Class::Rejected | Class::TooLarge | Class::Exhausted | Class::InDoubt | Class::Auth => {
            heard(answer)
        }
    }
}

fn heard(answer: Option<&Answer>) -> Option<&'static str> {
    match answer.map(judge) {
        // The function that knew the answer died, or the secret store did not answer.
        None => Some("unavailable"),
        Some(Outcome::NoEffect(Reason::Throttled))
            if matches!(answer, Some(Answer::NotSent(_))) =>
        {
            Some("unavailable")
        }
        Some(Outcome::Unknown | Outcome::NoEffect(Reason::Unavailable | Reason::NoTime)) => {
            Some("unavailable")
        }
        Some(Outcome::NoEffect(Reason::NoCredential | Reason::Misconfigured)) => {
            Some(Cause::NO_SECRET)
        }
        Some(
            Outcome::Rejected
            | Outcome::Delivered
            | Outcome::NoEffect(Reason::Throttled | Reason::Unauthorized),
        ) => None,
    }
}

fn status(class: Class, answer: Option<&Answer>) -> Option<String> {
    match (class, answer) {
        (
            Class::Rejected | Class::TooLarge | Class::Exhausted | Class::InDoubt | Class::Auth,
            Some(Answer::Replied(reply)),
        ) => Some(format!("http_{}", reply.status)),
        _ => None,
    }
}

impl IssueId {
    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a person has typed as the name or its beginning, in the letters that names are made of.
    ///
    /// Crockford's rules: lower case is fine, O is read as 0, I and L as 1. Nothing else is a name.
    pub fn beginning(typed: &str) -> Option<String> {
        let letter = |c: char| match c.to_ascii_uppercase() {
            'O' => Some('0'),
            'I' | 'L' => Some('1'),
            c => ALPHABET.contains(&u8::try_from(c).ok()?).then_some(c),
        };
        let letters: Option<String> =
            typed.trim().trim_start_matches('#').chars().map(letter).collect();
        letters.filter(|text| !text.is_empty() && text.len() <= LENGTH)
    }

    /// The name as it stands in the ledger; who reads it there need not check it again.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The partition of the sparse index in which its parked deliveries stand, oldest first.
    pub fn partition(&self) -> String {
        format!("parked#{self}")
    }
}

impl fmt::Display for IssueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(integration: &str, class: Class, code: Option<&str>) -> Cause {
        let code = code.map(str::to_owned);
        Cause { integration: IntegrationName::new(integration), class, code }
    }

    #[test]
    fn a_name_follows_from_the_cause_and_nothing_else() {
        let name = cause("deal-won-to-invoice", Class::Rejected, Some("http_422")).id();
        assert_eq!(name.as_str(), "FS0DF8");
        assert_ne!(name, cause("deal-won-to-invoice", Class::Rejected, Some("http_409")).id());
        assert_ne!(name, cause("deal-won-to-invoice", Class::InDoubt, Some("http_422")).id());
        assert_ne!(name, cause("deal-won-to-invoices", Class::Rejected, Some("http_422")).id());
    }

    #[test]
    fn a_name_may_be_typed_carelessly() {
        assert_eq!(IssueId::beginning("7q2f").as_deref(), Some("7Q2F"));
        assert_eq!(IssueId::beginning(" #7QoL ").as_deref(), Some("7Q01"));
        for bad in ["", "7Q2FXKZ", "7Q-F", "7QÜ", "u"] {
            assert_eq!(IssueId::beginning(bad), None, "{bad}");
        }
    }

    #[test]
    fn all_that_an_outage_looks_like_is_one_cause() {
        use crate::outcome::{Lost, Reply};
        let reply = |status| Answer::Replied(Reply::plain(status, None, ""));
        let outage = [
            reply(500),
            reply(502),
            reply(503),
            Answer::Lost(Lost::Timeout),
            Answer::Lost(Lost::Reset),
            Answer::NotSent(NotSent::NoConnection),
        ];
        for answer in &outage {
            assert_eq!(heard(Some(answer)), Some("unavailable"), "{answer:?}");
        }
        assert_eq!(heard(None), Some("unavailable"));
        assert_eq!(heard(Some(&reply(429))), None);
        assert_eq!(status(Class::Exhausted, Some(&reply(429))).as_deref(), Some("http_429"));
    }
}
