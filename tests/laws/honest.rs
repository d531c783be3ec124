//! No law is broken in any world that can be reached, setting by setting.

use std::{
    io::{Write, stderr},
    time::Instant,
};

use fairlead_core::integration::Dedupe;
use fairlead_tests::sample;
use stateright::{Checker, HasDiscoveries, Model as _};

use crate::{model::Model, setting::Setting, trace};

/// Explores all of a setting's worlds; prints how many, and fails with the way into the first violation.
#[track_caller]
pub(crate) fn check(setting: Setting) {
    let (name, begun) = (setting.name, Instant::now());
    let checker = Model::new(setting)
        .checker()
        .threads(2)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_bfs()
        .join();
    let found = checker.discoveries();
    let worlds = grouped(checker.unique_state_count());
    // Written past the test harness, which would keep it back.
    let line = format!("law: {name}: {worlds} worlds, {} violations", found.len());
    let _ = writeln!(stderr(), "{line} ({:.1} s, depth {})", begun.elapsed().as_secs_f32(), checker.max_depth());
    for (law, path) in found {
        panic!("{name}: \"{law}\" is broken:\n{}", trace::lines(checker.model(), path));
    }
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

#[test]
fn a_keyed_vendor_gets_it_once() {
    check(Setting::new("keyed vendor, 1 crash, 1 copied ticket", sample::keyed()));
}

#[test]
fn a_vendor_without_promises_gets_it_once() {
    check(Setting::new("vendor without keys, 1 crash, 1 copied ticket", Dedupe::None));
}

#[test]
fn a_repeatable_request_reaches_its_vendor() {
    check(Setting::new("repeatable request, 1 crash, 1 copied ticket", Dedupe::Upsert));
}
