//! Amounts of money as exact whole cents; nothing here knows floating point.

/// The most digits an amount may have; more is no amount of money.
const MAX_DIGITS: usize = 30;

/// Reads a decimal text, as JSON writes numbers, into whole cents.
///
/// `1250`, `1250.5`, `1250.00` and `1.25e3` are read exactly.
/// Three decimals are refused even when the last is zero: `1.250` is a thousand in one country and one in another.
///
/// # Errors
/// Says what is wrong with the amount, in one line.
pub(crate) fn cents(text: &str) -> Result<String, String> {
    let no_amount = || {
        format!(
            "\"{}\" is no amount of money; expected digits with a point, as in 1250.00",
            shorten(text)
        )
    };
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| no_amount())?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return Err(no_amount()),
        None => (mantissa, ""),
    };
    let digits = format!("{whole}{fraction}");
    if whole.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(no_amount());
    }
    shift(&digits, fraction.len(), exponent)
        .map(|cents| if negative && cents != "0" { format!("-{cents}") } else { cents })
        .map_err(|why| format!("amount {} {why}", shorten(text)))
}

/// The digits with the point moved to two decimals.
fn shift(digits: &str, decimals: usize, exponent: i32) -> Result<String, &'static str> {
    let too_long = "has too many digits for an amount of money";
    if digits.len() > MAX_DIGITS {
        return Err(too_long);
    }
    let decimals = i64::try_from(decimals).unwrap_or(i64::MAX) - i64::from(exponent);
    if decimals > 2 {
        return Err("has more than two decimals, so it is no whole number of cents");
    }
    let zeros = usize::try_from(2 - decimals).map_err(|_| too_long)?;
    if digits.len() + zeros > MAX_DIGITS {
        return Err(too_long);
    }
    let all = format!("{digits}{}", "0".repeat(zeros));
    let trimmed = all.trim_start_matches('0');
    Ok(if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() })
}

fn shorten(text: &str) -> String {
    crate::text::shorten(text, 40)
}

#[cfg(test)]
mod tests {
    use super::cents;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        assert_eq!(cents(given).as_deref(), Ok(expected), "{given}");
    }

    #[test]
    fn amounts_become_whole_cents_exactly() {
        for (given, expected) in [
            ("1250.00", "125000"),
            ("1250", "125000"),
            ("0.1", "10"),
            ("0.29", "29"),
            ("-0.05", "-5"),
            ("-0.00", "0"),
            ("1.25e3", "125000"),
            ("125000e-2", "125000"),
            ("90071992547409.93", "9007199254740993"),
        ] {
            check(given, expected);
        }
    }

    #[test]
    fn what_is_no_whole_number_of_cents_is_refused() {
        for wrong in [
            "0.285", "1.250", "1e-3", "", ".5", "5.", "1,250.00", "+1", " 1", "1 ", "0x10", "NaN",
            "1e", "--1", "12€",
        ] {
            assert!(cents(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            cents("0.285"),
            Err("amount 0.285 has more than two decimals, so it is no whole number of cents"
                .to_owned())
        );
    }

    #[test]
    fn absurd_amounts_are_refused_without_building_them() {
        for wrong in ["1e400", "1e2147483647", "1e-2147483648", &"9".repeat(1_000)] {
            assert!(cents(wrong).is_err(), "{wrong}");
        }
    }
}
