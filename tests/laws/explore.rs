//! Explores a setting's worlds, counts them, and tells the way into a violation.

use std::{
    collections::BTreeSet,
    io::{Write, stderr},
    time::Instant,
};

use stateright::{Checker, Expectation, HasDiscoveries, Model as _};

use crate::{law, model::Model, setting::Setting, trace};

/// Explores all of a setting's worlds; prints how many, and fails with the way into the first violation.
#[track_caller]
pub(crate) fn holds(setting: Setting) {
    let (name, refused, begun) = (setting.name, setting.refused, Instant::now());
    let checker = Model::new(setting)
        .checker()
        .threads(2)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_bfs()
        .join();
    let found = checker.discoveries();
    let violated: Vec<_> = law::all()
        .into_iter()
        .filter(|law| law.expectation == Expectation::Always && found.contains_key(law.name))
        .collect();
    let worlds = grouped(checker.unique_state_count());
    tell(&format!(
        "law: {name}: {worlds} worlds, {} violations ({:.1} s)",
        violated.len(),
        begun.elapsed().as_secs_f32()
    ));
    if let Some(law) = violated.first() {
        let way = trace::lines(checker.model(), found[law.name].clone());
        panic!("{name}: \"{}\" is broken:\n{way}", law.name);
    }
    // Laws that hold because nothing ever happens would say nothing.
    assert!(found.contains_key(law::OWNER_LEARNS), "{name}: nothing was ever parked");
    assert!(refused || found.contains_key(law::ARRIVES), "{name}: nothing was ever delivered");
}

/// Explores a setting with a seeded mistake, deeper and deeper, until this law is broken; shows a shortest way.
#[track_caller]
pub(crate) fn caught(setting: Setting, law: &'static str) {
    let name = setting.name;
    for depth in 2..=DEEPEST {
        let checker = Model::new(setting.clone())
            .checker()
            .finish_when(HasDiscoveries::AnyOf(BTreeSet::from([law])))
            .target_max_depth(depth)
            .spawn_bfs()
            .join();
        if let Some(path) = checker.discovery(law) {
            let steps = depth - 2;
            tell(&format!("mistake: {name}: caught by \"{law}\" in {steps} steps"));
            println!("{}", trace::lines(checker.model(), path));
            return;
        }
    }
    panic!("{name}: \"{law}\" is not broken within {DEEPEST} steps");
}

/// A way into a violation that is longer than this would not be read.
const DEEPEST: usize = 30;

/// Written past the test harness, which would keep it back.
fn tell(line: &str) {
    // Who reads no standard error misses nothing but the numbers.
    let _ = writeln!(stderr(), "{line}");
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}
