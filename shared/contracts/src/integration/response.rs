//! What the vendor's answers mean: its id for the record, what says "I have it", what to do in doubt.

use fairlead_core::{
    expression::Expression,
    integration::{Lookup, ResponseRule},
};

use super::Reader;
use crate::{
    code::Code,
    expression::{self, Known},
    fields::{Fields, Said},
    policy,
    yaml::Kind,
};

/// What `response` says.
#[derive(Default)]
pub(super) struct Response<'n> {
    pub(super) rule: ResponseRule,
    pub(super) unsure: Option<policy::Unsure<'n>>,
}

impl Reader<'_> {
    /// Reads `response`; what is not there says nothing.
    pub(super) fn response<'n>(
        &mut self,
        file: &mut Fields<'n>,
        known: Known<'_>,
    ) -> Option<Response<'n>> {
        let Some(mut fields) = file.optional_map("response", self.mistakes) else {
            return file.optional("response").is_none().then(Response::default);
        };
        let record_id = self.rule(&mut fields, "record_id");
        let duplicate_if = self.rule(&mut fields, "duplicate_if");
        let rejected_if = self.rule(&mut fields, "rejected_if");
        let unsure = self.unsure(&mut fields, known);
        fields.finish(self.mistakes);
        let rule = ResponseRule {
            record_id: record_id?,
            duplicate_if: duplicate_if?,
            rejected_if: rejected_if?,
        };
        Some(Response { rule, unsure: unsure? })
    }

    fn unsure<'n>(
        &mut self,
        fields: &mut Fields<'n>,
        known: Known<'_>,
    ) -> Option<Option<policy::Unsure<'n>>> {
        let Some(node) = fields.optional("unsure") else { return Some(None) };
        if matches!(node.kind, Kind::Map(_)) {
            let lookup = fields.optional_map("unsure", self.mistakes)?;
            return self
                .lookup(lookup, known)
                .map(|look| Some(policy::Unsure::Look(Box::new(look))));
        }
        let said = fields.optional_text("unsure", self.mistakes)?;
        policy::unsure(self.source, said, self.mistakes).map(Some)
    }

    fn lookup(&mut self, mut fields: Fields<'_>, known: Known<'_>) -> Option<Lookup> {
        let get = fields.text("get", self.mistakes).and_then(|said| self.question(said, known));
        let found = fields.text("found", self.mistakes).and_then(|said| self.found(said));
        let ours = self.rule(&mut fields, "ours");
        let absent_if = self.rule(&mut fields, "absent_if");
        let after = fields.length("after", Lookup::USUAL_AFTER, self.mistakes);
        fields.finish(self.mistakes);
        Some(Lookup {
            get: get?,
            found: found?,
            ours: ours?,
            absent_if: absent_if?,
            after: after?.0,
        })
    }

    fn question(&mut self, said: Said<'_>, known: Known<'_>) -> Option<String> {
        let get = expression::path(self.source, said, known, self.mistakes)?;
        if get.contains("\\(") {
            return Some(get);
        }
        let help = "put in what the vendor knows the record by, as in /v2/invoices?external_id=\\(.data.deal.id)";
        self.wrong(Code::FL0311, said, "the question is the same for every event", help);
        None
    }

    fn found(&mut self, said: Said<'_>) -> Option<Expression> {
        let found = expression::answer(self.source, said, self.mistakes)?;
        if !found.swallows() {
            return Some(found);
        }
        let message = "an answer of another form would be taken for one that nothing is there";
        let help = "write the path without ?, try and //, as in .body.items[].id; an answer that does not fit it is asked for again";
        self.wrong(Code::FL0311, said, message, help);
        None
    }

    /// An expression over the answer, where one is given.
    pub(super) fn rule(
        &mut self,
        fields: &mut Fields<'_>,
        key: &'static str,
    ) -> Option<Option<Expression>> {
        if fields.optional(key).is_none() {
            return Some(None);
        }
        let said = fields.optional_text(key, self.mistakes)?;
        expression::answer(self.source, said, self.mistakes).map(Some)
    }
}
