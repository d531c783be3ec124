//! JSON numbers as their text.

/// The most digits of a number.
const MAX_DIGITS: usize = 100;

/// The largest exponent, in either direction.
///
/// With both limits every number lies in the range of floating point, in which JSON Schemas compare.
const MAX_EXPONENT: u32 = 200;

/// Checks that a text is one JSON number (RFC 8259 section 6) of a size that can be kept.
///
/// # Errors
/// Says what is wrong, to follow after "the number".
pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    let no_number = "is no JSON number";
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
        }
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !digits(whole)
        || leading_zero
        || !fraction.is_none_or(digits)
        || !exponent.is_none_or(digits)
    {
        return Err(no_number);
    }
    if mantissa.len() > MAX_DIGITS {
        return Err("has more than 100 digits");
    }
    match exponent.map(|e| e.trim_start_matches('0')).filter(|e| !e.is_empty()) {
        Some(e) if e.parse::<u32>().is_ok_and(|e| e <= MAX_EXPONENT) => Ok(()),
        Some(_) => Err("has an exponent beyond 200"),
        None => Ok(()),
    }
}

/// The one way to write a number's value: `1.50e3`, `1500.0` and `1500` become the same.
///
/// Only for numbers that [`check`] has passed.
pub(crate) fn canonical(text: &str) -> String {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return "0".to_owned();
    }
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let zeros = i64::try_from(digits.len() - significant.len()).unwrap_or(0);
    let decimals = i64::try_from(fraction.len()).unwrap_or(0);
    match exponent + zeros - decimals {
        0 => format!("{sign}{significant}"),
        scale => format!("{sign}{significant}e{scale}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_json_says() {
        for good in [
            "0",
            "-0",
            "10",
            "0.10",
            "1e5",
            "1E+05",
            "-1.5e-200",
            "123456789012345678901234567890.12",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "-",
            "+1",
            "01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "0x1",
            "NaN",
            "Infinity",
            "1e201",
            "1e-99999999999",
            "--1",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn equal_values_have_one_canonical_text() {
        for (given, expected) in [
            ("1500", "15e2"),
            ("1.50e3", "15e2"),
            ("1500.00", "15e2"),
            ("-0.0", "0"),
            ("0.10", "1e-1"),
            ("7", "7"),
            ("-12", "-12"),
        ] {
            assert_eq!(canonical(given), expected, "{given}");
        }
    }
}
