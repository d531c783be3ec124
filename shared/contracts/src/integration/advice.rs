//! Warnings: what a configuration may do, and its author should know.

use std::{ops::Range, path::Path};

use fairlead_core::integration::{Dedupe, Integration, Method};

use crate::{
    code::Code,
    report::Mistakes,
    sample::Sample,
    source::Source,
    template::{Part, Template},
    yaml::Node,
};

/// Warns about an integration that has no mistake.
pub(super) fn give(
    source: &Source,
    root: &Node,
    folder: &Path,
    integration: &Integration,
    mistakes: &mut Mistakes,
) {
    let mut advice = Advice { source, root, mistakes };
    advice.second_record(integration);
    advice.later_change(integration);
    advice.stranger(integration);
    if integration.owner.escalate.is_empty() {
        let message = "when the owner does not look, nobody else is told";
        let help = "add owner.escalate, here or in defaults.yaml: [{to: chat, after: 0m}, {to: pagerduty, after: 30m}]";
        advice.warn(Code::FL0603, &["owner"], message, help);
    }
    if Sample::all(folder).is_ok_and(|samples| samples.is_empty()) {
        let message = "there is no sample, so nothing tries this integration";
        let help = "put an event of the source into samples/, as in samples/first.json, and run fairlead test --update";
        advice.warn(Code::FL0604, &["name"], message, help);
    }
}

struct Advice<'a> {
    source: &'a Source,
    root: &'a Node,
    mistakes: &'a mut Mistakes,
}

impl Advice<'_> {
    /// Where a lost answer leads to a second request that the vendor cannot tell from a new one.
    fn second_record(&mut self, of: &Integration) {
        // Where an answer says "I have it already", the second request shows itself.
        if of.dedupe != Dedupe::Upsert || of.response.duplicate_if.is_some() {
            return;
        }
        match of.request.method {
            Method::Post | Method::Patch => {
                let method = of.request.method.as_str();
                let message = format!(
                    "a {method} whose answer was lost is sent again, and could make a second record"
                );
                let help = "add idempotency.header if the vendor recognises a key; keep repeat only if it replaces what it has";
                self.warn(Code::FL0601, &["response", "unsure"], &message, help);
            }
            Method::Put if !depends(&of.request.path) => {
                let message =
                    "this PUT has the same path for every event, so nothing shows what it replaces";
                let help = "put the record's id into the path, or say what a lost answer means with response.unsure";
                self.warn(Code::FL0601, &["request", "path"], message, help);
            }
            Method::Put | Method::Delete => {}
        }
    }

    /// Where a vendor that overlooks the question's parameters would list somebody else's record.
    fn stranger(&mut self, of: &Integration) {
        if of.lookup.as_ref().is_some_and(|lookup| lookup.ours.is_none()) {
            let message = "whatever one record the vendor lists is taken for this delivery's";
            let help = "say by which of our values it is recognised, as in ours: .body.items[] | .external_id == $request.external_id";
            self.warn(Code::FL0605, &["response", "unsure"], message, help);
        }
    }

    /// Where the key names the record, and records change.
    fn later_change(&mut self, of: &Integration) {
        let changes = matches!(of.request.method, Method::Put | Method::Patch);
        let id = of.record.id.trim();
        if changes && expressions(&of.idempotency.key).iter().all(|said| said == id) {
            let message = "the key names the record and not the change, so its second change would be refused";
            let help =
                "put in what tells two changes apart, as in :\\(.data.order.version) or :\\(.id)";
            self.warn(Code::FL0602, &["idempotency", "key"], message, help);
        }
    }

    fn warn(&mut self, code: Code, path: &[&str], message: &str, help: &str) {
        let at: Range<usize> = self.root.get(path).map_or(0..0, |node| node.span.clone());
        self.mistakes.warn(code, self.source, &at, message, help);
    }
}

fn depends(text: &str) -> bool {
    !expressions(text).is_empty()
}

fn expressions(text: &str) -> Vec<String> {
    let parts = Template::compile(text).map_or_else(|_| Vec::new(), |template| template.parts);
    let sources = parts.into_iter().filter_map(|part| match part {
        Part::Expression(_, source) => Some(source),
        Part::Literal(_) => None,
    });
    sources.collect()
}
