//! validate's part: requests that depend on what the crosswalk knows.

use std::time::Duration;

use fairlead_core::{
    accept::{Content, Submission},
    entry::{Carries, Entry},
    id::IntegrationName,
    integration::{Integration, Method},
    ports::PortError,
    record::RecordName,
    render::{Found, LookedUp, Need, Renders, look_up},
    request::Request,
    violation::Violation,
};
use serde_json::Value;

use super::{
    bundle::{self, CONTACTS, ORDERS},
    fault::Fault,
    hand::Hand,
};

/// How long an order waits for its contact.
const PATIENCE: Duration = Duration::from_secs(1_200);

/// Makes requests from events, purely.
pub(crate) struct Renderer;

impl Renders for Renderer {
    fn needs(&self, entry: &Entry) -> Result<Vec<Need>, Vec<Violation>> {
        Ok(needs(&entry.event))
    }

    fn render(&self, entry: &Entry, found: &Found) -> Result<(Carries, Request), Vec<Violation>> {
        let key = entry.idempotency_key.as_str();
        Ok(request(&entry.integration, &entry.event, key, found))
    }
}

/// What a newly submitted event can be sent as by what is known now.
///
/// # Errors
/// When the ledger does not answer.
pub(crate) async fn complete(
    hand: &Hand,
    integration: &Integration,
    mut submission: Submission,
) -> Result<Submission, PortError> {
    if !matches!(submission.content, Content::Request(_)) {
        return Ok(submission);
    }
    let own = integration.update.as_ref().map(|_| submission.record.name());
    let needs = needs(&submission.event);
    let found = look_up(hand, &integration.destination, needs, own.as_ref()).await?;
    submission.content = match found {
        LookedUp::Missing(_) => {
            hand.world.inside.borrow_mut().hit(Fault::NeedMissing);
            Content::Later
        }
        LookedUp::Found(found) => {
            let key = submission.idempotency_key.as_str();
            match request(&integration.name, &submission.event, key, &found) {
                (Carries::Update, request) => Content::Update(request),
                (_, request) => Content::Request(request),
            }
        }
    };
    Ok(submission)
}

fn said(event: &str, name: &str) -> Option<String> {
    let event: Value = serde_json::from_str(event).ok()?;
    event.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn needs(event: &str) -> Vec<Need> {
    let contact = said(event, "contact");
    let need = |id| Need {
        name: "contact".to_owned(),
        record: RecordName { kind: bundle::KIND.to_owned(), id },
        wait: PATIENCE,
    };
    contact.map(need).into_iter().collect()
}

/// The request for an event, and which of the integration's requests it is.
pub(crate) fn request(
    of: &IntegrationName,
    event: &str,
    key: &str,
    found: &Found,
) -> (Carries, Request) {
    let mut body = format!(r#"{{"external_id":"{key}","event":{event}}}"#);
    if let (ORDERS, Some(contact)) = (of.as_str(), found.needs.get("contact")) {
        body = format!(r#"{{"external_id":"{key}","contact":"{contact}"}}"#);
    }
    let (carries, method, path) = match (&found.own, of.as_str()) {
        (Some(id), CONTACTS) => {
            (Carries::Update, Method::Put, format!("{}/{id}", bundle::path(of)))
        }
        _ => (Carries::Request, Method::Post, bundle::path(of)),
    };
    let lookup =
        (of.as_str() == bundle::ASKED).then(|| format!("{}?external_id={key}", bundle::path(of)));
    (carries, Request { method, path, body, lookup })
}
