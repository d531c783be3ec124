//! What a vendor can promise about a repeated request, and how it is asked what it has.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{expression::Expression, id::IdempotencyKey, span};

/// What the vendor can promise about a repeated request; decides what `unknown` leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dedupe {
    /// Recognises our idempotency key in this header, for this long after the first attempt.
    Key {
        /// The header's name.
        header: String,
        /// How long the vendor remembers keys.
        #[serde(with = "span::millis")]
        max_age: Duration,
        /// Whether the key is sent in quotes, as a string of RFC 8941.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        quoted: bool,
    },
    /// Repeating the request changes nothing more.
    Upsert,
    /// Nothing: a delivery in doubt waits for a person.
    None,
}

impl Dedupe {
    /// The header that carries the key, and its value.
    ///
    /// In quotes it is a string of RFC 8941 section 3.3.3, as draft-ietf-httpapi-idempotency-key-header wants it. Keys
    /// are visible ASCII (validate refuses others), so every key can be written so.
    pub fn header(&self, key: &IdempotencyKey) -> Option<(&str, String)> {
        match self {
            Self::Key { header, quoted: false, .. } => Some((header, key.to_string())),
            Self::Key { header, quoted: true, .. } => {
                let escaped = key.as_str().replace('\\', "\\\\").replace('"', "\\\"");
                Some((header, format!("\"{escaped}\"")))
            }
            Self::Upsert | Self::None => None,
        }
    }
}

/// How the vendor is asked whether it has the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// Path and query of the question, with `\(...)`; rendered at acceptance like the request's own.
    pub get: String,
    /// Gives the vendor's id of each record that matches.
    pub found: Expression,
    /// Gives for each of them, in the same order, whether it is the one that we asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ours: Option<Expression>,
    /// Recognises an answer that says "I have none", such as a 404: without it only an empty 2xx says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent_if: Option<Expression>,
    /// How long after the doubtful call the vendor is asked: what it has not shown by then it does not have.
    #[serde(with = "span::millis")]
    pub after: Duration,
}

impl Lookup {
    /// How long to wait before the vendor is asked, unless something else is declared.
    pub const USUAL_AFTER: Duration = Duration::from_secs(60);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_key_is_a_string_of_rfc_8941() {
        let max_age = Duration::from_secs(60);
        let value = |quoted, key: &str| {
            let dedupe = Dedupe::Key { header: "Idempotency-Key".to_owned(), max_age, quoted };
            dedupe.header(&IdempotencyKey::new(key)).expect("a header").1
        };
        assert_eq!(value(false, r#"deal:"1"\"#), r#"deal:"1"\"#);
        assert_eq!(value(true, "deal-won:D-1"), r#""deal-won:D-1""#);
        assert_eq!(value(true, r#"a"b\c"#), r#""a\"b\\c""#);
    }
}
