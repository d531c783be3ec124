//! `cargo simulate`: many seeds of the simulation, or one again.

mod options;

use std::{
    collections::BTreeSet,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use fairlead_tests::simulation::{Coverage, Law, Mutation, Options, run, shrink, table, told};

use crate::options::{Asked, USAGE, read};

fn main() -> ExitCode {
    let asked = match read(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if asked.help {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    if asked.mutations {
        for mutation in Mutation::ALL {
            println!("{:<26} {}", mutation.name(), mutation.text());
        }
        return ExitCode::SUCCESS;
    }
    let tally = Tally::default();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..asked.threads {
            scope.spawn(|| work(&asked, &tally, begun));
        }
    });
    report(&asked, &tally, begun)
}

/// What all threads share.
#[derive(Default)]
struct Tally {
    next: AtomicU64,
    stop: AtomicBool,
    sums: Mutex<Sums>,
}

#[derive(Default)]
struct Sums {
    covered: Coverage,
    deliveries: usize,
    seeds: u64,
    failed: Vec<Options>,
    broken: BTreeSet<Law>,
}

/// Takes one seed after the other.
fn work(asked: &Asked, tally: &Tally, begun: Instant) {
    while !tally.stop.load(Ordering::Relaxed) {
        let place = tally.next.fetch_add(1, Ordering::Relaxed);
        if place >= asked.seeds {
            return;
        }
        let options = Options {
            seed: asked.first + place,
            deliveries: asked.deliveries,
            mutation: asked.mutation,
            leaps: asked.leaps,
            traced: false,
        };
        let outcome = run(&options);
        let mut sums = tally.sums.lock().unwrap_or_else(PoisonError::into_inner);
        sums.covered.add(&outcome.covered);
        sums.deliveries += outcome.deliveries;
        sums.seeds += 1;
        if !outcome.violations.is_empty() {
            sums.broken.extend(outcome.violations.iter().map(|violation| violation.law));
            sums.failed.push(options);
            tally.stop.store(sums.failed.len() >= asked.failures, Ordering::Relaxed);
        }
        if sums.seeds.is_multiple_of(100) {
            let (seeds, deliveries) = (sums.seeds, sums.deliveries);
            let seconds = begun.elapsed().as_secs();
            eprintln!("{seeds} of {} seeds, {deliveries} deliveries, {seconds} s", asked.seeds);
        }
    }
}

/// Tells what was met, and the first violation in full.
fn report(asked: &Asked, tally: &Tally, begun: Instant) -> ExitCode {
    let sums = tally.sums.lock().unwrap_or_else(PoisonError::into_inner);
    println!("{}", table(&sums.covered));
    let mut failed = sums.failed.clone();
    failed.sort_by_key(|options| options.seed);
    for options in failed.iter().take(1) {
        let smaller = shrink(options, &run(options));
        let traced = Options { traced: true, ..smaller };
        println!("{}", told(&traced, &run(&traced)));
    }
    for options in failed.iter().skip(1) {
        let outcome = run(options);
        for violation in outcome.violations.iter().take(1) {
            println!("seed {}: {}: {}", options.seed, violation.law.text(), violation.what);
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{} deliveries over {} seeds in {seconds:.1} s on {} threads: {}",
        sums.deliveries,
        sums.seeds,
        asked.threads,
        match failed.len() {
            0 => "no violation".to_owned(),
            several => format!("{several} seeds with a violation"),
        }
    );
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
