//! The business thing concerned, as people name it, and its versions.

use std::{cmp::Ordering, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::Mark;

/// `deal D-1042 Nordwind GmbH`: what an operator recognises.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Record {
    /// What kind of thing: `deal`.
    pub kind: String,
    /// Its id in the source system: `D-1042`.
    pub id: String,
    /// What people call it: `Nordwind GmbH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its page in the source system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Record {
    /// The mark that the names of its deliveries carry.
    pub fn mark(&self) -> Mark {
        Self::mark_of(&self.id)
    }

    /// The mark of the record with this id. Its kind does not count: two integrations may call it differently.
    pub fn mark_of(id: &str) -> Mark {
        let digest = Sha256::digest(id.as_bytes());
        Mark([digest[0], digest[1]])
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.id)?;
        self.label.iter().try_for_each(|label| write!(f, " {label}"))
    }
}

impl Record {
    /// What all systems may call it.
    pub fn name(&self) -> RecordName {
        RecordName { kind: self.kind.clone(), id: self.id.clone() }
    }
}

/// `customer C-12`: a record as the crosswalk knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordName {
    /// What kind of thing: `customer`.
    pub kind: String,
    /// Its id in the source system: `C-12`.
    pub id: String,
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.id)
    }
}

/// Whose turn a delivery needs before it is sent, and which version of its record it brings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ordered {
    /// What the integration orders by: deliveries that share it are never sent at one time.
    pub by: String,
    /// The version that the event brings; none where only one at a time is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<RecordVersion>,
}

/// A version of a record, compared as what it is: whole numbers and times exactly, other texts byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordVersion {
    /// A whole number of any sign, at most 38 digits long; also one that comes as a text.
    Number(#[serde(with = "digits")] i128),
    /// A moment, from an RFC 3339 text with an offset.
    Time(Timestamp),
    /// Any other text.
    Text(String),
}

/// Why a value is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAVersion {
    /// Nothing stands there.
    #[error("is an empty text")]
    Empty,
    /// Longer than anything that counts versions.
    #[error("has more than {} characters", RecordVersion::MOST)]
    TooLong,
    /// A number that could not be compared exactly.
    #[error("is a number of more than 38 digits")]
    TooManyDigits,
}

impl RecordVersion {
    /// The most characters of a version.
    pub const MOST: usize = 100;

    /// Reads a version. A number and the same number as a text are one version.
    ///
    /// # Errors
    /// When it is empty or too long to be compared exactly.
    pub fn read(text: &str) -> Result<Self, NotAVersion> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if text.is_empty() {
            return Err(NotAVersion::Empty);
        }
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().map(Self::Number).map_err(|_| NotAVersion::TooManyDigits);
        }
        if text.chars().count() > Self::MOST {
            return Err(NotAVersion::TooLong);
        }
        Ok(text.parse().map_or_else(|_| Self::Text(text.to_owned()), Self::Time))
    }

    /// Which is newer; `None` when they are of different kinds, which cannot be compared.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Number(_) | Self::Time(_) | Self::Text(_), _) => None,
        }
    }

    /// What it is, for messages: `the number 7`.
    pub fn named(&self) -> String {
        let kind = match self {
            Self::Number(_) => "number",
            Self::Time(_) => "time",
            Self::Text(_) => "text",
        };
        format!("the {kind} {self}")
    }
}

impl fmt::Display for RecordVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Text(text) => f.write_str(&crate::history::one_line(text, Self::MOST)),
        }
    }
}

/// As a text: not every store keeps 38 digits.
mod digits {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(number: &i128, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i128, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(text: &str) -> RecordVersion {
        RecordVersion::read(text).expect("a version")
    }

    #[test]
    fn versions_are_compared_as_what_they_are() {
        for (older, newer) in [
            ("9", "10"),
            ("-3", "-2"),
            ("0017", "18"),
            ("9007199254740992", "9007199254740993"),
            ("2026-01-02T10:00:00+02:00", "2026-01-02T09:00:00Z"),
            ("2026-01-02T10:00:00.000000001Z", "2026-01-02T10:00:00.000000002Z"),
            ("2026-01-02", "2026-01-03"),
            ("v1-a", "v1-b"),
        ] {
            assert_eq!(read(older).compare(&read(newer)), Some(Ordering::Less), "{older} {newer}");
        }
        assert_eq!(read("7").compare(&read("007")), Some(Ordering::Equal));
        let (early, late) = ("2026-01-02T10:00:00Z", "2026-01-02T11:00:00+01:00");
        assert_eq!(read(early).compare(&read(late)), Some(Ordering::Equal));
    }

    #[test]
    fn different_kinds_cannot_be_compared() {
        let kinds = ["7", "2026-01-02T10:00:00Z", "v7"];
        for (a, b) in [(0, 1), (0, 2), (1, 2), (2, 0)] {
            assert_eq!(read(kinds[a]).compare(&read(kinds[b])), None);
        }
    }

    #[test]
    fn what_cannot_be_compared_exactly_is_no_version() {
        assert_eq!(RecordVersion::read(""), Err(NotAVersion::Empty));
        assert_eq!(RecordVersion::read(&"9".repeat(40)), Err(NotAVersion::TooManyDigits));
        assert_eq!(RecordVersion::read(&"x".repeat(101)), Err(NotAVersion::TooLong));
    }

    #[test]
    fn a_version_comes_back_as_it_was_written() {
        for text in ["170141183460469231731687303715884105727", "2026-01-02T10:00:00Z", "v7"] {
            let json = serde_json::to_string(&read(text)).expect("JSON");
            assert_eq!(serde_json::from_str::<RecordVersion>(&json).expect("read"), read(text));
        }
    }
}
