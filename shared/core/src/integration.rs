//! What a user declares, compiled and checked: integrations, destinations, owners, policies.
//!
//! `fairlead-contracts` makes these from the YAML under `integrations/` when the bundle is built;
//! the functions only read them, so they cannot meet a bad one.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use crate::dedupe::{Dedupe, Lookup};
use crate::{
    entry::Carries,
    expression::Expression,
    gate::BreakerPolicy,
    hook::Verify,
    id::{DestinationName, IntegrationName, SecretName, Sha256Hex},
    meaning::Override,
    pace::Rate,
    reconcile::ReconcileRule,
    span,
    stage::{NotDeclared, Stage},
};

pub use crate::owner::{Channel, Escalation, Owner};

/// All integrations and destinations of one bundle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalog {
    /// By name.
    pub integrations: BTreeMap<IntegrationName, Integration>,
    /// By name; several integrations may share one.
    pub destinations: BTreeMap<DestinationName, Destination>,
    /// What they are in the stages before production: every one of them, or the stage is not there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<Stage, BTreeMap<DestinationName, Destination>>,
}

impl Catalog {
    /// The integration and its destination; the build has checked that the second exists with the first.
    pub fn find(&self, name: &IntegrationName) -> Option<(&Integration, &Destination)> {
        let integration = self.integrations.get(name)?;
        Some((integration, self.destinations.get(&integration.destination)?))
    }

    /// The catalog of a bundle that is deployed in this stage.
    ///
    /// # Errors
    /// When nothing is declared for it: calling production's vendors instead would be a guess.
    pub fn in_stage(&self, stage: Stage) -> Result<Self, NotDeclared> {
        let destinations = match stage {
            Stage::Prod => &self.destinations,
            Stage::Dev | Stage::Test | Stage::Staging => {
                self.stages.get(&stage).ok_or(NotDeclared(stage))?
            }
        };
        let (integrations, destinations) = (self.integrations.clone(), destinations.clone());
        Ok(Self { integrations, destinations, stages: BTreeMap::new() })
    }

    /// Every integration that wants events of this type from this source, by name.
    pub fn wanting<'a>(
        &'a self,
        event: &'a str,
        from: &'a str,
    ) -> impl Iterator<Item = &'a Integration> {
        self.integrations.values().filter(move |i| i.source.wants(event, from))
    }
}

/// One folder under `integrations/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Integration {
    /// The folder's name.
    pub name: IntegrationName,
    /// One sentence for people.
    pub description: String,
    /// Who answers for it.
    pub owner: Owner,
    /// What it takes in.
    pub source: Source,
    /// How the business thing concerned is named.
    pub record: RecordRule,
    /// What makes two events the same event.
    pub idempotency: Idempotency,
    /// Where it writes.
    pub destination: DestinationName,
    /// How the vendor's request is made.
    pub request: RequestRule,
    /// What the vendor's answers mean.
    #[serde(default)]
    pub response: ResponseRule,
    /// What the vendor can promise about a repeated request.
    pub dedupe: Dedupe,
    /// How the vendor is asked whether it has the record, before a request in doubt is sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<Lookup>,
    /// The request that is made instead once the crosswalk knows the record's vendor id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<UpdateRule>,
    /// What the requests need from the crosswalk, by the name under which they call it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<String, NeedRule>,
    /// Which deliveries take turns, and which of them is newer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderRule>,
    /// How the vendor lists what it holds, and how that is compared with what was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconcile: Option<ReconcileRule>,
    /// Translation tables for mappings: name -> value -> value.
    pub tables: BTreeMap<String, BTreeMap<String, String>>,
    /// When to try again, and when to stop.
    pub retry: RetryPolicy,
    /// Digest of all files of the folder and of its destination; stands on every entry.
    pub hash: Sha256Hex,
}

/// What an integration takes in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The event type: EventBridge's `detail-type`.
    pub event: String,
    /// JSON Schema of the event: of the body POSTed, or of EventBridge's `detail`.
    pub schema: Value,
    /// EventBridge's or CloudEvents' `source`; other sources' events of the same type are not wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// jq expression over the event; those of which it is not true are let go. Senders of webhooks send more than is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// How a sender without IAM proves who it is; without it nothing is taken at `/hooks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Verify>,
}

impl Source {
    /// Whether an event of this type, from this source, is one of those taken in.
    pub fn wants(&self, event: &str, from: &str) -> bool {
        self.event == event && self.from.as_deref().is_none_or(|wanted| wanted == from)
    }
}

/// How the business thing concerned is named. Expressions are jq over the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordRule {
    /// What kind of thing: `deal`, `customer`.
    pub kind: String,
    /// jq expression for its id.
    pub id: String,
    /// Text with `\(...)` for what people call it.
    pub label: Option<String>,
    /// Text with `\(...)` for its page in the source system.
    pub url: Option<String>,
}

/// What makes two events the same event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// Text with `\(...)` over the event, or [`FROM_HEADER`].
    pub key: String,
    /// How long a repeated event is recognised.
    #[serde(with = "span::millis")]
    pub keep: Duration,
}

/// Written as `idempotency.key`: the sender says in the header `Idempotency-Key` what is the same event.
pub const FROM_HEADER: &str = "$header";

impl Idempotency {
    /// Whether the key comes with the request, and not out of the event.
    pub fn is_from_header(&self) -> bool {
        self.key == FROM_HEADER
    }
}

