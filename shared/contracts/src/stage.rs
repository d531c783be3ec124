//! What a destination is in the stages before production: only what differs is said.

use std::{collections::BTreeMap, ops::Range};

use fairlead_core::{id::DestinationName, integration::Destination, stage::Stage};

use crate::{
    code::Code,
    destination,
    fields::Fields,
    report::Mistakes,
    source::Source,
    yaml::{Key, Node},
};

/// The stages that a destination may say something about; what it says itself is production.
const BEFORE: [(Stage, &str); 3] =
    [(Stage::Dev, "dev"), (Stage::Test, "test"), (Stage::Staging, "staging")];

/// Gathers the stages of all destinations.
#[derive(Default)]
pub(crate) struct Stages {
    read: BTreeMap<Stage, BTreeMap<DestinationName, Destination>>,
    /// Each destination with the place of its name, and the stages that it says something about.
    said: Vec<(String, Range<usize>, Vec<Stage>)>,
}

impl Stages {
    /// Reads what one destination says under `stages`.
    pub(crate) fn read<'n>(
        &mut self,
        key: &'n Key,
        node: &'n Node,
        fields: &mut Fields<'n>,
        mistakes: &mut Mistakes,
    ) {
        let mut said = Vec::new();
        if let Some(mut stages) = fields.optional_map("stages", mistakes) {
            if let Some((prod, _)) = stages.each().find(|(key, _)| key.name == "prod") {
                let _known = stages.optional("prod");
                let message = "what the destination itself says is production already";
                let help =
                    "write it beside base_url; stages says what differs in dev, test and staging";
                mistakes.add(Code::FL0103, fields.source(), &prod.span, message, help);
            }
            for (stage, word) in BEFORE {
                let own = stages.optional_map(word, mistakes);
                said.extend(stages.optional(word).map(|_| stage));
                let Some(own) = own else { continue };
                let name = format!("destinations.{}", key.name);
                let production = Fields::of(fields.source(), name, &key.span, node, mistakes);
                let over = production.map(|production| own.over(production));
                let read = over.and_then(|over| destination::one(&key.name, over, mistakes));
                if let Some(read) = read {
                    self.read.entry(stage).or_default().insert(read.name.clone(), read);
                }
            }
            stages.finish(mistakes);
        }
        self.said.push((key.name.clone(), key.span.clone(), said));
    }

    /// All stages; a mistake where one destination says something about a stage and another does not,
    /// because production's vendor would be called from there without anybody having said so.
    pub(crate) fn all(
        self,
        source: &Source,
        mistakes: &mut Mistakes,
    ) -> BTreeMap<Stage, BTreeMap<DestinationName, Destination>> {
        for (stage, word) in BEFORE {
            let first = self.said.iter().find(|(_, _, said)| said.contains(&stage));
            let Some((first, ..)) = first else { continue };
            for (name, at, _) in self.said.iter().filter(|(_, _, said)| !said.contains(&stage)) {
                let message =
                    format!("\"{first}\" says what it is in stage {word}, but \"{name}\" does not");
                let help = format!(
                    "add stages: {{{word}: {{base_url: ...}}}}, or {{{word}: {{}}}} if it is the same vendor"
                );
                mistakes.add(Code::FL0310, source, at, message, help);
            }
        }
        self.read
    }
}
