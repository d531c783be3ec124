//! What a simulation tells: a table of what was met, a violation with its trace, a smaller case of it.

use std::fmt::Write;

use super::{Coverage, Fault, Options, Outcome, run};

/// The table of what was met.
pub fn table(covered: &Coverage) -> String {
    let mut text = String::from(
        "FAULT                                                                 TIMES\n",
    );
    for fault in Fault::ALL {
        let times = covered.faults.get(fault).copied().unwrap_or(0);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:<66} {times:>9}", fault.word());
    }
    text.push_str(
        "\nWHAT ELSE                                                             TIMES\n",
    );
    for (what, times) in &covered.counts {
        let _ = writeln!(text, "{what:<66} {times:>9}");
    }
    let met = Fault::ALL.iter().filter(|fault| covered.faults.contains_key(fault)).count();
    let hours = covered.virtual_seconds / 3_600;
    let _ = writeln!(
        text,
        "\n{met} of {} kinds of faults were met in {hours} hours of virtual time",
        Fault::ALL.len()
    );
    text
}

/// The first violation of a run, its trace, and the command that shows it again.
pub fn told(options: &Options, outcome: &Outcome) -> String {
    let Some(first) = outcome.violations.first() else { return String::new() };
    let mut text = outcome.trace.clone();
    let _ = writeln!(
        text,
        "\nseed {}: guarantee {} is broken at {:.3}: {}\n  {}",
        options.seed,
        first.law.guarantee(),
        first.at,
        first.law.text(),
        first.what
    );
    let mutation = options.mutation.map_or(String::new(), |m| format!(" --mutation {}", m.name()));
    let leaps = if options.leaps { " --leaps" } else { "" };
    let (seed, deliveries) = (options.seed, options.deliveries);
    let _ = writeln!(
        text,
        "again: cargo simulate --seed {seed} --deliveries {deliveries}{leaps}{mutation}"
    );
    text
}

/// The smallest run of the same seed that breaks the same law; the run itself where none is smaller.
pub fn shrink(options: &Options, outcome: &Outcome) -> Options {
    let Some(first) = outcome.violations.first() else { return *options };
    for deliveries in [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40] {
        let smaller = Options { deliveries, ..*options };
        if deliveries >= options.deliveries {
            break;
        }
        if run(&smaller).violations.first().is_some_and(|v| v.law == first.law) {
            return smaller;
        }
    }
    *options
}
