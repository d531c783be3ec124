//! Makes the vendor's request from an event, or says everything that speaks against it.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use fairlead_core::{
    id::{IdempotencyKey, IntegrationName},
    integration::{Catalog, Integration},
    record::Record,
    request::Request,
    violation::{Contract, Violation},
};
use jaq_json::Val;
use jsonschema::Validator;

use crate::{
    event::Event,
    jq::{Given, Program, value},
    path, schema,
    template::{Template, scalar},
    text::shorten,
};

/// The longest idempotency key, in characters.
pub const MAX_KEY: usize = fairlead_core::request_key::MOST;

/// The longest body of a request, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// All integrations of a catalog, made ready to run; each on its first use.
pub struct Contracts {
    catalog: Shared,
    ready: BTreeMap<IntegrationName, OnceLock<Result<Ready, String>>>,
}

/// What an event becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The business thing concerned.
    pub record: Record,
    /// The same for all attempts.
    pub key: IdempotencyKey,
    /// The vendor's request.
    pub request: Request,
}

/// Why an event becomes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event does not fit its contract: {}", self.brief())]
pub struct Refused {
    /// At least one, by pointer.
    pub violations: Vec<Violation>,
    /// The record, if it could still be named.
    pub record: Option<Record>,
    /// The key, if it could still be made.
    pub key: Option<IdempotencyKey>,
}

/// A catalog that is embedded or shared.
pub enum Shared {
    /// Embedded in the binary.
    Static(&'static Catalog),
    /// Read while running, as the command does.
    Counted(Arc<Catalog>),
}

impl From<&'static Catalog> for Shared {
    fn from(catalog: &'static Catalog) -> Self {
        Self::Static(catalog)
    }
}

impl From<Arc<Catalog>> for Shared {
    fn from(catalog: Arc<Catalog>) -> Self {
        Self::Counted(catalog)
    }
}

impl Deref for Shared {
    type Target = Catalog;

    fn deref(&self) -> &Catalog {
        match self {
            Self::Static(catalog) => catalog,
            Self::Counted(catalog) => catalog,
        }
    }
}

impl Contracts {
    /// Takes a catalog that [`compile`](crate::compile()) has made.
    pub fn new(catalog: impl Into<Shared>) -> Self {
        let catalog = catalog.into();
        let ready =
            catalog.integrations.keys().map(|name| (name.clone(), OnceLock::new())).collect();
        Self { catalog, ready }
    }

    /// The catalog itself.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Whether the integration wants this event, by its `source.when`.
    ///
    /// An event of which that cannot be said is wanted, so that its schema judges it and nothing is lost.
    pub fn wants(&self, name: &IntegrationName, event: &Event) -> bool {
        let Ok((integration, ready)) = self.ready(name) else { return true };
        let Some(when) = &ready.when else { return true };
        let said = when.run(&value::from_json(event.body()), &Given::of(integration));
        !matches!(said, Ok(Val::Null | Val::Bool(false)))
    }

    /// The request that `event` becomes for one integration. The same event always gives the same bytes.
    ///
    /// # Errors
    /// With every violation: first those of the event's schema; when there are none, those of the mapping;
    /// when there are none, those of the request's schema.
    #[expect(
        clippy::result_large_err,
        reason = "a refusal is rare, and read by the caller at once"
    )]
    pub fn render(&self, name: &IntegrationName, event: &Event) -> Result<Rendered, Refused> {
        self.render_as(name, event, None)
    }

    /// The same for an event that its sender has `given` a key, for integrations that take their key from there.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    #[expect(clippy::result_large_err, reason = "as Contracts::render")]
    pub fn render_as(
        &self,
        name: &IntegrationName,
        event: &Event,
        given: Option<&IdempotencyKey>,
    ) -> Result<Rendered, Refused> {
        let (integration, ready) = self.ready(name).map_err(Refused::whole)?;
        let input = value::from_json(event.body());
        let run =
            Rendering { integration, ready, input, given: Given::of(integration), key: given };
        let violations = schema::violations(&ready.event, event.body(), Contract::Event);
        if violations.is_empty() { run.all() } else { Err(run.refused(violations)) }
    }

    fn ready(&self, name: &IntegrationName) -> Result<(&Integration, &Ready), String> {
        let unknown = || format!("integration \"{}\" is not known", shorten(name.as_str(), 60));
        let integration = self.catalog.integrations.get(name).ok_or_else(unknown)?;
        let slot = self.ready.get(name).ok_or_else(unknown)?;
        match slot.get_or_init(|| Ready::of(integration)) {
            Ok(ready) => Ok((integration, ready)),
            Err(why) => Err(format!("integration {name} cannot be used: {why}")),
        }
    }
}

impl Refused {
    fn whole(detail: String) -> Self {
        let violation = Violation { pointer: String::new(), detail, of: Contract::Mapping };
        Self { violations: vec![violation], record: None, key: None }
    }

