//! How the vendor lists what it holds, and what is compared.

use std::collections::BTreeMap;

use fairlead_core::{
    expression::Expression,
    reconcile::{Means, Pair, ReconcileRule, StatusRule},
};

use super::Reader;
use crate::{
    code::Code,
    expression::{self, Known},
    fields::{Fields, Said, said},
    text::shorten,
};

impl Reader<'_> {
    /// Reads `reconcile`; none when the key is missing.
    pub(super) fn reconcile(&mut self, file: &mut Fields<'_>) -> Option<Option<ReconcileRule>> {
        let Some(mut fields) = file.optional_map("reconcile", self.mistakes) else {
            return file.optional("reconcile").is_none().then_some(None);
        };
        let list = fields.text("list", self.mistakes);
        let items = fields.text("items", self.mistakes).and_then(|said| self.every(said));
        let next = self.rule(&mut fields, "next");
        let [id, ours, theirs] = ["id", "ours", "theirs"].map(|key| {
            let said = fields.text(key, self.mistakes)?;
            expression::answer(self.source, said, self.mistakes)
        });
        let compare = self.pairs(&mut fields);
        let status = self.statuses(&mut fields);
        fields.finish(self.mistakes);
        let place = list;
        let rule = ReconcileRule {
            list: list.and_then(|said| self.list(said))?,
            items: items?,
            next: next?,
            id: id?,
            ours: ours?,
            theirs: theirs?,
            compare: compare?,
            status: status?,
        };
        let rule = self.since(place?, rule)?;
        Some(Some(rule))
    }

    /// The list's path is checked like a request's, and run without jq.
    fn list(&mut self, said: Said<'_>) -> Option<Expression> {
        expression::path(self.source, said, Known::event(None), self.mistakes)?;
        expression::text(self.source, said, self.mistakes)
    }

    /// A list that is not asked for a length of time would show what is older than that, as if nobody knew of it.
    fn since(&mut self, said: Said<'_>, rule: ReconcileRule) -> Option<ReconcileRule> {
        if rule.asks_since() {
            return Some(rule);
        }
        let help = "put in since when, as in /v2/invoices?since=\\(.since); there are also .since_date and .since_seconds";
        self.wrong(Code::FL0311, said, "the list is the same for every length of time", help);
        None
    }

    /// What the answer lists; an answer of another form must fail, or it would look like an empty list.
    fn every(&mut self, said: Said<'_>) -> Option<Expression> {
        let items = expression::answer(self.source, said, self.mistakes)?;
        if !items.swallows() {
            return Some(items);
        }
        let message = "an answer of another form would be taken for one that lists nothing";
        let help = "write the path without ?, try and //, as in .body.items[]";
        self.wrong(Code::FL0311, said, message, help);
        None
    }

    fn pairs(&mut self, fields: &mut Fields<'_>) -> Option<BTreeMap<String, Pair>> {
        let Some(all) = fields.optional_map("compare", self.mistakes) else {
            return fields.optional("compare").is_none().then(BTreeMap::new);
        };
        let pairs = all.each().map(|(key, node)| {
            let name = format!("reconcile.compare.{}", key.name);
            let mut pair = Fields::of(self.source, name, &key.span, node, self.mistakes)?;
            let [ours, theirs] = ["ours", "theirs"].map(|key| {
                let said = pair.text(key, self.mistakes)?;
                expression::answer(self.source, said, self.mistakes)
            });
            pair.finish(self.mistakes);
            Some((key.name.clone(), Pair { ours: ours?, theirs: theirs? }))
        });
        // Every pair is read before the first bad one ends it, so that all are told.
        pairs.collect::<Vec<_>>().into_iter().collect()
    }

    fn statuses(&mut self, fields: &mut Fields<'_>) -> Option<Option<StatusRule>> {
        let Some(mut status) = fields.optional_map("status", self.mistakes) else {
            return fields.optional("status").is_none().then_some(None);
        };
        let theirs = status.text("theirs", self.mistakes);
        let theirs = theirs.and_then(|said| expression::answer(self.source, said, self.mistakes));
        let table = status.map("table", self.mistakes).and_then(|table| self.meanings(&table));
        status.finish(self.mistakes);
        Some(Some(StatusRule { theirs: theirs?, table: table? }))
    }

    fn meanings(&mut self, table: &Fields<'_>) -> Option<BTreeMap<String, Means>> {
        let each = table.each().map(|(key, node)| {
            let name = format!("reconcile.status.table.{}", key.name);
            let said = said(self.source, &name, node, self.mistakes)?;
            let means = match said.text {
                "delivered" => Means::Delivered,
                "removed" => Means::Removed,
                other => {
                    let message = format!("\"{}\" is no meaning of a status", shorten(other, 40));
                    let help =
                        "write delivered (it stands there) or removed (it was taken back there)";
                    self.wrong(Code::FL0105, said, message, help);
                    return None;
                }
            };
            Some((key.name.clone(), means))
        });
        each.collect::<Vec<_>>().into_iter().collect()
    }
}
