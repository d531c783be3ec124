//! The names and keys of things, each a type of its own so that none is taken for another.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is; whoever reads it from outside has checked it.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_type! {
    /// The name of an integration: its folder under `integrations/`, lower-case words joined by `-`.
    IntegrationName
}
text_type! {
    /// The name of a destination in `integrations/destinations.yaml`.
    DestinationName
}
text_type! {
    /// The name of a secret below its prefix in Secrets Manager, `fairlead/` or `fairlead-hooks/`; never its value.
    SecretName
}
text_type! {
    /// The same for all attempts of a delivery; sent to the vendor, and what makes an event the same event.
    IdempotencyKey
}
text_type! {
    /// Where a delivery's entry lies in the ledger: the integration and a digest of the idempotency key.
    ///
    /// It follows from the event alone, so the same event finds the same entry without a search.
    EntryKey
}
text_type! {
    /// What the vendor calls the record.
    VendorId
}
text_type! {
    /// SHA-256 in lower-case hexadecimal: 64 characters.
    Sha256Hex
}

impl EntryKey {
    /// The key of the one delivery of `integration` with `key`.
    ///
    /// The idempotency key comes from outside; its digest cannot imitate another item of the ledger.
    pub fn of(integration: &IntegrationName, key: &IdempotencyKey) -> Self {
        Self(format!("{integration}/{}", &Sha256Hex::of(key.as_str().as_bytes()).0[..40]))
    }

    /// The name of the integration, as it stands in the key.
    pub fn integration(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(integration, _)| integration)
    }
}

impl VendorId {
    /// The most characters that an id may have.
    pub const MOST: usize = 256;

    /// The id that a person has typed; none where no vendor's answer could give it.
    pub fn typed(text: &str) -> Option<Self> {
        Self::read(&Value::from(text.trim()))
    }

    /// The id that a vendor's answer gives: a text or a whole number, of one line and not too long.
    pub fn read(value: &Value) -> Option<Self> {
        let id = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        let whole = !value.is_number() || id.bytes().all(|b| b == b'-' || b.is_ascii_digit());
        let fits = !id.trim().is_empty() && id.chars().count() <= Self::MOST;
        (whole && fits && !id.chars().any(char::is_control)).then_some(Self(id))
    }
}

impl Sha256Hex {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        use fmt::Write;
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }
}

/// Names a delivery to people and programs; a UUID of version 7, so ids sort by time of acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(pub Uuid);

impl DeliveryId {
    /// The name of a delivery of this record: a drawn UUID of version 7 whose last two bytes, which are chance
    /// otherwise, are the record's mark. 58 bits of chance remain for the deliveries of one millisecond.
    pub fn of(drawn: Uuid, mark: Mark) -> Self {
        let mut bytes = drawn.into_bytes();
        bytes[14..].copy_from_slice(&mark.0);
        Self(Uuid::from_bytes(bytes))
    }

    /// The mark of its record; chance, in the names that the first release gave.
    pub fn mark(self) -> Mark {
        let bytes = self.0.as_bytes();
        Mark([bytes[14], bytes[15]])
    }

    /// When it was accepted: the first 48 bits are milliseconds since 1970 (RFC 9562 section 5.7).
    pub fn accepted_at(self) -> Timestamp {
        let millis = i64::try_from(self.0.as_u128() >> 80).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
    }
}

/// Two bytes of a digest of a record's id: they find the record's deliveries among those of a day without an index
/// of their own. Other records may have the same mark, so whoever finds a delivery by it looks at the record too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(pub [u8; 2]);

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Proves who made a write or holds a lease; drawn anew for every write, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub Uuid);

/// Counts the writes of an entry, from 1; a write names the version it replaces.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// The version that the next write makes.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendors_id_is_a_text_or_a_whole_number_on_one_line() {
        let read = |json: &str| {
            let value: Value = serde_json::from_str(json).expect("JSON");
            VendorId::read(&value).map(|id| id.0)
        };
        for (json, id) in [
            ("\"inv_7\"", "inv_7"),
            ("7", "7"),
            ("-1", "-1"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ] {
            assert_eq!(read(json).as_deref(), Some(id));
        }
        let long = format!("\"{}\"", "é".repeat(VendorId::MOST + 1));
        for json in ["null", "true", "1.0", "1e3", "\"\"", "\" \"", "\"a\\nb\"", "[]", "{}", &long]
        {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn an_entry_key_follows_from_integration_and_key_alone() {
        let of = |i: &str, k: &str| EntryKey::of(&IntegrationName::new(i), &IdempotencyKey::new(k));
        assert_eq!(of("a", "k"), of("a", "k"));
        assert_ne!(of("a", "k"), of("b", "k"));
        assert_ne!(of("a", "k"), of("a", "K"));
        assert_eq!(of("a", "x/y#z|").as_str().len(), "a/".len() + 40);
        assert_eq!(of("a", "x/y").integration(), Some("a"));
    }
    #[test]
    fn a_deliverys_name_tells_its_time_and_its_records_mark() {
        let drawn = Uuid::from_u128(0x019a_2c1d_8f3b_7abc_8def_0123_4567_89ab);
        let id = DeliveryId::of(drawn, Mark([0xbe, 0xef]));
        assert_eq!(id.to_string(), "019a2c1d-8f3b-7abc-8def-01234567beef");
        assert_eq!(id.mark(), Mark([0xbe, 0xef]));
        assert_eq!(id.accepted_at().as_millisecond(), 0x019a_2c1d_8f3b);
    }
}
