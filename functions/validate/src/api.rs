//! `POST /events/{integration}`: one event, one answer. 202 means durable; anything else, safe to send again.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use base64::{Engine, engine::general_purpose::STANDARD};
use fairlead_contracts::{BadEvent, Event, MAX_BYTES};
use fairlead_core::{
    accept::{Accepted, Content, Submission, accept},
    id::{DeliveryId, IntegrationName},
    problem::Problem,
    record::Record,
};
use serde_json::{Value, json};

use crate::Desk;

/// Answers one request.
pub(crate) async fn answer(
    desk: &Desk,
    request: ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    match take(desk, &request).await {
        Ok(taken) => response(202, "application/json", taken.body()),
        Err(problem) => {
            tracing::info!(problem = problem.name(), path = request.raw_path, "event refused");
            response(problem.status(), "application/problem+json", problem.body())
        }
    }
}

struct Taken {
    delivery: DeliveryId,
    duplicate: bool,
    record: Record,
}

impl Taken {
    fn body(&self) -> Value {
        json!({
            "delivery": self.delivery,
            "duplicate": self.duplicate,
            "record": self.record.to_string(),
        })
    }
}

async fn take(desk: &Desk, request: &ApiGatewayV2httpRequest) -> Result<Taken, Problem> {
    let name = request.path_parameters.get("integration").ok_or(Problem::NotFound)?;
    let (integration, _) = desk
        .aws
        .catalog()
        .find(&IntegrationName::new(name))
        .ok_or_else(|| Problem::UnknownIntegration(name.clone()))?;
    is_json(request)?;
    let bytes = body(request)?;
    let event = Event::read(&bytes).map_err(unreadable)?;
    let rendered = desk
        .contracts
        .render(&integration.name, &event)
        .map_err(|refused| Problem::Violations(refused.violations))?;
    let submission = Submission {
        idempotency_key: rendered.key,
        record: rendered.record.clone(),
        event: String::from_utf8_lossy(&bytes).into_owned(),
        payload_hash: event.payload_hash(),
        via: "api",
        content: Content::Request(rendered.request),
    };
    let taken =
        |delivery, duplicate| Ok(Taken { delivery, duplicate, record: rendered.record.clone() });
    match accept(&desk.aws, &desk.aws.rules(), integration, submission).await {
        Ok(Accepted::New(delivery)) => taken(delivery, false),
        Ok(Accepted::Duplicate(delivery)) => taken(delivery, true),
        Ok(Accepted::Conflict(first)) => Err(Problem::Conflict(first)),
        Err(failed) => {
            tracing::error!(integration = %integration.name, cause = %failed, "event not kept");
            Err(Problem::TryAgain)
        }
    }
}

/// `application/json` and every `application/*+json`, in UTF-8 (RFC 8259 section 8.1).
fn is_json(request: &ApiGatewayV2httpRequest) -> Result<(), Problem> {
    let given = request.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or("");
    let mut parts = given.split(';').map(|part| part.trim().to_ascii_lowercase());
    let kind = parts.next().unwrap_or_default();
    let json =
        kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"));
    let utf8 = parts.filter_map(|part| part.strip_prefix("charset=").map(str::to_owned));
    if json && utf8.into_iter().all(|set| set.trim_matches('"') == "utf-8") {
        Ok(())
    } else {
        Err(Problem::WrongContentType(given.to_owned()))
    }
}

fn body(request: &ApiGatewayV2httpRequest) -> Result<Vec<u8>, Problem> {
    let body = request.body.as_deref().unwrap_or_default();
    if !request.is_base64_encoded {
        return Ok(body.as_bytes().to_vec());
    }
    STANDARD
        .decode(body)
        .map_err(|_| Problem::BadBody("the body is marked as base64 and is not".to_owned()))
}

fn unreadable(why: BadEvent) -> Problem {
    match why {
        BadEvent::TooLarge { .. } => Problem::TooLarge { most: MAX_BYTES },
        other => Problem::BadBody(other.to_string()),
    }
}

fn response(status: u16, kind: &str, body: Value) -> ApiGatewayV2httpResponse {
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = i64::from(status);
    if let Ok(kind) = kind.parse() {
        response.headers.insert("content-type", kind);
    }
    if status == 503 {
        response.headers.insert("retry-after", 1.into());
    }
    response.body = Some(body.to_string().into());
    response
}
