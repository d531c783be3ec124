//! What happened to a delivery: one line per transition, kept inside its entry.

mod bound;
mod text;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    class::Class,
    id::{DeliveryId, Sha256Hex},
    meaning::Finding,
    outcome::{Answer, judge},
    span,
};

pub use bound::{MOST_TEXT, cut};
pub use text::{heard, one_line, said};

/// The lines of one delivery, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct History {
    /// When and what.
    pub lines: Vec<Line>,
    /// How many lines were dropped from the middle to stay below [`History::MOST`].
    #[serde(default)]
    pub dropped: u32,
}

/// One transition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Line {
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub what: What,
}

/// What happened; a serialised form that old entries keep, so variants are only ever added.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Taken in and made durable.
    Accepted {
        /// How it came: `api` or `eventbridge`.
        via: String,
    },
    /// Claimed for attempt `attempt`.
    Sending {
        /// Numbered from 1.
        attempt: u32,
    },
    /// The attempt ended.
    Answered {
        /// Numbered from 1.
        attempt: u32,
        /// What the wire told.
        answer: Answer,
        /// How long the call took.
        #[serde(with = "span::millis")]
        took: Duration,
    },
    /// Claimed to ask the vendor whether it has the record.
    Looking,
    /// The vendor was asked.
    Looked {
        /// What the wire told.
        answer: Answer,
        /// What that says.
        finding: Finding,
        /// How long the call took.
        #[serde(with = "span::millis")]
        took: Duration,
    },
    /// The dispatcher that was asking the vendor was not heard of again.
    LookLost,
    /// The dispatcher that held attempt `attempt` was not heard of again.
    LeaseOver {
        /// Numbered from 1.
        attempt: u32,
    },
    /// Will be tried again by itself.
    Waiting {
        /// Not before this.
        due_at: Timestamp,
    },
    /// The destination's gate was closed.
    HeldBack {
        /// Not called before this.
        until: Timestamp,
    },
    /// Another delivery of the record had its turn.
    AwaitsTurn {
        /// Not called before this.
        until: Timestamp,
    },
    /// Something that the request needs was not in the crosswalk.
    AwaitsRecord {
        /// The record whose vendor id is needed.
        record: String,
        /// Looked for again then.
        until: Timestamp,
    },
    /// The request was made, now that what it needs is known.
    Rendered {
        /// It is the request for a record that the vendor has already.
        #[serde(default)]
        update: bool,
    },
    /// Waits for a person.
    Parked {
        /// Why.
        class: Class,
        /// What exactly, where an answer does not say it: violations, for example.
        detail: String,
    },
    /// The owner was alerted.
    Alerted,
    /// A person ordered another try.
    Retried {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// A person declared it done by hand.
    Resolved {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// What the vendor calls it, where the person knew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vendor_id: Option<String>,
    },
    /// A person gave it up.
    Discarded {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// A person corrected the event; another delivery carries that.
    Edited {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// Digest of the corrected event.
        event: Sha256Hex,
    },
    /// It carries the corrected event of another delivery.
    EditOf {
        /// The other delivery, which keeps the event as it was.
        delivery: DeliveryId,
        /// Who corrected it.
        by: String,
        /// Why.
        reason: String,
    },
    /// The vendor has it.
    Delivered,
    /// A newer version of its record was sent, so this one never is.
    Superseded {
        /// The newer version.
        newer: String,
    },
    /// The vendor was heard to have it after the delivery had ended in another way.
    HeardLate,
}

impl History {
    /// At most this many lines, so that an entry fits DynamoDB's 400 KB; persons' orders may be as many again.
    pub const MOST: usize = 60;

    /// Adds a line; past the limit the middle gives way, so that beginning and end stay, and long texts of older
    /// lines are cut.
    pub fn push(&mut self, at: Timestamp, what: What) {
        self.lines.push(Line { at, what });
        bound::keep(&mut self.lines);
        if self.lines.len() > Self::MOST
            && let Some(place) = self.least()
        {
            self.lines.remove(place);
            self.dropped += 1;
        }
    }

    /// The line that gives way: the middle one, or the nearest after or before it that no person has caused. What a
    /// person ordered stays; only beyond [`History::MOST`] orders is the middle one of them dropped.
    fn least(&self) -> Option<usize> {
        let middle = Self::MOST / 2;
        let gives_way = |place: &usize| !self.lines[*place].what.is_ordered();
        let later = (middle..self.lines.len().saturating_sub(1)).find(gives_way);
        let earlier = || (1..middle).rev().find(gives_way);
        later.or_else(earlier).or((self.lines.len() > 2 * Self::MOST).then_some(middle))
    }

    /// The last complete or incomplete answer, to an attempt or to a lookup.
    pub fn last_answer(&self) -> Option<&Answer> {
        self.lines.iter().rev().find_map(|line| match &line.what {
            What::Answered { answer, .. } | What::Looked { answer, .. } => Some(answer),
            _ => None,
        })
    }

    /// Every complete or incomplete answer to an attempt, oldest first.
    pub fn answers(&self) -> impl DoubleEndedIterator<Item = &Answer> {
        self.lines.iter().filter_map(|line| match &line.what {
            What::Answered { answer, .. } => Some(answer),
            _ => None,
        })
    }

    /// Whether the vendor was heard to have it after the delivery had ended in another way.
    pub fn heard_late(&self) -> bool {
        self.lines.iter().any(|line| line.what == What::HeardLate)
    }
}

impl What {
    /// Whether a person caused it.
    pub fn is_ordered(&self) -> bool {
        matches!(
            self,
            Self::Retried { .. }
                | Self::Resolved { .. }
                | Self::Discarded { .. }
                | Self::Edited { .. }
                | Self::EditOf { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_keeps_its_beginning_and_its_end() {
        let mut history = History::default();
        for attempt in 0..200 {
            history.push(Timestamp::UNIX_EPOCH, What::Sending { attempt });
        }
        assert_eq!(history.lines.len(), History::MOST);
        assert_eq!(history.dropped, 140);
        assert_eq!(history.lines[0].what, What::Sending { attempt: 0 });
        assert_eq!(history.lines[59].what, What::Sending { attempt: 199 });
    }

    #[test]
    fn what_a_person_ordered_stays_in_the_history() {
        let mut history = History::default();
        let by = |n: u32| What::Retried { by: "kim".to_owned(), reason: n.to_string() };
        for n in 0..40 {
            history.push(Timestamp::UNIX_EPOCH, by(n));
            (0..5).for_each(|n| history.push(Timestamp::UNIX_EPOCH, What::Sending { attempt: n }));
        }
        assert_eq!(history.lines.len(), History::MOST);
        let kept = history.lines.iter().filter(|line| line.what.is_ordered());
        assert_eq!(kept.count(), 40);
        (0..300).for_each(|n| history.push(Timestamp::UNIX_EPOCH, by(n)));
        assert_eq!(
            history.lines.len(),
            2 * History::MOST,
            "an endless stream of orders is bounded too"
        );
    }

    #[test]
    fn a_vendors_words_cannot_forge_a_line() {
        assert_eq!(one_line("bad\n{\"level\":\"info\"}\u{1b}[0m", 12), "bad {\"level\"…");
    }
}
