//! What an answer means by the rules that are declared for it, where its status alone does not say it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::id::VendorId;

/// What the rules of an integration and its destination make of one complete answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Meaning {
    /// What it is held to be; by its status when nothing is declared for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What the vendor calls the record, where the rules look for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Found>,
}

impl Meaning {
    /// Whether the rules say nothing of the answer.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// What an answer is held to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The vendor has it.
    Delivered,
    /// The vendor has had it already.
    Duplicate,
    /// The vendor does not have it from this attempt, and may take it later.
    NoEffect,
    /// The vendor says no.
    Rejected,
    /// The vendor may or may not have it.
    Unknown,
}

/// What became of the search for the vendor's id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It is this.
    Id(VendorId),
    /// The answer does not hold it.
    Nothing,
}

/// What the vendor's answer to a lookup says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Nothing matches.
    Absent,
    /// One record matches, and it is ours.
    Ours(VendorId),
    /// So many records match, all of them ours.
    Several(usize),
    /// A record matches that is not ours.
    Foreign,
    /// The answer does not say.
    Unclear,
}

impl Finding {
    /// A few words for people.
    pub fn text(&self) -> String {
        match self {
            Self::Absent => "the vendor does not have it".to_owned(),
            Self::Ours(id) => format!("the vendor has it as {id}"),
            Self::Several(count) => format!("the vendor has {count} records that match"),
            Self::Foreign => "the vendor has a record that matches and is not ours".to_owned(),
            Self::Unclear => "it is not known whether the vendor has it".to_owned(),
        }
    }
}

/// What some statuses of one destination mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Override {
    /// Which.
    pub statuses: Statuses,
    /// What they are held to be.
    pub verdict: Verdict,
}

/// Some HTTP statuses: `409`, `5xx` or `500-504`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Statuses {
    from: u16,
    to: u16,
}

/// Why a text names no statuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" names no HTTP status")]
pub struct NotStatuses(String);

impl Statuses {
    /// Whether `status` is one of them.
    pub fn hold(self, status: u16) -> bool {
        (self.from..=self.to).contains(&status)
    }

    /// How many they are: of two that fit, the fewer say more.
    pub fn count(self) -> u16 {
        self.to - self.from + 1
    }
}

impl FromStr for Statuses {
    type Err = NotStatuses;

    fn from_str(text: &str) -> Result<Self, NotStatuses> {
        let wrong = || NotStatuses(text.to_owned());
        let status = |text: &str| {
            let digits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|status| digits && (200..=599).contains(status))
        };
        let found = match (text.strip_suffix("xx"), text.split_once('-')) {
            (Some(class), _) => status(&format!("{class}00")).map(|from| (from, from + 99)),
            (None, Some((from, to))) => status(from.trim()).zip(status(to.trim())),
            (None, None) => status(text).map(|status| (status, status)),
        };
        let (from, to) = found.filter(|(from, to)| from <= to).ok_or_else(wrong)?;
        Ok(Self { from, to })
    }
}

impl TryFrom<String> for Statuses {
    type Error = NotStatuses;

    fn try_from(text: String) -> Result<Self, NotStatuses> {
        text.parse()
    }
}

impl From<Statuses> for String {
    fn from(of: Statuses) -> Self {
        of.to_string()
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            write!(f, "{}", self.from)
        } else {
            write!(f, "{}-{}", self.from, self.to)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_one_a_class_or_a_range() {
        for (text, inside, outside, count) in [
            ("409", 409, 408, 1),
            ("5xx", 599, 499, 100),
            ("2xx", 200, 300, 100),
            ("500-504", 504, 505, 5),
        ] {
            let statuses: Statuses = text.parse().expect("statuses");
            assert!(statuses.hold(inside) && !statuses.hold(outside), "{text}");
            assert_eq!(statuses.count(), count, "{text}");
            assert_eq!(statuses.to_string().parse(), Ok(statuses), "{text}");
        }
        for text in ["", "99", "100", "1xx", "6xx", "600", "5x", "x", "504-500", "+20", "-", "40 9"]
        {
            assert!(text.parse::<Statuses>().is_err(), "{text}");
        }
    }
}
