//! Reads `circuit:` of a destination: when calls are stopped because the vendor is ill, and for how long.

use std::{ops::RangeInclusive, time::Duration};

use fairlead_core::gate::BreakerPolicy;

use crate::{code::Code, fields::Fields, report::Mistakes};

/// A shorter wait would be over before the failures of one moment are heard of.
const SHORTEST: Duration = Duration::from_secs(1);

/// A vendor that is back should not be left alone for longer than this.
const LONGEST: Duration = Duration::from_secs(86_400);

/// What can be counted: more failures or calls than this never stop anything in time.
const COUNTS: RangeInclusive<u32> = 1..=1_000;

/// Reads the mapping; every key has a default, and the first that is wrong is told.
pub(crate) fn read(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Option<BreakerPolicy> {
    let usual = BreakerPolicy::default();
    let before = mistakes.count();
    let consecutive = count(&mut fields, &FAILURES, usual.consecutive, mistakes);
    let share = share(&mut fields, usual.share, mistakes);
    let volume = count(&mut fields, &VOLUME, usual.volume, mistakes);
    let window = length(&mut fields, "window", usual.window, mistakes);
    let open_for = length(&mut fields, "open", usual.open_for, mistakes);
    let at_most = fields.optional("open_at_most");
    let least = usual.open_at_most.max(open_for);
    let open_at_most = length(&mut fields, "open_at_most", least, mistakes);
    let (source, at) = (fields.source(), at_most.map_or(fields.at().clone(), |n| n.span.clone()));
    fields.finish(mistakes);
    if mistakes.count() == before && open_at_most < open_for {
        let message = "\"open_at_most\" is shorter than \"open\"";
        let help = "the time doubles with each failed probe; make open_at_most the longer one";
        mistakes.add(Code::FL0211, source, &at, message, help);
    }
    let policy = BreakerPolicy { consecutive, share, volume, window, open_for, open_at_most };
    (mistakes.count() == before).then_some(policy)
}

/// A key that holds a number of failures or calls.
struct Count {
    key: &'static str,
    counts: &'static str,
    help: &'static str,
}

const FAILURES: Count = Count {
    key: "failures",
    counts: "failures in a row",
    help: "write how many failures in a row stop the calls, as in failures: 5",
};

const VOLUME: Count = Count {
    key: "volume",
    counts: "calls within the window",
    help: "write below how many calls the share says nothing, as in volume: 20",
};

fn count(fields: &mut Fields<'_>, of: &Count, usual: u32, mistakes: &mut Mistakes) -> u32 {
    let source = fields.source();
    let Some(said) = fields.optional_text(of.key, mistakes) else { return usual };
    said.text.parse().ok().filter(|count| COUNTS.contains(count)).unwrap_or_else(|| {
        let (least, most) = (COUNTS.start(), COUNTS.end());
        let message = format!("\"{}\" counts {}, from {least} to {most}", of.key, of.counts);
        mistakes.add(Code::FL0211, source, &said.node.span, message, of.help);
        usual
    })
}

fn share(fields: &mut Fields<'_>, usual: u8, mistakes: &mut Mistakes) -> u8 {
    let source = fields.source();
    let Some(said) = fields.optional_text("share", mistakes) else { return usual };
    let percent = said.text.strip_suffix('%').and_then(|number| number.parse().ok());
    percent.filter(|percent| (1..=100).contains(percent)).unwrap_or_else(|| {
        let message = "\"share\" is a share of the calls, from 1% to 100%";
        let help = "write which share of failed calls stops the calls, as in share: 50%";
        mistakes.add(Code::FL0211, source, &said.node.span, message, help);
        usual
    })
}

fn length(
    fields: &mut Fields<'_>,
    key: &'static str,
    usual: Duration,
    mistakes: &mut Mistakes,
) -> Duration {
    let source = fields.source();
    match fields.length(key, usual, mistakes) {
        Some((length, Some(node))) if !(SHORTEST..=LONGEST).contains(&length) => {
            let message = format!("\"{key}\" must last from 1s to 24h");
            let help = format!("write {key}: {}s, for example", usual.as_secs());
            mistakes.add(Code::FL0211, source, &node.span, message, help);
            usual
        }
        Some((length, _)) => length,
        None => usual,
    }
}
