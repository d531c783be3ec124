//! The breaker's laws: the real `door` and `gate`, explored with dispatchers that run at the same time.
//!
//! Bounds: so many dispatchers, calls, crashes and failed writes as each test says; time moves in whole
//! seconds, the breaker opens after one failure, for one second and then two, a lease is two seconds long.

mod dispatcher;
mod law;
mod mistake;
mod model;
mod world;

use std::{
    collections::BTreeSet,
    io::{Write, stderr},
    time::Instant,
};

use model::{Bounds, Model};
use stateright::{Checker, Expectation, HasDiscoveries, Model as _};

#[test]
fn three_dispatchers_at_once() {
    let bounds = Bounds { dispatchers: 3, calls: 3, crashes: 0, failures: 0, ticks: 2 };
    holds("3 dispatchers, 3 calls, 2 seconds", bounds, &[law::HEALS]);
}

#[test]
fn an_answer_that_comes_after_all_is_well_again() {
    let bounds = Bounds { dispatchers: 2, calls: 4, crashes: 0, failures: 0, ticks: 1 };
    holds("2 dispatchers, 4 calls, 1 second", bounds, &[law::HEALS]);
}

#[test]
fn dispatchers_that_die_and_writes_that_fail() {
    let bounds = Bounds { dispatchers: 2, calls: 3, crashes: 1, failures: 1, ticks: 3 };
    let name = "2 dispatchers, 3 calls, 1 crash, 1 failed write, 3 seconds";
    holds(name, bounds, &[law::HEALS, law::REPLACED]);
}

/// Explores all worlds within the bounds; prints how many, and fails with the way into the first violation.
#[track_caller]
fn holds(name: &str, bounds: Bounds, comes_to: &[&str]) {
    let begun = Instant::now();
    let checker = Model::new(bounds, None)
        .checker()
        .threads(2)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_bfs()
        .join();
    let found = checker.discoveries();
    let (worlds, took) = (checker.unique_state_count(), begun.elapsed().as_secs_f32());
    let all = law::all();
    let broken = all
        .iter()
        .find(|law| law.expectation == Expectation::Always && found.contains_key(law.name));
    let _ = writeln!(stderr(), "breaker: {name}: {worlds} worlds ({took:.1} s)");
    if let Some(law) = broken {
        panic!("{name}: \"{}\" is broken:\n{}", law.name, way(found[law.name].clone()));
    }
    // Laws that hold because nothing ever happens would say nothing.
    for end in comes_to {
        assert!(found.contains_key(end), "{name}: it never came to \"{end}\"");
    }
}

/// Explores with a seeded mistake until this law is broken.
#[track_caller]
fn caught(mistake: mistake::Mistake, bounds: Bounds, law: &'static str) {
    let checker = Model::new(bounds, Some(mistake))
        .checker()
        .threads(2)
        .finish_when(HasDiscoveries::AnyOf(BTreeSet::from([law])))
        .spawn_bfs()
        .join();
    let path = checker.discovery(law);
    let path = path.unwrap_or_else(|| panic!("{mistake:?}: \"{law}\" is not broken"));
    let way = path.into_actions();
    let steps = way.len();
    let _ = writeln!(stderr(), "breaker: {mistake:?}: caught by \"{law}\" in {steps} steps");
    println!("{}", way.iter().map(|action| format!("  {action:?}\n")).collect::<String>());
}

fn way(path: stateright::Path<world::World, model::Action>) -> String {
    path.into_actions().iter().map(|action| format!("  {action:?}\n")).collect()
}
