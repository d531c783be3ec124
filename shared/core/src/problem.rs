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
    /// No integration has this name.
    UnknownIntegration(String),
    /// The body is larger than an event may be.
    TooLarge {
        /// The most bytes that are taken.
        most: usize,
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
            Self::BadBody(_) => 400,
            Self::UnknownIntegration(_) | Self::NotFound => 404,
            Self::Conflict(_) => 409,
            Self::TooLarge { .. } => 413,
            Self::WrongContentType(_) => 415,
            Self::Violations(_) => 422,
            Self::TryAgain => 503,
        }
    }

    /// The last part of the problem's type, stable for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::BadBody(_) => "bad-body",
            Self::WrongContentType(_) => "wrong-content-type",
            Self::UnknownIntegration(_) => "unknown-integration",
            Self::TooLarge { .. } => "too-large",
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
            Self::UnknownIntegration(_) => "No integration has this name",
            Self::TooLarge { .. } => "The event is too large",
            Self::Violations(_) => "The event breaks its contract",
            Self::Conflict(_) => "The idempotency key stands for another event",
            Self::NotFound => "There is nothing at this path",
            Self::TryAgain => "The event could not be kept just now",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::BadBody(why) => why.clone(),
            Self::WrongContentType(given) => {
                format!("Content-Type is \"{given}\"; send application/json")
            }
            Self::UnknownIntegration(name) => {
                format!("no integration is called \"{name}\" in the deployed bundle")
            }
            Self::TooLarge { most } => format!("the body may have at most {most} bytes"),
            Self::Violations(list) => {
                format!("{} found; nothing was sent and nothing was kept", count(list.len()))
            }
            Self::Conflict(first) => {
                format!("delivery {first} has the same idempotency key and another payload")
            }
            Self::NotFound => "POST events to /events/{integration}".to_owned(),
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
            | Self::UnknownIntegration(_)
            | Self::TooLarge { .. }
            | Self::NotFound
            | Self::TryAgain => {}
        }
        body
    }
}

fn count(violations: usize) -> String {
    if violations == 1 { "1 violation".to_owned() } else { format!("{violations} violations") }
}
