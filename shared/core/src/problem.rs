//! What a sender reads when an event is refused: RFC 9457 problem details.

use serde_json::{Value, json};

use crate::{id::DeliveryId, violation::Violation};

/// Why an event was not accepted. Every one of them means: nothing was kept, it is safe to send again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The body is no JSON event.
    BadBody(String),
    /// Content-Type is not JSON.
    WrongContentType(String),
    /// `Idempotency-Key` is missing where it is needed, or is no key.
    BadKey(String),
    /// The signature of a webhook is missing or wrong, or its message too old. Which of them is not told.
    Unproven,
    /// No integration has this name.
    UnknownIntegration(String),
    /// The integration of this name takes no signed webhooks.
    NoHook(String),
    /// No delivery has this id.
    UnknownDelivery(String),
    /// The body is larger than an event may be.
    TooLarge {
        /// The most bytes that are taken.
        most: usize,
    },
    /// The batch has more events than are taken at once.
    TooMany {
        /// The most that are taken.
        most: usize,
    },
    /// A CloudEvent of a type, or from a source, that the integration does not take.
    WrongType {
        /// What it is.
        given: String,
        /// What the integration takes.
        wanted: String,
    },
    /// The event, or the request made from it, breaks its contract.
    Violations(Vec<Violation>),
    /// The idempotency key stands for another event.
    Conflict(DeliveryId),
    /// No such resource here.
    NotFound,
    /// The ledger or the queue did not answer in time.
    TryAgain,
}

impl Problem {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::BadBody(_) | Self::BadKey(_) => 400,
            Self::Unproven => 401,
            Self::UnknownIntegration(_)
            | Self::NoHook(_)
            | Self::UnknownDelivery(_)
            | Self::NotFound => 404,
            Self::Conflict(_) => 409,
            Self::TooLarge { .. } | Self::TooMany { .. } => 413,
            Self::WrongContentType(_) => 415,
            Self::WrongType { .. } | Self::Violations(_) => 422,
            Self::TryAgain => 503,
        }
    }

    /// The last part of the problem's type, stable for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::BadBody(_) => "bad-body",
            Self::WrongContentType(_) => "wrong-content-type",
            Self::BadKey(_) => "idempotency-key",
            Self::Unproven => "bad-signature",
            Self::UnknownIntegration(_) => "unknown-integration",
            Self::NoHook(_) => "no-hook",
            Self::UnknownDelivery(_) => "unknown-delivery",
            Self::TooLarge { .. } => "too-large",
            Self::TooMany { .. } => "too-many",
            Self::WrongType { .. } => "wrong-type",
            Self::Violations(_) => "violations",
            Self::Conflict(_) => "conflict",
            Self::NotFound => "not-found",
            Self::TryAgain => "try-again",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::BadBody(_) => "The body is not an event",
            Self::WrongContentType(_) => "The body must be JSON",
            Self::BadKey(_) => "The idempotency key is missing or is no key",
            Self::Unproven => "The signature does not prove who sent this",
            Self::UnknownIntegration(_) => "No integration has this name",
            Self::NoHook(_) => "The integration takes no signed webhooks",
            Self::UnknownDelivery(_) => "No delivery has this id",
            Self::TooLarge { .. } => "The event is too large",
            Self::TooMany { .. } => "The batch has too many events",
            Self::WrongType { .. } => "The integration does not take this kind of event",
            Self::Violations(_) => "The event breaks its contract",
            Self::Conflict(_) => "The idempotency key stands for another event",
            Self::NotFound => "There is nothing at this path",
            Self::TryAgain => "The event could not be kept just now",
        }
    }

    /// What exactly is wrong, and what to do about it.
    pub fn detail(&self) -> String {
        match self {
            Self::BadBody(why) | Self::BadKey(why) => why.clone(),
            Self::Unproven => {
                "sign the body as it is sent, with a current key, now; nothing was kept".to_owned()
            }
            Self::WrongContentType(given) => {
                format!("Content-Type is \"{given}\"; send application/json")
            }
            Self::UnknownIntegration(name) => {
                format!("no integration is called \"{name}\" in the deployed bundle")
            }
            Self::NoHook(name) => {
                format!("{name} declares no source.verify; POST to /events/{name} with IAM instead")
            }
            Self::UnknownDelivery(id) => format!(
                "no delivery is called \"{id}\"; one that was accepted just now may take a second to show"
            ),
            Self::TooLarge { most } => format!("the body may have at most {most} bytes"),
            Self::TooMany { most } => {
                format!("a batch may have at most {most} events; send it in parts")
            }
            Self::WrongType { given, wanted } => {
                format!("the event is {given}; the integration takes those {wanted}")
            }
            Self::Violations(list) => {
                format!("{} found; nothing was sent and nothing was kept", count(list.len()))
            }
            Self::Conflict(first) => {
                format!("delivery {first} has the same idempotency key and another payload")
            }
            Self::NotFound => {
                "POST events to /events/{integration} or /hooks/{integration}".to_owned()
            }
            Self::TryAgain => "send the same event again; it will not be taken twice".to_owned(),
        }
    }

    /// The body, of type `application/problem+json`.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "type": format!("urn:fairlead:problem:{}", self.name()),
            "title": self.title(),
            "status": self.status(),
            "detail": self.detail(),
        });
        match self {
            Self::Violations(list) => {
                body["violations"] = list
                    .iter()
                    .map(|v| json!({"pointer": v.pointer, "detail": v.detail, "in": v.of}))
                    .collect();
            }
            Self::Conflict(first) => body["delivery"] = json!(first),
            Self::BadBody(_)
            | Self::WrongContentType(_)
            | Self::BadKey(_)
            | Self::Unproven
            | Self::UnknownIntegration(_)
            | Self::NoHook(_)
            | Self::UnknownDelivery(_)
            | Self::TooLarge { .. }
            | Self::TooMany { .. }
            | Self::WrongType { .. }
            | Self::NotFound
            | Self::TryAgain => {}
        }
        body
    }
}

fn count(violations: usize) -> String {
    if violations == 1 { "1 violation".to_owned() } else { format!("{violations} violations") }
}
