//! Reads `defaults.yaml`: what holds for every integration that does not say it itself.

use std::{path::Path, time::Duration};

use fairlead_core::integration::RetryPolicy;

use super::{Reader, owner::OwnerSaid, retry};
use crate::{destination, fields::Fields, policy, report::Mistakes, source::Source, yaml};

/// The name of the file; it need not be there.
pub(crate) const FILE: &str = "defaults.yaml";

/// How long a repeated event is recognised when nothing else is said.
const KEEP: Duration = Duration::from_secs(400 * 86_400);

/// What holds where an integration says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Defaults {
    pub(super) owner: OwnerSaid,
    pub(super) retry: RetryPolicy,
    pub(super) keep: Duration,
    /// The file's text, which goes into the hash of every integration.
    pub(super) text: String,
}

impl Default for Defaults {
    /// What holds without the file.
    fn default() -> Self {
        Self { owner: OwnerSaid::default(), retry: retry::usual(), keep: KEEP, text: String::new() }
    }
}

/// Reads the file below `dir`, if it is there.
pub(crate) fn read(dir: &Path, mistakes: &mut Mistakes) -> Defaults {
    let usual = Defaults::default();
    if !dir.join(FILE).exists() {
        return usual;
    }
    let Some(source) = Source::read(dir, FILE, mistakes) else { return usual };
    let Some(root) = yaml::parse(&source, mistakes) else { return usual };
    let Some(file) = Fields::of_file(&source, &root, mistakes) else { return usual };
    let mut reader = Reader {
        dir,
        folder: "",
        source: &source,
        defaults: &usual,
        digest: String::new(),
        mistakes,
    };
    Defaults { text: source.text.clone(), ..reader.defaults(file) }
}

impl Reader<'_> {
    fn defaults(&mut self, mut file: Fields<'_>) -> Defaults {
        if let Some(said) = file.text("fairlead", self.mistakes) {
            destination::version(self.source, said, self.mistakes);
        }
        let owner = file.optional_map("owner", self.mistakes);
        let owner = owner.and_then(|mut fields| {
            let said = self.owner_said(&mut fields);
            fields.finish(self.mistakes);
            said
        });
        let keep = file.optional_map("idempotency", self.mistakes).and_then(|mut fields| {
            let keep = fields.length("keep", KEEP, self.mistakes);
            fields.finish(self.mistakes);
            keep
        });
        let (keep, keep_at) = keep.unwrap_or((KEEP, None));
        let retry = self.retry(&mut file);
        if let Some(retry) = &retry {
            policy::lengths(self.source, retry, &(keep, keep_at), self.mistakes);
        }
        file.finish(self.mistakes);
        let retry = retry.map_or_else(retry::usual, |retry| retry.policy);
        Defaults { owner: owner.unwrap_or_default(), retry, keep, text: String::new() }
    }
}
