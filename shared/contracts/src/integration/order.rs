//! What a request needs from the crosswalk, whether it creates or updates, and which deliveries take turns.

use std::{collections::BTreeMap, time::Duration};

use fairlead_core::integration::{
    Dedupe, NeedRule, OrderRule, RequestRule, ResponseRule, UpdateRule,
};

use super::{Reader, Tables};
use crate::{
    code::Code,
    expression::{self, Known},
    fields::{Fields, Said},
    jq::Scope,
    policy,
};

/// How long a delivery waits for what it needs, when nothing is said.
const HOUR: Duration = Duration::from_secs(3_600);

/// The request, and the one that is made instead once the record is known.
pub(super) struct Forms {
    pub(super) request: RequestRule,
    pub(super) update: Option<UpdateRule>,
}

impl Reader<'_> {
    /// What the requests need; none when the key is missing.
    pub(super) fn needs(
        &mut self,
        file: &mut Fields<'_>,
        tables: Option<&Tables>,
    ) -> Option<BTreeMap<String, NeedRule>> {
        let Some(fields) = file.optional_map("needs", self.mistakes) else {
            return file.optional("needs").is_none().then(BTreeMap::new);
        };
        let before = self.mistakes.count();
        let mut needs = BTreeMap::new();
        for (key, node) in fields.each() {
            let name = format!("needs.{}", key.name);
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if !key.name.starts_with(|c: char| c.is_ascii_alphabetic())
                || !key.name.chars().all(plain)
            {
                let message = format!("\"{}\" cannot stand behind $needs.", key.name);
                let help = "write letters, digits and _, as in contact_id";
                self.mistakes.add(Code::FL0203, self.source, &key.span, message, help);
            }
            let fields = Fields::of(self.source, name, &key.span, node, self.mistakes);
            if let Some(need) = fields.and_then(|fields| self.need(fields, tables)) {
                needs.insert(key.name.clone(), need);
            }
        }
        (self.mistakes.count() == before).then_some(needs)
    }

    fn need(&mut self, mut fields: Fields<'_>, tables: Option<&Tables>) -> Option<NeedRule> {
        let kind = fields.text("kind", self.mistakes).map(|said| said.text.to_owned());
        let id = fields.text("id", self.mistakes);
        let id = id.and_then(|said| expression::program(self.source, said, tables, self.mistakes));
        let wait = fields.length("wait", HOUR, self.mistakes);
        fields.finish(self.mistakes);
        Some(NeedRule { kind: kind?, id: id?, wait: wait?.0 })
    }

    /// Whose turn it is; nothing when the key is missing.
    pub(super) fn order(
        &mut self,
        file: &mut Fields<'_>,
        tables: Option<&Tables>,
    ) -> Option<Option<OrderRule>> {
        let Some(mut fields) = file.optional_map("order", self.mistakes) else {
            return file.optional("order").is_none().then_some(None);
        };
        let by = fields.text("by", self.mistakes);
        let by = by.and_then(|said| expression::program(self.source, said, tables, self.mistakes));
        let version = fields.optional_text("version", self.mistakes);
        let version =
            version.map(|said| expression::program(self.source, said, tables, self.mistakes));
        fields.finish(self.mistakes);
        Some(Some(OrderRule { by: by?, version: version.map_or(Some(None), |v| v.map(Some))? }))
    }

    /// The request; or with `create` and `update` one of two.
    pub(super) fn forms(
        &mut self,
        mut fields: Fields<'_>,
        tables: Option<&Tables>,
        needs: &[String],
        key: Option<&Dedupe>,
    ) -> Option<Forms> {
        let known = Known::for_requests(tables, needs);
        if fields.optional("create").is_none() && fields.optional("update").is_none() {
            return Some(Forms { request: self.request(fields, known)?, update: None });
        }
        let create = fields.map("create", self.mistakes);
        let create = create.and_then(|fields| self.request(fields, known));
        let scope = Scope { vendor_id: true, ..known.scope };
        let update = fields.map("update", self.mistakes);
        let update = update.and_then(|fields| self.update(fields, Known { scope, ..known }, key));
        fields.finish(self.mistakes);
        Some(Forms { request: create?, update: Some(update?) })
    }

    fn update(
        &mut self,
        mut fields: Fields<'_>,
        known: Known<'_>,
        key: Option<&Dedupe>,
    ) -> Option<UpdateRule> {
        let unsure = match fields.optional_text("unsure", self.mistakes) {
            Some(said) => Some(policy::unsure(self.source, said, self.mistakes)?),
            None => None,
        };
        let at = fields.at().clone();
        let path = fields.optional("path").cloned();
        let request = self.request(fields, known)?;
        let dedupe = policy::update(self.source, &at, request.method, key, unsure, self.mistakes);
        if let Some(node) = path.filter(|_| !request.path.contains("$vendor_id")) {
            let help = "put it in, as in /v3/customers/\\($vendor_id); else every update goes to one place";
            let said = Said { text: &request.path, node: &node };
            self.wrong(Code::FL0330, said, "the path to update does not name $vendor_id", help);
            return None;
        }
        Some(UpdateRule { request, dedupe: dedupe? })
    }
}

/// The record that is created and the turn that is taken for it must be one, or two could create it at one time.
pub(super) fn one_record(
    reader: &mut Reader<'_>,
    file: &mut Fields<'_>,
    forms: &Forms,
    order: Option<&OrderRule>,
    record_id: &str,
) {
    let (Some(_), Some(order)) = (&forms.update, order) else { return };
    if order.by != record_id
        && let Some(node) = file.optional("order")
    {
        let message =
            "\"order.by\" is not \"record.id\", by which the record is created and updated";
        let help = format!("write by: {record_id}");
        reader.mistakes.add(Code::FL0330, reader.source, &node.span, message, help);
    }
}

/// Who creates must hear what the vendor calls the record, or can never update it.
pub(super) fn heard(
    reader: &mut Reader<'_>,
    file: &mut Fields<'_>,
    forms: &Forms,
    response: &ResponseRule,
) {
    if forms.update.is_some()
        && response.record_id.is_none()
        && let Some(node) = file.optional("request")
    {
        let message = "nothing says where the vendor's answer has the id to update by";
        let help = "add response: {record_id: .body.id}, or where else it stands";
        reader.mistakes.add(Code::FL0330, reader.source, &node.span, message, help);
    }
}
