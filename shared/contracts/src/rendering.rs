//! One event on its way through one integration: its record, its key, its request, and all that speaks against it.

use std::collections::BTreeMap;

use fairlead_core::{
    entry::Carries,
    id::IdempotencyKey,
    integration::{Integration, NeedRule},
    record::{Ordered, Record, RecordName, RecordVersion},
    render::{Found, Need},
    request::Request,
    violation::{Contract, Violation},
};
use jaq_json::Val;

use crate::{
    jq::{Given, Program, value},
    path,
    ready::{Form, Ready},
    render::{Draft, MAX_BODY, MAX_KEY, Refused, Rendered},
    schema, stored,
    template::{Template, scalar},
    text::shorten,
};

/// One event on its way through one integration.
pub(crate) struct Rendering<'a> {
    pub(crate) integration: &'a Integration,
    pub(crate) ready: &'a Ready,
    pub(crate) input: Val,
    pub(crate) given: Given<'a>,
    /// The key that the sender gave the event.
    pub(crate) key: Option<&'a IdempotencyKey>,
}

impl Rendering<'_> {
    #[expect(clippy::result_large_err, reason = "as Contracts::render")]
    pub(crate) fn all(self, found: &Found) -> Result<Rendered, Refused> {
        match (self.draft(), self.request(found)) {
            (Ok(Draft { record, key, .. }), Ok((carries, request))) => {
                Ok(Rendered { record, key, carries, request })
            }
            (Ok(_), Err(violations)) => Err(self.refused(violations)),
            (Err(refused), Ok(_)) => Err(refused),
            (Err(refused), Err(more)) => {
                Err(self.refused(refused.violations.into_iter().chain(more).collect()))
            }
        }
    }

    #[expect(clippy::result_large_err, reason = "as Contracts::render")]
    pub(crate) fn draft(&self) -> Result<Draft, Refused> {
        let mut violations = Vec::new();
        let mut keep = |violation| violations.push(violation);
        let record = self.record().map_err(|why| keep(mapping("record.id", &why))).ok();
        let key = self.key().map_err(|why| keep(mapping("idempotency.key", &why))).ok();
        let ordered = self.ordered(&mut keep);
        let needs: Vec<Need> = self.needs(&mut keep);
        match (record, key) {
            (Some(record), Some(key)) if violations.is_empty() => {
                Ok(Draft { record, key, ordered, needs })
            }
            _ => Err(self.refused(violations)),
        }
    }

    /// The request that fits what is known: an update where the vendor has the record.
    pub(crate) fn request(&self, found: &Found) -> Result<(Carries, Request), Vec<Violation>> {
        let known = found.own.is_some();
        let given = Given::of(self.integration).with(found);
        let (rule, form, carries) = match (&self.integration.update, &self.ready.update) {
            (Some(rule), Some(form)) if known => (&rule.request, form, Carries::Update),
            _ => (&self.integration.request, &self.ready.request, Carries::Request),
        };
        let mut violations = Vec::new();
        let mut keep = |violation| violations.push(violation);
        let path = self.path(&form.path, &given);
        let path = path.map_err(|why| keep(mapping("request.path", &why))).ok();
        let lookup = form.lookup.as_ref().map(|lookup| self.path(lookup, &given)).transpose();
        let lookup = lookup.map_err(|why| keep(mapping("response.unsure.get", &why))).ok();
        let body = self.body(form, &given).map_err(&mut keep).ok();
        if let Some(body) = &body {
            violations.extend(schema::violations(&form.schema, body, Contract::Request));
        }
        let text = body.map(|body| body.to_string());
        if let Some(long) = text.as_ref().filter(|text| text.len() > MAX_BODY) {
            let detail = format!("has {} bytes; at most {MAX_BODY} are sent", long.len());
            violations.push(Violation { pointer: String::new(), detail, of: Contract::Request });
        }
        violations
            .extend(text.as_ref().and_then(|body| stored::check(&self.input.to_string(), body)));
        match (path.zip(lookup), text) {
            (Some((path, lookup)), Some(body)) if violations.is_empty() => {
                Ok((carries, Request { method: rule.method, path, body, lookup }))
            }
            _ => Err(violations),
        }
    }

    pub(crate) fn refused(&self, mut violations: Vec<Violation>) -> Refused {
        violations.sort();
        violations.dedup();
        Refused { violations, record: self.record().ok(), key: self.key().ok() }
    }

    /// Label and link are for people only: an event whose label is missing is still delivered.
    fn record(&self) -> Result<Record, String> {
        let rule = &self.integration.record;
        let id = self.name(&self.ready.id)?;
        let plain = |text: &str| Ok(text.to_owned());
        let label = self.ready.label.as_ref().and_then(|label| self.text(label, plain).ok());
        let url = self
            .ready
            .url
            .as_ref()
            .and_then(|url| self.text(url, |text| Ok(path::encode(text))).ok())
            .filter(|url| url.len() <= path::MOST);
        Ok(Record {
            kind: rule.kind.clone(),
            id: shorten(&id, MAX_KEY),
            label: label.map(|label| shorten(&label, 200)),
            url,
        })
    }

    fn key(&self) -> Result<IdempotencyKey, String> {
        if self.integration.idempotency.is_from_header() {
            let none = || "is not in the event; send the header Idempotency-Key".to_owned();
            return self.key.cloned().ok_or_else(none);
        }
        let key = self.text(&self.ready.key, |text| Ok(text.to_owned()))?;
        if let Some(c) = key.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(format!(
                "has {}, which cannot stand in a header; use visible ASCII characters",
                named(c)
            ));
        }
        match key.len() {
            0 => Err("is empty".to_owned()),
            n if n > MAX_KEY => Err(format!("has {n} characters; at most {MAX_KEY} are sent")),
            _ => Ok(IdempotencyKey::new(key)),
        }
    }

    fn path(&self, of: &Template, given: &Given<'_>) -> Result<String, String> {
        let path = of.render(&self.input, given, |text| Ok(path::encode(text)))?;
        path::check(&path).map(|()| path)
    }

    fn body(&self, form: &Form, given: &Given<'_>) -> Result<serde_json::Value, Violation> {
        let made = form.map.run(&self.input, given);
        let made = made.map_err(|stopped| Violation {
            pointer: String::new(),
            detail: stopped.0,
            of: Contract::Mapping,
        })?;
        value::to_json(&made).map_err(|wrong| Violation {
            pointer: wrong.pointer,
            detail: wrong.detail,
            of: Contract::Request,
        })
    }

    /// A value by which records are named: a text or a whole number.
    fn name(&self, program: &Program) -> Result<String, String> {
        let name = program.run(&self.input, &self.given);
        let name = name.map_err(|stopped| stopped.0)?;
        let name = match name {
            Val::TStr(_) | Val::Num(jaq_json::Num::Int(_) | jaq_json::Num::BigInt(_)) => {
                scalar(&name)?
            }
            Val::Null => return Err("is null or missing".to_owned()),
            _ => return Err("must be a text or a whole number".to_owned()),
        };
        if name.chars().count() > MAX_KEY {
            return Err(format!("has more than {MAX_KEY} characters"));
        }
        Ok(name)
    }

    fn ordered(&self, keep: &mut impl FnMut(Violation)) -> Option<Ordered> {
        let (by, version) = self.ready.order.as_ref()?;
        let by = self.name(by).map_err(|why| keep(mapping("order.by", &why))).ok();
        let read = |program| {
            let text = self.name(program)?;
            RecordVersion::read(&text).map_err(|why| why.to_string())
        };
        let version = version.as_ref().map(read);
        let version = version.transpose().map_err(|why| keep(mapping("order.version", &why)));
        Some(Ordered { by: by?, version: version.ok()? })
    }

    fn needs(&self, keep: &mut impl FnMut(Violation)) -> Vec<Need> {
        let rules: &BTreeMap<String, NeedRule> = &self.integration.needs;
        let named = self.ready.needs.iter().filter_map(|(name, program)| {
            let rule = rules.get(name)?;
            let id = self.name(program);
            let id = id.map_err(|why| keep(mapping(&format!("needs.{name}.id"), &why))).ok()?;
            let record = RecordName { kind: rule.kind.clone(), id };
            Some(Need { name: name.clone(), record, wait: rule.wait })
        });
        named.collect()
    }

    fn text(
        &self,
        template: &Template,
        write: impl Fn(&str) -> Result<String, String>,
    ) -> Result<String, String> {
        template.render(&self.input, &self.given, write)
    }
}

fn mapping(what: &str, why: &str) -> Violation {
    Violation { pointer: String::new(), detail: format!("{what} {why}"), of: Contract::Mapping }
}

fn named(c: char) -> String {
    if c == ' ' { "a space".to_owned() } else { format!("the character {}", c.escape_unicode()) }
}
