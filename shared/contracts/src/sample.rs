//! Sample events beside an integration, with what is expected of each.
//!
//! `samples/<case>.json` is an event as it is sent; `samples/<case>.expected.json` is its [`outcome`];
//! `samples/<case>.found.json` is what the crosswalk knows then.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use fairlead_core::{
    id::{IdempotencyKey, IntegrationName},
    render::Found,
};
use serde_json::{Value, json};

use crate::{Contracts, Event};

/// One sample event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The file's name without `.json`.
    pub case: String,
    /// The event as it is sent.
    pub event: Vec<u8>,
    /// What the crosswalk knows: `samples/<case>.found.json`, nothing where there is no such file.
    pub found: Found,
    /// The text of what is expected, if it is written down.
    pub expected: Option<String>,
    /// Where the expectation is, or should be.
    pub expected_at: PathBuf,
}

impl Sample {
    /// All samples of the integration in `folder`, by name; none when it has no `samples/`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn all(folder: &Path) -> io::Result<Vec<Self>> {
        let samples = folder.join("samples");
        if !samples.is_dir() {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for entry in fs::read_dir(samples)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let beside = |case: &&str| case.ends_with(".expected") || case.ends_with(".found");
            let Some(case) = name.strip_suffix(".json").filter(|case| !beside(case)) else {
                continue;
            };
            let found = match fs::read(path.with_file_name(format!("{case}.found.json"))) {
                Ok(bytes) => serde_json::from_slice(&bytes)?,
                Err(none) if none.kind() == io::ErrorKind::NotFound => Found::default(),
                Err(other) => return Err(other),
            };
            let expected_at = path.with_file_name(format!("{case}.expected.json"));
            let expected = fs::read_to_string(&expected_at).ok();
            all.push(Self {
                case: case.to_owned(),
                event: fs::read(&path)?,
                found,
                expected,
                expected_at,
            });
        }
        all.sort_by(|a, b| a.case.cmp(&b.case));
        Ok(all)
    }
}

/// What becomes of the bytes of an event, as JSON for people, with what the crosswalk has found for it:
/// record, key and request; or what it waits for; or that it is not wanted; or the violations; or why the bytes are no event.
pub fn outcome(
    contracts: &Contracts,
    integration: &IntegrationName,
    bytes: &[u8],
    found: &Found,
) -> Value {
    let event = match Event::read(bytes) {
        Ok(event) => event,
        Err(bad) => return json!({"bad_event": bad.to_string()}),
    };
    if !contracts.wants(integration, &event) {
        return json!({"skipped": true});
    }
    // Stands for what a sender would give, where the integration takes its key from the header.
    let key = IdempotencyKey::new("sample");
    let draft = match contracts.draft(integration, &event, Some(&key)) {
        Ok(draft) => draft,
        Err(refused) => return json!({"violations": refused.violations}),
    };
    let mut made = json!({"record": draft.record, "key": draft.key});
    if let Some(ordered) = &draft.ordered {
        made["order"] = json!(ordered);
    }
    let missing = draft.needs.iter().filter(|need| !found.needs.contains_key(&need.name));
    let missing: Vec<String> = missing.map(|need| need.record.to_string()).collect();
    if !missing.is_empty() {
        made["waits_for"] = json!(missing);
        return made;
    }
    match contracts.make(integration, &event, found) {
        Ok((_, request)) => {
            let body: Value = serde_json::from_str(&request.body).unwrap_or(Value::Null);
            made["request"] = json!({"method": request.method, "path": request.path, "body": body});
            if let Some(lookup) = request.lookup {
                made["request"]["lookup"] = Value::from(lookup);
            }
            made
        }
        Err(refused) => json!({"violations": refused.violations}),
    }
}
