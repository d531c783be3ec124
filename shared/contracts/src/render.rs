//! Makes the vendor's request from an event, or says everything that speaks against it.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use fairlead_core::{
    entry::Carries,
    id::{IdempotencyKey, IntegrationName},
    integration::{Catalog, Integration},
    record::{Ordered, Record},
    render::{Found, Need},
    request::Request,
    violation::{Contract, Violation},
};

use crate::{
    event::Event,
    jq::{Given, value},
    ready::Ready,
    rendering::Rendering,
    schema,
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
    /// Which of the integration's requests it is.
    pub carries: Carries,
    /// The vendor's request.
    pub request: Request,
}

/// What an event says before anything is looked up for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The business thing concerned.
    pub record: Record,
    /// The same for all attempts.
    pub key: IdempotencyKey,
    /// Whose turn it needs, and which version it brings.
    pub ordered: Option<Ordered>,
    /// What its request needs from the crosswalk.
    pub needs: Vec<Need>,
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
        !matches!(said, Ok(jaq_json::Val::Null | jaq_json::Val::Bool(false)))
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
        self.checked(name, event, given)?.all(&Found::default())
    }

    /// What the event says before anything is looked up for it.
    ///
    /// # Errors
    /// As [`Contracts::render`]; where nothing has to be looked up, the request is tried too, so that all
    /// violations are told at once.
    #[expect(clippy::result_large_err, reason = "as Contracts::render")]
    pub fn draft(
        &self,
        name: &IntegrationName,
        event: &Event,
        given: Option<&IdempotencyKey>,
    ) -> Result<Draft, Refused> {
        let run = self.checked(name, event, given)?;
        match run.draft() {
            Err(refused) if run.integration.needs.is_empty() => {
                Err(run.all(&Found::default()).err().unwrap_or(refused))
            }
            drafted => drafted,
        }
    }

    /// The request of an event that was drafted, and which of the integration's requests it is.
    ///
    /// # Errors
    /// As [`Contracts::render`].
    #[expect(clippy::result_large_err, reason = "as Contracts::render")]
    pub fn make(
        &self,
        name: &IntegrationName,
        event: &Event,
        found: &Found,
    ) -> Result<(Carries, Request), Refused> {
        let run = self.run(name, event, None)?;
        run.request(found).map_err(|violations| run.refused(violations))
    }

    #[expect(clippy::result_large_err, reason = "as Contracts::render")]
    fn run<'a>(
        &'a self,
        name: &IntegrationName,
        event: &Event,
        key: Option<&'a IdempotencyKey>,
    ) -> Result<Rendering<'a>, Refused> {
        let (integration, ready) = self.ready(name).map_err(Refused::whole)?;
        let input = value::from_json(event.body());
        Ok(Rendering { integration, ready, input, given: Given::of(integration), key })
    }

    #[expect(clippy::result_large_err, reason = "as Contracts::render")]
    fn checked<'a>(
        &'a self,
        name: &IntegrationName,
        event: &Event,
        key: Option<&'a IdempotencyKey>,
    ) -> Result<Rendering<'a>, Refused> {
        let run = self.run(name, event, key)?;
        let violations = schema::violations(&run.ready.event, event.body(), Contract::Event);
        if violations.is_empty() { Ok(run) } else { Err(run.refused(violations)) }
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
