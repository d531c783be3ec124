//! A message on the intake queue: EventBridge's envelope, a CloudEvent, or an event with an integration's name.

use fairlead_core::{
    history::one_line,
    id::{IdempotencyKey, IntegrationName, Sha256Hex},
    problem::Problem,
    request_key,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::cloud::Cloud;
use crate::event::{BadEvent, Event};

/// A message on the intake queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Whom it is for.
    pub to: To,
    /// The event as it stands in the message.
    pub text: String,
    /// The event read strictly, or why it is none.
    pub event: Result<Event, BadEvent>,
    /// The key that its sender gave it.
    pub key: Option<IdempotencyKey>,
    /// The message's own name, the same when it comes again: a refused event is parked under it.
    pub name: String,
    /// How it came: `eventbridge` or `sqs`.
    pub via: &'static str,
}

/// Whom an event is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// Every integration that wants events of this type.
    Wanting {
        /// The type.
        event: String,
        /// Where it comes from.
        from: String,
    },
    /// This integration.
    Named(IntegrationName),
}

/// All forms at once: which one it is, its members tell.
#[derive(Deserialize)]
struct Loose<'a> {
    id: Option<String>,
    source: Option<String>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    /// Kept as text, as all events are: numbers and key order must not change.
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    integration: Option<String>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    idempotency_key: Option<String>,
    specversion: Option<serde_json::Value>,
}

impl Message {
    /// Reads a message's body.
    ///
    /// # Errors
    /// With why it has no owner who could be told of it: it names no event, or nobody whom it is for.
    pub fn read(body: &str) -> Result<Self, String> {
        let loose: Loose<'_> = serde_json::from_str(body)
            .map_err(|e| format!("the message is no JSON object of a known form: {e}"))?;
        match loose {
            Loose { detail_type: Some(event), detail: Some(detail), id: Some(id), source, .. } => {
                let to = To::Wanting { event, from: source.unwrap_or_default() };
                let name = format!("eventbridge:{}", one_line(&id, 200));
                Ok(Self::of(to, detail.get(), name, "eventbridge"))
            }
            Loose { integration: Some(name), event: Some(event), idempotency_key, .. } => {
                let to = To::Named(IntegrationName::new(name));
                let key = request_key::read(idempotency_key.as_deref());
                let key = key.map_err(|problem: Problem| problem.detail())?;
                Ok(Self { key, ..Self::of(to, event.get(), own(body), "sqs") })
            }
            Loose { specversion: Some(_), .. } => Self::cloud(body),
            _ => Err("the message is neither EventBridge's envelope, nor a CloudEvent, nor {\"integration\": ..., \"event\": ...}".to_owned()),
        }
    }

    fn cloud(body: &str) -> Result<Self, String> {
        let event = Event::read(body.as_bytes()).map_err(|bad| bad.to_string())?;
        let cloud = Cloud::of(&event)?;
        let to = To::Wanting { event: cloud.kind, from: cloud.source };
        Ok(Self { event: Ok(event), ..Self::of(to, body, own(body), "sqs") })
    }

    fn of(to: To, text: &str, name: String, via: &'static str) -> Self {
        let event = Event::read(text.as_bytes());
        Self { to, text: text.to_owned(), event, key: None, name, via }
    }
}

/// SQS gives the same message another id when it is sent again; its bytes stay.
fn own(body: &str) -> String {
    format!("sqs:{}", &Sha256Hex::of(body.as_bytes()).as_str()[..40])
}
