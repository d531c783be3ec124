//! The order of all JSON values, as jq has it; numbers by their digits, never through a float.

use std::cmp::Ordering;

use serde_json::{Map, Value};

/// null, false, true, numbers, texts, lists, objects; the last two by their parts.
pub(super) fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => numbers(&a.to_string(), &b.to_string()),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Array(a), Value::Array(b)) => lists(a.iter(), b.iter()),
        (Value::Object(a), Value::Object(b)) => objects(a, b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

fn lists<'v>(
    mut a: impl Iterator<Item = &'v Value>,
    mut b: impl Iterator<Item = &'v Value>,
) -> Ordering {
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match order(a, b) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

/// First the names, in order; then the values, in the order of their names.
fn objects(a: &Map<String, Value>, b: &Map<String, Value>) -> Ordering {
    let (a, b) = (sorted(a), sorted(b));
    let names = a.iter().map(|(name, _)| *name).cmp(b.iter().map(|(name, _)| *name));
    names.then_with(|| lists(a.iter().map(|(_, v)| *v), b.iter().map(|(_, v)| *v)))
}

fn sorted(of: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut members: Vec<_> = of.iter().map(|(name, value)| (name.as_str(), value)).collect();
    members.sort_by_key(|(name, _)| *name);
    members
}

fn numbers(a: &str, b: &str) -> Ordering {
    let (a, b) = (Exact::read(a), Exact::read(b));
    match (a.sign(), b.sign()) {
        (-1, -1) => b.magnitude(&a),
        (1, 1) => a.magnitude(&b),
        (a, b) => a.cmp(&b),
    }
}

/// A decimal number: `0.digits` times ten to the power of `exponent`, without zeros at either end.
struct Exact {
    negative: bool,
    digits: Vec<u8>,
    exponent: i128,
}

impl Exact {
    /// Reads what JSON allows for a number.
    fn read(text: &str) -> Self {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (number, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let all = whole.bytes().chain(part.bytes());
        let zeros = all.clone().take_while(|digit| *digit == b'0').count();
        let mut digits: Vec<u8> = all.skip(zeros).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = i128::try_from(whole.len()).unwrap_or(0) - i128::try_from(zeros).unwrap_or(0);
        Self { negative, digits, exponent: point.saturating_add(read_power(power)) }
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits))
    }
}

/// A power that no number of this size could hold is as good as any other beyond it.
fn read_power(text: &str) -> i128 {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let power = digits.parse::<i64>().map_or(i128::from(i64::MAX), i128::from);
    if negative { -power } else { power }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_their_digits() {
        for (a, b, order) in [
            ("1", "1.0", Ordering::Equal),
            ("100", "1e2", Ordering::Equal),
            ("0.010", "1E-2", Ordering::Equal),
            ("0", "-0.0e5", Ordering::Equal),
            ("9007199254740993", "9007199254740992", Ordering::Greater),
            ("0.1000000000000000055", "0.1", Ordering::Greater),
            ("-1.5", "-1.25", Ordering::Less),
            ("-1", "0", Ordering::Less),
            ("12", "9", Ordering::Greater),
            ("1e400", "1e401", Ordering::Less),
            ("1e99999999999999999999", "2", Ordering::Greater),
            ("1e-99999999999999999999", "0", Ordering::Greater),
        ] {
            assert_eq!(numbers(a, b), order, "{a} and {b}");
            assert_eq!(numbers(b, a), order.reverse(), "{b} and {a}");
        }
    }
}
