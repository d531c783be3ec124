//! The HTTP API. 202 means durable; anything else, safe to send again.

use fairlead_core::{
    id::{DeliveryId, IntegrationName},
    integration::Integration,
    problem::Problem,
    reply::Reply,
    standing::standing,
};
use serde_json::Value;

use crate::{
    Desk, event, hook,
    request::{Request, response},
};

/// Answers one request.
pub(crate) async fn answer(desk: &Desk<'_>, request: Request) -> Value {
    let reply = reply(desk, &request).await.unwrap_or_else(|problem| Reply::problem(&problem));
    if reply.status >= 400 {
        let problem = reply.body["type"].as_str();
        tracing::info!(status = reply.status, problem, path = request.raw_path, "request refused");
    }
    response(&reply)
}

/// The routes are those of the template, checked by tidy.
async fn reply(desk: &Desk<'_>, request: &Request) -> Result<Reply, Problem> {
    match request.route_key.as_deref() {
        Some("POST /events/{integration}") => {
            let of = integration(desk, request)?;
            event::take_in(desk, of, &request.headers(), &request.body()?, "api").await
        }
        Some("POST /hooks/{integration}") => {
            let of = integration(desk, request)?;
            let (headers, body) = (request.headers(), request.body()?);
            hook::prove(desk, of, &headers, &body).await?;
            event::take_in(desk, of, &headers, &body, "hook").await
        }
        Some("GET /deliveries/{id}") => delivery(desk, request.parameter("id")?).await,
        _ => Err(Problem::NotFound),
    }
}

fn integration<'a>(desk: &Desk<'a>, request: &Request) -> Result<&'a Integration, Problem> {
    let name = request.parameter("integration")?;
    let found = desk.aws.catalog().find(&IntegrationName::new(name));
    found.map(|(integration, _)| integration).ok_or(Problem::UnknownIntegration(name.to_owned()))
}

async fn delivery(desk: &Desk<'_>, id: &str) -> Result<Reply, Problem> {
    let unknown = || Problem::UnknownDelivery(id.to_owned());
    let wanted = DeliveryId(id.parse().map_err(|_| unknown())?);
    let found = desk.aws.ledger().delivery(wanted).await.map_err(|cause| {
        tracing::error!(delivery = %wanted, %cause, "delivery not found out");
        Problem::TryAgain
    })?;
    found.map(|entry| Reply::good(200, standing(&entry))).ok_or_else(unknown)
}