/// How the vendor's request is made from the event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRule {
    /// The HTTP method.
    pub method: Method,
    /// Path below the destination's base URL, with `\(...)`; every interpolation is percent-encoded.
    pub path: String,
    /// jq program that makes the body from the event.
    pub map: String,
    /// JSON Schema of the body.
    pub schema: Value,
}

/// What the vendor's answers mean, where their status alone does not say it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResponseRule {
    /// What the vendor calls the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<Expression>,
    /// Holds for an answer that says: I have it already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_if: Option<Expression>,
    /// Holds for an answer that says no, whatever its status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected_if: Option<Expression>,
}

/// The request for a record that the vendor has already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpdateRule {
    /// How it is made; `$vendor_id` is the record's id at the vendor.
    pub request: RequestRule,
    /// What the vendor can promise about repeating it.
    pub dedupe: Dedupe,
}

/// Something that a request needs from the crosswalk of its destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedRule {
    /// The kind of the record that it is the vendor's id of.
    pub kind: String,
    /// jq expression for that record's id.
    pub id: String,
    /// How long a delivery waits until it is known.
    #[serde(with = "span::millis")]
    pub wait: Duration,
}

/// Which deliveries take turns, and which of them is newer. Expressions are jq over the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRule {
    /// jq expression: deliveries that share its value are never sent at one time.
    pub by: String,
    /// jq expression for the version that the event brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Integration {
    /// What the vendor can promise about repeating the request that a delivery carries.
    pub fn dedupe_of(&self, carries: Carries) -> &Dedupe {
        match (carries, &self.update) {
            (Carries::Update, Some(update)) => &update.dedupe,
            (Carries::Update | Carries::Request | Carries::Nothing | Carries::Refused, _) => {
                &self.dedupe
            }
        }
    }

    /// Whether the delivery's call may create the record, and another be made once it is known.
    pub fn creates(&self, carries: Carries) -> bool {
        self.update.is_some() && carries == Carries::Request
    }
}

/// The HTTP methods that write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Creates, and creates again when repeated.
    Post,
    /// Replaces; idempotent (RFC 9110 section 9.2.2).
    Put,
    /// Changes; not idempotent by itself (RFC 5789 section 2).
    Patch,
    /// Removes; idempotent (RFC 9110 section 9.2.2).
    Delete,
}

impl Method {
    /// As it stands on the request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// When to try again, and when to stop.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// The wait after the first failure, after the second, and so on; then the delivery is exhausted.
    #[serde(with = "span::millis::list")]
    pub schedule: Vec<Duration>,
    /// Counted from acceptance; ends every kind of waiting.
    #[serde(with = "span::millis")]
    pub give_up_after: Duration,
    /// Longer Retry-After hints are held to be mistakes and cut to this.
    #[serde(with = "span::millis")]
    pub retry_after_max: Duration,
}

/// A vendor's API, shared by all integrations that name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// Its name in `destinations.yaml`.
    pub name: DestinationName,
    /// `https://host[:port][/path]`, without a slash at the end.
    pub base_url: String,
    /// How calls prove who we are.
    pub auth: Auth,
    /// How long a call may take.
    pub timeout: Timeout,
    /// Whether its address may be one of the company's own network.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// How many calls the vendor allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// How many calls the vendor takes at once; where nothing is declared, as many as dispatch makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<u32>,
    /// When calls are stopped because the vendor is ill; where nothing is declared, never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<BreakerPolicy>,
    /// What its statuses mean where they do not mean what they should; the first that fits counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Override>,
}

/// How calls prove who we are. Secrets are named here and read by dispatch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// `Authorization: Bearer <secret>` (RFC 6750).
    Bearer {
        /// Below `fairlead/` in Secrets Manager.
        secret: SecretName,
    },
    /// The secret as the value of a header of this name.
    Header {
        /// The header's name.
        name: String,
        /// Below `fairlead/` in Secrets Manager.
        secret: SecretName,
    },
    /// `Authorization: Basic` with this user, and the secret as the password (RFC 7617).
    Basic {
        /// The user's name.
        user: String,
        /// Below `fairlead/` in Secrets Manager.
        secret: SecretName,
    },
    /// The secret as the value of a query parameter of this name.
    Query {
        /// The parameter's name.
        name: String,
        /// Below `fairlead/` in Secrets Manager.
        secret: SecretName,
    },
    /// The request is signed with the secret (Standard Webhooks).
    StandardWebhooks {
        /// Below `fairlead/` in Secrets Manager.
        secret: SecretName,
    },
    /// A bearer token that the vendor grants to us as a client.
    Oauth2(Oauth2),
}

/// OAuth 2.0 client credentials (RFC 6749 section 4.4); the client proves itself by HTTP Basic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oauth2 {
    /// Where tokens are granted: `https://host[:port]/path`.
    pub token_url: String,
    /// What the vendor calls us.
    pub client_id: String,
    /// The client's secret, below `fairlead/` in Secrets Manager.
    pub secret: SecretName,
    /// What is asked for, where the vendor wants it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl Auth {
    /// The secret that the calls need.
    pub fn secret(&self) -> &SecretName {
        match self {
            Self::Bearer { secret }
            | Self::Header { secret, .. }
            | Self::Basic { secret, .. }
            | Self::Query { secret, .. }
            | Self::StandardWebhooks { secret }
            | Self::Oauth2(Oauth2 { secret, .. }) => secret,
        }
    }
}

/// How long a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeout {
    /// Until the connection stands, TLS included.
    #[serde(with = "span::millis")]
    pub connect: Duration,
    /// From the start until the last byte of the answer's body.
    #[serde(with = "span::millis")]
    pub total: Duration,
}
