//! Traps: each of the 35 that others fell into is named in the test that shows that we do not.

use std::collections::BTreeSet;

use crate::tree::sources;

/// So many are known, P1 to P35.
const KNOWN: u32 = 35;

#[test]
fn every_known_trap_is_named_where_a_test_proves_it() {
    // Whole tests, and the tests at the end of other sources.
    let proofs = sources().filter_map(|file| {
        let whole = file.path.contains("tests/") || file.path.ends_with("tests.rs");
        let at = if whole { Some(0) } else { file.text.find("#[cfg(test)]") };
        at.map(|at| &file.text[at..])
    });
    let own = |word: &str| word.strip_prefix('P').and_then(|number| number.parse().ok());
    let words = proofs.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()));
    let named: BTreeSet<u32> = words.filter_map(own).collect();
    let missing: Vec<u32> = (1..=KNOWN).filter(|number| !named.contains(number)).collect();
    assert!(missing.is_empty(), "no test says that it proves the traps {missing:?}");
}
