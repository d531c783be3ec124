//! Sample events beside an integration, with what is expected of each.
//!
//! `samples/<case>.json` is an event as it is sent; `samples/<case>.expected.json` is its [`outcome`].

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use fairlead_core::id::{IdempotencyKey, IntegrationName};
use serde_json::{Value, json};

use crate::{Contracts, Event};

/// One sample event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The file's name without `.json`.
    pub case: String,
    /// The event as it is sent.
    pub event: Vec<u8>,
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
            let Some(case) = name.strip_suffix(".json").filter(|case| !case.ends_with(".expected"))
            else {
                continue;
            };
            let expected_at = path.with_file_name(format!("{case}.expected.json"));
            let expected = fs::read_to_string(&expected_at).ok();
            all.push(Self {
                case: case.to_owned(),
                event: fs::read(&path)?,
                expected,
                expected_at,
            });
        }
        all.sort_by(|a, b| a.case.cmp(&b.case));
        Ok(all)
    }
}

/// What becomes of the bytes of an event, as JSON for people:
/// record, key and request; or that it is not wanted; or the violations; or why the bytes are no event.
pub fn outcome(contracts: &Contracts, integration: &IntegrationName, bytes: &[u8]) -> Value {
    let event = match Event::read(bytes) {
        Ok(event) => event,
        Err(bad) => return json!({"bad_event": bad.to_string()}),
    };
    if !contracts.wants(integration, &event) {
        return json!({"skipped": true});
    }
    // Stands for what a sender would give, where the integration takes its key from the header.
    let key = IdempotencyKey::new("sample");
    match contracts.render_as(integration, &event, Some(&key)) {
        Ok(rendered) => {
            let body: Value = serde_json::from_str(&rendered.request.body).unwrap_or(Value::Null);
            let mut request = json!({"method": rendered.request.method, "path": rendered.request.path, "body": body});
            if let Some(lookup) = rendered.request.lookup {
                request["lookup"] = Value::from(lookup);
            }
            json!({"record": rendered.record, "key": rendered.key, "request": request})
        }
        Err(refused) => json!({"violations": refused.violations}),
    }
}
