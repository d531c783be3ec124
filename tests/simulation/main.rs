//! The simulation in a modest number of seeds, and every mistake that it must catch by the law that it breaks.

use std::thread;

use fairlead_tests::simulation::{
    Coverage, Fault, Law, Mutation, Options, Outcome, run, table, told,
};

/// Seeds and deliveries of the run without a mistake; `cargo simulate` runs far more.
const SEEDS: u64 = 150;
const DELIVERIES: usize = 40;

/// Seeds of the run in which clocks leap.
const LEAPING_SEEDS: u64 = 60;

/// A mistake that is not seen in so many seeds is not seen.
const MOST_SEEDS: u64 = 600;

fn options(seed: u64, mutation: Option<Mutation>) -> Options {
    Options { seed, deliveries: DELIVERIES, mutation, leaps: false, traced: false }
}

/// Tells the first violation with its trace.
fn fails(options: Options) -> ! {
    let traced = Options { traced: true, ..options };
    panic!("{}", told(&traced, &run(&traced)));
}

/// The seeds from `first` on, every second one.
fn half(first: u64) -> (Coverage, usize) {
    let (mut covered, mut deliveries) = (Coverage::default(), 0);
    for seed in (first..SEEDS).step_by(2) {
        let outcome = run(&options(seed, None));
        if !outcome.violations.is_empty() {
            fails(options(seed, None));
        }
        covered.add(&outcome.covered);
        deliveries += outcome.deliveries;
    }
    (covered, deliveries)
}

#[test]
fn every_guarantee_holds_in_every_seed() {
    let other = thread::spawn(|| half(1));
    let (mut covered, mut deliveries) = half(0);
    let (more, rest) = other.join().expect("the other half holds too");
    covered.add(&more);
    deliveries += rest;
    println!("{}\n{deliveries} deliveries over {SEEDS} seeds", table(&covered));
    assert!(covered.faults.len() > 70, "too few kinds of faults were met");
}

/// Clocks that leap by up to a quarter of an hour, also while a lease runs: what is a matter of time may break then,
/// but nothing is lost, nothing takes effect twice, and what is over stays over.
#[test]
fn what_is_no_matter_of_time_holds_when_clocks_leap() {
    let mut covered = Coverage::default();
    for seed in 0..LEAPING_SEEDS {
        let options = Options { leaps: true, ..options(seed, None) };
        let outcome = run(&options);
        if !outcome.violations.is_empty() {
            fails(options);
        }
        covered.add(&outcome.covered);
    }
    assert!(covered.faults[&Fault::ClockLeap] > LEAPING_SEEDS, "clocks leap in every seed");
}

#[test]
fn the_same_seed_is_the_same_run() {
    let of = |outcome: Outcome| (format!("{:?}", outcome.covered), outcome.deliveries);
    for seed in [3, 17] {
        assert_eq!(of(run(&options(seed, None))), of(run(&options(seed, None))));
    }
}

#[test]
fn every_mistake_is_caught_by_the_law_that_it_breaks() {
    let missed: Vec<String> =
        Mutation::ALL.iter().filter_map(|mutation| missed(*mutation)).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Why a mistake was not caught, if so.
fn missed(mutation: Mutation) -> Option<String> {
    let mut others: Vec<Law> = Vec::new();
    for seed in 0..MOST_SEEDS {
        let outcome = run(&options(seed, Some(mutation)));
        let laws: Vec<Law> = outcome.violations.iter().map(|violation| violation.law).collect();
        if laws.contains(&mutation.breaks()) {
            println!("{:<26} seed {seed:<4} {}", mutation.name(), mutation.breaks().text());
            return None;
        }
        others.extend(laws);
    }
    others.sort();
    others.dedup();
    Some(format!(
        "{}: not seen to break \"{}\"; {others:?}",
        mutation.name(),
        mutation.breaks().text()
    ))
}