    fn brief(&self) -> String {
        let first = self.violations.first().map_or("", |violation| violation.detail.as_str());
        match self.violations.len() {
            0 | 1 => first.to_owned(),
            n => format!("{first}, and {} more", n - 1),
        }
    }
}

/// One integration, ready to run.
struct Ready {
    when: Option<Program>,
    event: Validator,
    request: Validator,
    map: Program,
    id: Program,
    key: Template,
    path: Template,
    lookup: Option<Template>,
    label: Option<Template>,
    url: Option<Template>,
}

impl Ready {
    fn of(integration: &Integration) -> Result<Self, String> {
        let program = |code: &str| Program::compile(code).map_err(|wrong| first(&wrong));
        let template = |text: &str| Template::compile(text).map_err(|wrong| first(&wrong));
        let Integration { source, record, idempotency, request, lookup, .. } = integration;
        Ok(Self {
            when: source.when.as_deref().map(program).transpose()?,
            event: schema::compile(&source.schema)?,
            request: schema::compile(&request.schema)?,
            map: program(&request.map)?,
            id: program(&record.id)?,
            key: template(&idempotency.key)?,
            path: template(&request.path)?,
            lookup: lookup.as_ref().map(|lookup| template(&lookup.get)).transpose()?,
            label: record.label.as_deref().map(template).transpose()?,
            url: record.url.as_deref().map(template).transpose()?,
        })
    }
}

fn first(troubles: &[crate::jq::Trouble]) -> String {
    troubles.first().map_or_else(String::new, |trouble| trouble.message.clone())
}

/// One event on its way through one integration.
struct Rendering<'a> {
    integration: &'a Integration,
    ready: &'a Ready,
    input: Val,
    given: Given<'a>,
    /// The key that the sender gave the event.
    key: Option<&'a IdempotencyKey>,
}

impl Rendering<'_> {
    #[expect(clippy::result_large_err, reason = "as Contracts::render")]
    fn all(self) -> Result<Rendered, Refused> {
        let mut violations = Vec::new();
        let mut keep = |violation| violations.push(violation);
        let record = self.record().map_err(|why| keep(mapping("record.id", &why))).ok();
        let key = self.key().map_err(|why| keep(mapping("idempotency.key", &why))).ok();
        let path = self.path(&self.ready.path);
        let path = path.map_err(|why| keep(mapping("request.path", &why))).ok();
        let lookup = self.ready.lookup.as_ref().map(|lookup| self.path(lookup)).transpose();
        let lookup = lookup.map_err(|why| keep(mapping("response.unsure.get", &why))).ok();
        let body = self.body().map_err(&mut keep).ok();
        if let Some(body) = &body {
            violations.extend(schema::violations(&self.ready.request, body, Contract::Request));
        }
        let text = body.map(|body| body.to_string());
        if let Some(long) = text.as_ref().filter(|text| text.len() > MAX_BODY) {
            let detail = format!("has {} bytes; at most {MAX_BODY} are sent", long.len());
            violations.push(Violation { pointer: String::new(), detail, of: Contract::Request });
        }
        match (record, key, path.zip(lookup), text) {
            (Some(record), Some(key), Some((path, lookup)), Some(body))
                if violations.is_empty() =>
            {
                let method = self.integration.request.method;
                Ok(Rendered { record, key, request: Request { method, path, body, lookup } })
            }
            _ => Err(self.refused(violations)),
        }
    }

    fn refused(&self, mut violations: Vec<Violation>) -> Refused {
        violations.sort();
        violations.dedup();
        Refused { violations, record: self.record().ok(), key: self.key().ok() }
    }

    /// Label and link are for people only: an event whose label is missing is still delivered.
    fn record(&self) -> Result<Record, String> {
        let rule = &self.integration.record;
        let id = self.ready.id.run(&self.input, &self.given).map_err(|stopped| stopped.0)?;
        let id = match id {
            Val::TStr(_) | Val::Num(jaq_json::Num::Int(_) | jaq_json::Num::BigInt(_)) => {
                scalar(&id)?
            }
            Val::Null => return Err("is null or missing".to_owned()),
            _ => return Err("must be a text or a whole number".to_owned()),
        };
        if id.chars().count() > MAX_KEY {
            return Err(format!("has more than {MAX_KEY} characters"));
        }
        let plain = |text: &str| Ok(text.to_owned());
        let label = self.ready.label.as_ref().and_then(|label| self.text(label, plain).ok());
        let url = self
            .ready
            .url
            .as_ref()
            .and_then(|url| self.text(url, |text| Ok(path::encode(text))).ok());
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

    fn path(&self, of: &Template) -> Result<String, String> {
        let path = self.text(of, |text| Ok(path::encode(text)))?;
        path::check(&path).map(|()| path)
    }

    fn body(&self) -> Result<serde_json::Value, Violation> {
        let made = self.ready.map.run(&self.input, &self.given);
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
