//! One setting of the model of records: what the integration declares, what may go wrong, and a seeded mistake.

use std::{collections::BTreeMap, time::Duration};

use fairlead_core::{
    entry::{Carries, Entry},
    integration::{Catalog, Integration, Method, OrderRule, RequestRule, UpdateRule},
    record::Ordered,
    render::{Found, Need, Renders},
    request::Request,
    violation::Violation,
};
use fairlead_tests::sample;
use serde_json::Value;

/// How often each kind of trouble may still come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Budget {
    /// A worker dies between two operations.
    pub(crate) crashes: u8,
    /// An answer is lost; its request may land until the lease ends.
    pub(crate) losses: u8,
    /// The vendor refuses for now, and nothing has happened.
    pub(crate) refusals: u8,
    /// The vendor says no to the record; the delivery is parked.
    pub(crate) rejections: u8,
    /// A person gives an order about what is parked as she sees it.
    pub(crate) orders: u8,
    /// A write fails, before its effect or after it.
    pub(crate) failures: u8,
    /// A ticket is delivered although it is being worked on.
    pub(crate) copies: u8,
    /// The clock moves to the next moment at which something may change.
    pub(crate) ticks: u8,
}

/// A mistake in what surrounds the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The version sent last is not looked at.
    NoVersionCheck,
    /// Nobody takes a turn.
    NoTurn,
    /// A turn is never given back.
    NeverGivenBack,
    /// The vendor's id is kept after the delivery is settled.
    LinkAfterSave,
    /// A request to create is sent although the record is known.
    NotRenderedAnew,
    /// A create in doubt is forgotten, so that another may be sent.
    CreateForgotten,
    /// An order is obeyed whichever parking it was given about.
    AnyOrderObeyed,
    /// A write that fails is taken for done.
    FailureSwallowed,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    /// The first request creates, and later ones update by the vendor's id; else all replace by our id.
    pub(crate) creates: bool,
    pub(crate) budget: Budget,
    pub(crate) mistake: Option<Mistake>,
}

impl Setting {
    pub(crate) fn new(name: &'static str, creates: bool, budget: Budget) -> Self {
        Self { name, creates, budget, mistake: None }
    }

    pub(crate) fn mistake(self, mistake: Mistake) -> Self {
        Self { mistake: Some(mistake), ..self }
    }

    /// The integration: keyed when it creates, repeatable when it replaces.
    pub(crate) fn integration(&self) -> Integration {
        let dedupe =
            if self.creates { sample::keyed() } else { fairlead_core::integration::Dedupe::Upsert };
        let mut integration = sample::integration(dedupe, sample::waits(&[10, 60]));
        let (by, version) = (".id".to_owned(), Some(".version".to_owned()));
        integration.order = Some(OrderRule { by, version });
        integration.update = self.creates.then(|| UpdateRule {
            request: RequestRule {
                method: Method::Put,
                path: "/v2/invoices/\\($vendor_id)".to_owned(),
                map: ".".to_owned(),
                schema: Value::Bool(true),
            },
            dedupe: fairlead_core::integration::Dedupe::Upsert,
        });
        integration
    }

    /// The bundle, with a destination that is never ill.
    pub(crate) fn catalog(&self) -> Catalog {
        let mut catalog = sample::catalog(&self.integration());
        catalog.destinations.values_mut().for_each(|destination| destination.breaker = None);
        catalog
    }

    /// How long a dispatcher may hold a delivery or a turn.
    pub(crate) fn lease(&self) -> Duration {
        Duration::from_secs(35)
    }
}

/// Makes requests that say no more than their version.
pub(crate) struct Maker;

impl Renders for Maker {
    fn needs(&self, _: &Entry) -> Result<Vec<Need>, Vec<Violation>> {
        Ok(vec![])
    }

    fn render(&self, entry: &Entry, found: &Found) -> Result<(Carries, Request), Vec<Violation>> {
        let version = version_of(entry.ordered.as_ref());
        Ok(match &found.own {
            Some(_) => (Carries::Update, request(Method::Put, version)),
            None => (Carries::Request, request(Method::Post, version)),
        })
    }
}

pub(crate) fn request(method: Method, version: u8) -> Request {
    Request { method, path: "/v2/invoices".to_owned(), body: version.to_string(), lookup: None }
}

/// The version that a delivery brings: 1 or 2.
pub(crate) fn version_of(ordered: Option<&Ordered>) -> u8 {
    let version = ordered.and_then(|ordered| ordered.version.as_ref());
    version.and_then(|version| version.to_string().parse().ok()).unwrap_or(0)
}

/// The entries of one record, by key.
pub(crate) type Entries = BTreeMap<fairlead_core::id::EntryKey, crate::kept::Kept<Entry>>;
