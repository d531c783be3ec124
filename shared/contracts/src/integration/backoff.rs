//! Waits that grow: each is so many times the one before, up to a longest one (exponential backoff).

use std::{ops::RangeInclusive, time::Duration};

use crate::{code::Code, fields::Fields, report::Mistakes};

/// By what a wait can grow. One leaves all waits the same.
const FACTORS: RangeInclusive<u32> = 1..=10;

/// How many waits there can be.
const TIMES: RangeInclusive<u32> = 1..=50;

/// Reads the mapping and gives the waits that it stands for.
pub(super) fn read(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Option<Vec<Duration>> {
    let first = fields.length("first", Duration::from_secs(10), mistakes);
    let factor = count(&mut fields, "factor", &FACTORS, 2, mistakes);
    let longest = fields.length("longest", Duration::from_secs(86_400), mistakes);
    let times = count(&mut fields, "times", &TIMES, 9, mistakes);
    fields.finish(mistakes);
    Some(waits(first?.0, factor?, longest?.0, times?))
}

fn waits(first: Duration, factor: u32, longest: Duration, times: u32) -> Vec<Duration> {
    let grow = |wait: &Duration| Some(wait.saturating_mul(factor).min(longest));
    let waits = std::iter::successors(Some(first.min(longest)), grow);
    waits.take(usize::try_from(times).unwrap_or_default()).collect()
}

fn count(
    fields: &mut Fields<'_>,
    key: &'static str,
    range: &RangeInclusive<u32>,
    usual: u32,
    mistakes: &mut Mistakes,
) -> Option<u32> {
    if fields.optional(key).is_none() {
        return Some(usual);
    }
    let source = fields.source();
    let said = fields.optional_text(key, mistakes)?;
    let count = said.text.parse().ok().filter(|count| range.contains(count));
    if count.is_none() {
        let message =
            format!("\"{key}\" is a whole number from {} to {}", range.start(), range.end());
        let help = "write by what each wait grows and how many waits there are, as in {first: 10s, factor: 3, times: 8}";
        mistakes.add(Code::FL0211, source, &said.node.span, message, help);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_so_many_times_the_one_before_up_to_the_longest() {
        let waits = |first, factor, longest, times| {
            let seconds = Duration::from_secs;
            let waits = waits(seconds(first), factor, seconds(longest), times);
            waits.iter().map(Duration::as_secs).collect::<Vec<_>>()
        };
        assert_eq!(waits(10, 3, 1_000, 6), [10, 30, 90, 270, 810, 1_000]);
        assert_eq!(waits(60, 1, 86_400, 3), [60, 60, 60]);
        assert_eq!(waits(100, 2, 10, 2), [10, 10]);
        assert_eq!(waits(10, 10, u64::MAX, 50).len(), 50);
    }
}
