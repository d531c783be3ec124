//! Lengths of time as people write them: `10s`, `15m`, `1h`, `400d`.

use std::time::Duration;

use jiff::Timestamp;

/// Why a text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no length of time; write a whole number and ms, s, m, h or d, as in 15m")]
pub struct NotASpan(pub String);

/// Reads `500ms`, `10s`, `15m`, `1h`, `400d`.
///
/// # Errors
/// When the text has another form or does not fit.
pub fn parse(text: &str) -> Result<Duration, NotASpan> {
    let wrong = || NotASpan(text.to_owned());
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    // A thousand years: longer ones are mistakes, and adding one to a timestamp could overflow it.
    let most = 1_000 * 366 * 86_400_000;
    number
        .checked_mul(millis)
        .filter(|all| *all <= most)
        .map(Duration::from_millis)
        .ok_or_else(wrong)
}

/// Writes a length of time in its two largest units: `12s`, `5m 30s`, `3h`, `2d 4h`.
pub fn text(length: Duration) -> String {
    let seconds = length.as_secs();
    if seconds == 0 {
        return format!("{}ms", length.as_millis());
    }
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let first = units.iter().position(|(size, _)| seconds >= *size).unwrap_or(3);
    let (size, name) = units[first];
    let mut text = format!("{}{name}", seconds / size);
    if let Some((small, name)) = units.get(first + 1) {
        let rest = (seconds % size) / small;
        if rest > 0 {
            text.push_str(&format!(" {rest}{name}"));
        }
    }
    text
}

/// `moment` plus `length`, held at the end of time instead of overflowing.
pub fn after(moment: Timestamp, length: Duration) -> Timestamp {
    moment.checked_add(length).unwrap_or(Timestamp::MAX)
}

/// How long from `from` until `to`; zero when `to` has passed.
pub fn until(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or(Duration::ZERO)
}

/// Serde form in whole milliseconds, for compiled configuration.
pub mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes milliseconds.
    ///
    /// # Errors
    /// As the serializer.
    pub fn serialize<S: Serializer>(length: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(length.as_millis()).unwrap_or(u64::MAX))
    }

    /// Reads milliseconds.
    ///
    /// # Errors
    /// As the deserializer.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }

    /// The same for a list.
    pub mod list {
        use std::time::Duration;

        use serde::{Deserialize, Deserializer, Serializer};

        /// Writes a list of milliseconds.
        ///
        /// # Errors
        /// As the serializer.
        pub fn serialize<S: Serializer>(lengths: &[Duration], to: S) -> Result<S::Ok, S::Error> {
            to.collect_seq(lengths.iter().map(|l| u64::try_from(l.as_millis()).unwrap_or(u64::MAX)))
        }

        /// Reads a list of milliseconds.
        ///
        /// # Errors
        /// As the deserializer.
        pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Duration>, D::Error> {
            Ok(Vec::<u64>::deserialize(from)?.into_iter().map(Duration::from_millis).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_and_written_as_people_do() {
        for (given, seconds, back) in [
            ("10s", 10, "10s"),
            ("90s", 90, "1m 30s"),
            ("15m", 900, "15m"),
            ("400d", 34_560_000, "400d"),
            ("26h", 93_600, "1d 2h"),
        ] {
            let length = parse(given).expect(given);
            assert_eq!(length.as_secs(), seconds);
            assert_eq!(text(length), back);
        }
    }

    #[test]
    fn other_texts_are_no_lengths() {
        for wrong in
            ["", "10", "s", "1.5h", "-1s", "10 s", "1w", "99999999999999999999s", "366001d"]
        {
            assert_eq!(parse(wrong), Err(NotASpan(wrong.to_owned())), "{wrong}");
        }
    }
}
