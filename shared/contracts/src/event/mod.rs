//! One business fact that a source system sent, read strictly: what is kept is exactly what was sent.

mod canonical;
pub(crate) mod number;
mod parse;
#[cfg(test)]
mod tests;

pub(crate) use parse::document;

use fairlead_core::id::Sha256Hex;
use serde_json::Value;

/// The most bytes an event may have.
pub const MAX_BYTES: usize = 200_000;

/// The deepest nesting of objects and lists an event may have; the event itself is level 1.
pub const MAX_DEPTH: usize = 64;

/// A business fact as it was sent: numbers keep their text, members keep their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    body: Value,
}

/// Why bytes are no event. Every message says what to send instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEvent {
    /// More than [`MAX_BYTES`].
    #[error("the event has {bytes} bytes; send at most {MAX_BYTES}, and large parts as links")]
    TooLarge {
        /// How many bytes came.
        bytes: usize,
    },
    /// Nothing, or only white space.
    #[error("the event is empty; send one JSON object")]
    Empty,
    /// Not UTF-8, or UTF-8 with a byte order mark.
    #[error(
        "the event is not plain UTF-8 (at byte {at}); send JSON in UTF-8 without a byte order mark"
    )]
    NotUtf8 {
        /// Where it goes wrong, counted from 0.
        at: usize,
    },
    /// Not one JSON document (RFC 8259).
    #[error("the event is not JSON at line {line}, column {column}: {problem}")]
    NotJson {
        /// Counted from 1.
        line: usize,
        /// Counted in characters from 1.
        column: usize,
        /// What is there, and what should be.
        problem: String,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the event is nested more than {MAX_DEPTH} levels deep; send it flatter")]
    TooDeep,
    /// The same member twice, so nobody can know which one is meant.
    #[error("the event has the member {pointer} twice; send it once")]
    DuplicateKey {
        /// JSON pointer to the member.
        pointer: String,
    },
    /// JSON, but no object.
    #[error("the event is {found}; send a JSON object, as in {{\"id\":\"evt_1\",\"data\":{{}}}}")]
    NotAnObject {
        /// What it is instead.
        found: &'static str,
    },
    /// A text with a NUL character or half of a surrogate pair.
    #[error("the text at {pointer} has {problem}; send Unicode text without it")]
    BadText {
        /// JSON pointer to the text, or to the object with the bad member name.
        pointer: String,
        /// What is in it.
        problem: &'static str,
    },
    /// A number that cannot be kept exactly.
    #[error("the number at {pointer} {problem}; send it as a text")]
    BadNumber {
        /// JSON pointer to the number.
        pointer: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Event {
    /// Reads the body that a source system sent.
    ///
    /// # Errors
    /// At the first thing that is wrong with it; see [`BadEvent`].
    pub fn read(bytes: &[u8]) -> Result<Self, BadEvent> {
        if bytes.len() > MAX_BYTES {
            return Err(BadEvent::TooLarge { bytes: bytes.len() });
        }
        Self::of(parse::document(plain(bytes)?)?)
    }

    /// Reads a list of events, each judged on its own.
    ///
    /// # Errors
    /// When the bytes are no JSON list.
    pub(crate) fn read_list(bytes: &[u8]) -> Result<Vec<Result<Self, BadEvent>>, BadEvent> {
        match parse::nested(plain(bytes)?, MAX_DEPTH + 1)? {
            Value::Array(items) => Ok(items.into_iter().map(Self::of_item).collect()),
            other => Err(BadEvent::NotAnObject { found: kind(&other) }),
        }
    }

    /// Reads what an event carries: any JSON.
    ///
    /// # Errors
    /// As [`Event::read`].
    pub(crate) fn read_data(bytes: &[u8]) -> Result<Value, BadEvent> {
        parse::document(plain(bytes)?)
    }

    /// Takes an object as an event.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn of(body: Value) -> Result<Self, BadEvent> {
        match kind(&body) {
            "an object" => Ok(Self { body }),
            found => Err(BadEvent::NotAnObject { found }),
        }
    }

    fn of_item(item: Value) -> Result<Self, BadEvent> {
        let event = Self::of(item)?;
        let bytes = event.body.to_string().len();
        if bytes > MAX_BYTES { Err(BadEvent::TooLarge { bytes }) } else { Ok(event) }
    }

    /// The event as JSON.
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// The digest of the payload: the same for the same members in another order or with other white space.
    pub fn payload_hash(&self) -> Sha256Hex {
        Sha256Hex::of(canonical::text(&self.body).as_bytes())
    }
}

/// The bytes as text that is not blank.
fn plain(bytes: &[u8]) -> Result<&str, BadEvent> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(BadEvent::NotUtf8 { at: 0 });
    }
    let text = std::str::from_utf8(bytes).map_err(|e| BadEvent::NotUtf8 { at: e.valid_up_to() })?;
    if text.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')) {
        return Err(BadEvent::Empty);
    }
    Ok(text)
}

impl BadEvent {
    /// JSON pointer to what is wrong; empty for the whole event.
    pub fn pointer(&self) -> &str {
        match self {
            Self::DuplicateKey { pointer }
            | Self::BadText { pointer, .. }
            | Self::BadNumber { pointer, .. } => pointer,
            Self::TooLarge { .. }
            | Self::Empty
            | Self::NotUtf8 { .. }
            | Self::NotJson { .. }
            | Self::TooDeep
            | Self::NotAnObject { .. } => "",
        }
    }
}

/// What a JSON value is, for people.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
