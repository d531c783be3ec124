//! `fairlead test`: runs the sample events.

use std::{fs, path::Path, sync::Arc};

use fairlead_contracts::{Contracts, Sample, compile, outcome};
use fairlead_core::id::IntegrationName;
use serde_json::Value;

use super::{Told, difference};

/// How the samples came out, and what is said of each.
#[derive(Default)]
struct Tally {
    out: String,
    good: usize,
    bad: usize,
    unwritten: usize,
    written: usize,
}

/// Runs the samples of the named integrations, or of all.
pub(crate) fn run(dir: &Path, names: &[String], update: bool) -> Told {
    let catalog = match compile(dir) {
        Ok(catalog) => catalog,
        Err(report) => return Told::failed(format!("{report}; nothing was tried")),
    };
    let contracts = Contracts::new(Arc::new(catalog));
    let known: Vec<&IntegrationName> = contracts.catalog().integrations.keys().collect();
    if let Some(name) = names.iter().find(|name| !known.iter().any(|k| k.as_str() == *name)) {
        let known: Vec<&str> = known.iter().map(|name| name.as_str()).collect();
        return Told::usage(format!(
            "no integration is called \"{name}\"; there are {}",
            known.join(", ")
        ));
    }
    let wanted =
        |name: &&IntegrationName| names.is_empty() || names.iter().any(|n| n == name.as_str());
    let mut tally = Tally::default();
    for name in known.into_iter().filter(wanted) {
        if let Err(error) = tally.integration(dir, &contracts, name, update) {
            return Told::failed(format!("the samples of {name} cannot be used: {error}"));
        }
    }
    tally.told()
}

impl Tally {
    fn integration(
        &mut self,
        dir: &Path,
        contracts: &Contracts,
        name: &IntegrationName,
        update: bool,
    ) -> std::io::Result<()> {
        let samples = Sample::all(&dir.join(name.as_str()))?;
        self.say(&format!("{name}"));
        if samples.is_empty() {
            self.say("  none     put an event of the source into samples/");
        }
        for sample in samples {
            let made = outcome(contracts, name, &sample.event, &sample.found);
            let text = format!("{made:#}\n");
            let expected = sample.expected.as_deref();
            if expected.and_then(|text| serde_json::from_str::<Value>(text).ok()) == Some(made) {
                self.good += 1;
                self.say(&format!("  ok       {}", sample.case));
            } else if update {
                fs::write(&sample.expected_at, text)?;
                self.written += 1;
                self.say(&format!("  written  {}", sample.case));
            } else {
                self.differs(&sample, &text);
            }
        }
        Ok(())
    }

    fn differs(&mut self, sample: &Sample, made: &str) {
        let Some(expected) = &sample.expected else {
            self.unwritten += 1;
            self.say(&format!(
                "  new      {}: nothing is written down yet; it becomes",
                sample.case
            ));
            self.say(&indented(made));
            return;
        };
        self.bad += 1;
        self.say(&format!("  DIFFERS  {}: - is expected, + is what came out", sample.case));
        // Both in one form, so that only what differs is shown.
        let expected = match serde_json::from_str::<Value>(expected) {
            Ok(value) => format!("{value:#}\n"),
            Err(error) => {
                self.say(&format!("    what is expected is not JSON: {error}"));
                expected.clone()
            }
        };
        self.say(difference::lines(&expected, made).trim_end());
    }

    fn say(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn told(mut self) -> Told {
        let parts = [
            (self.good, "as expected"),
            (self.written, "written down; read them before you keep them"),
            (self.bad, "not as expected"),
            (self.unwritten, "without an expectation"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let sum = if parts.is_empty() { "no samples".to_owned() } else { parts.join(", ") };
        let next = if self.bad + self.unwritten > 0 {
            ".  Next: correct the mapping, or keep what came out with --update"
        } else {
            ""
        };
        self.say(&format!("{sum}{next}"));
        if self.bad + self.unwritten > 0 { Told::problem(self.out) } else { Told::well(self.out) }
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
