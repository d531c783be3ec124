//! What the reader accepts and what the schema knows is the same, key by key.

use std::{collections::BTreeSet, path::Path};

use fairlead_contracts::{accepted_keys, compile};
use serde_json::Value;

use crate::{
    keys::{self, Keys},
    schemas,
};

const MEND: &str = "describe it in shared/contracts/tests/format, use it in shared/contracts/tests/format/full, \
    then run FAIRLEAD_BLESS=1 cargo test -p fairlead-contracts --test format";

/// A folder that says everything that can be said, at least once.
fn full() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format/full")
}

#[test]
fn the_full_example_has_no_mistake() {
    compile(&full()).unwrap_or_else(|report| panic!("{report}"));
}

#[test]
fn the_reader_and_the_schema_know_the_same_keys() {
    let mut wrong = Vec::new();
    for (file, _, schema) in schemas() {
        let (known, accepted) = (keys::of(&schema), accepted(file));
        for (place, name) in difference(&accepted, &known) {
            wrong.push(format!(
                "{file}: the reader accepts \"{name}\" in \"{place}\", the schema does not know it"
            ));
        }
        for (place, name) in difference(&known, &accepted) {
            wrong.push(format!("{file}: the schema knows \"{name}\" in \"{place}\", the reader was not seen to accept it"));
        }
    }
    assert!(wrong.is_empty(), "{}\n\nTo mend it: {MEND}", wrong.join("\n"));
}

#[test]
fn every_yaml_file_that_compiles_fits_the_schema() {
    let integrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integrations");
    for (file, _, schema) in schemas() {
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let mut seen = 0;
        for path in [full(), integrations.clone()].iter().flat_map(|dir| files(dir, file)) {
            let text = std::fs::read_to_string(&path).expect("a file");
            let value: Value = serde_saphyr::from_str(&text).expect("YAML");
            let wrong: Vec<String> = validator
                .iter_errors(&value)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(wrong.is_empty(), "{}: {}", path.display(), wrong.join("; "));
            seen += 1;
        }
        assert!(seen > 0, "no {file} was seen");
    }
}

#[test]
fn a_key_that_is_not_known_does_not_fit_the_schema() {
    let (_, _, schema) = schemas().remove(0);
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let path = full().join("by-key/integration.yaml");
    let text = std::fs::read_to_string(path).expect("a file");
    let mut value: Value = serde_saphyr::from_str(&text).expect("YAML");
    assert!(validator.is_valid(&value));
    value["owner"]["colour"] = "blue".into();
    assert!(!validator.is_valid(&value));
}

/// What the reader asked for while it read the full example; names of the user's own become `*`.
fn accepted(file: &str) -> Keys {
    let mut keys = Keys::new();
    for (at, place, names) in accepted_keys(&full()) {
        if at.ends_with(file) {
            let place = place.split('.').enumerate().map(|(n, word)| {
                let theirs = place.starts_with("destinations.") || place.starts_with("needs.");
                let pair = place.starts_with("reconcile.compare.");
                if (n == 1 && theirs) || (n == 2 && pair) { "*" } else { word }
            });
            let place = place.collect::<Vec<_>>().join(".");
            keys.entry(place).or_default().extend(names.into_iter().map(str::to_owned));
        }
    }
    keys
}

/// The keys of `one` that `other` does not have. A stage's own mappings are the destination's, and not compared again.
fn difference(one: &Keys, other: &Keys) -> Vec<(String, String)> {
    let none = BTreeSet::new();
    let again = |place: &str| {
        place.split_once(".stages.").is_some_and(|(_, in_stage)| in_stage.contains('.'))
    };
    let each = one.iter().filter(|(place, _)| !again(place)).flat_map(|(place, names)| {
        let known = other.get(place).unwrap_or(&none);
        names.difference(known).map(move |name| (place.clone(), name.clone()))
    });
    each.collect()
}

fn files(dir: &Path, name: &str) -> Vec<std::path::PathBuf> {
    let inside = std::fs::read_dir(dir).expect("a folder").map(|entry| entry.expect("an entry"));
    let folders = inside.map(|entry| entry.path()).filter(|path| path.is_dir());
    let all = folders.chain([dir.to_owned()]).map(|folder| folder.join(name));
    all.filter(|path| path.is_file()).collect()
}
