//! The intake queue: events from EventBridge, one delivery for each integration that wants them; and tickets.

use fairlead_aws::batch::Failure;
use fairlead_contracts::{BadEvent, Event};
use fairlead_core::{
    accept::{Accepted, Content, Submission, accept},
    decide::Input,
    drive::drive,
    history::one_line,
    id::{IdempotencyKey, Sha256Hex},
    integration::Integration,
    ports::PortError,
    record::Record,
    ticket::Ticket,
    violation::{Contract, Violation},
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Desk;

/// What EventBridge puts around an event.
#[derive(Deserialize)]
struct Envelope<'a> {
    id: String,
    #[serde(rename = "detail-type")]
    detail_type: String,
    /// Kept as text: numbers and key order must not change.
    #[serde(borrow)]
    detail: &'a RawValue,
}

/// Takes in one message. The message stays on its queue until every integration has its delivery.
pub(crate) async fn take_in(desk: &Desk, body: String) -> Result<(), Failure> {
    if Ticket::is_meant(&body) {
        return carry_on(desk, Ticket::read(&body)?).await;
    }
    let envelope: Envelope<'_> = serde_json::from_str(&body)
        .map_err(|e| Failure::Stray(format!("the message is no EventBridge event: {e}")))?;
    let mut wanted = false;
    for integration in desk.aws.catalog().wanting(&envelope.detail_type) {
        wanted = true;
        deliver(desk, integration, &envelope).await?;
    }
    if wanted {
        return Ok(());
    }
    Err(Failure::Stray(format!("no integration wants events of type {}", envelope.detail_type)))
}

/// A delivery that is known already, with its request made, goes on its way.
async fn carry_on(desk: &Desk, ticket: Ticket) -> Result<(), Failure> {
    Ok(drive(&desk.aws, &desk.aws.rules(), &ticket.entry, Input::Due, ticket.hops).await?)
}

async fn deliver(
    desk: &Desk,
    integration: &Integration,
    envelope: &Envelope<'_>,
) -> Result<(), PortError> {
    let submission = submission(desk, integration, envelope);
    let rules = desk.aws.rules();
    let accepted = accept(&desk.aws, &rules, integration, submission.clone()).await?;
    if let Accepted::Conflict(first) = accepted {
        // There is no sender to answer, so the owner is told.
        let conflict = Submission {
            idempotency_key: own_key(envelope),
            content: Content::Conflict(first),
            ..submission
        };
        accept(&desk.aws, &rules, integration, conflict).await?;
    }
    Ok(())
}

fn submission(desk: &Desk, of: &Integration, envelope: &Envelope<'_>) -> Submission {
    let text = envelope.detail.get();
    let event = match Event::read(text.as_bytes()) {
        Ok(event) => event,
        Err(why) => return unreadable(of, envelope, &why),
    };
    let payload_hash = event.payload_hash();
    let (idempotency_key, record, content) = match desk.contracts.render(&of.name, &event) {
        Ok(rendered) => (rendered.key, rendered.record, Content::Request(rendered.request)),
        // Not under the event's own key: the corrected event must find that free.
        Err(refused) => (
            own_key(envelope),
            refused.record.unwrap_or_else(|| unnamed(of, envelope)),
            Content::Violations(refused.violations),
        ),
    };
    let event = text.to_owned();
    Submission { idempotency_key, record, event, payload_hash, via: "eventbridge", content }
}

fn unreadable(of: &Integration, envelope: &Envelope<'_>, why: &BadEvent) -> Submission {
    let text = envelope.detail.get();
    let detail = why.to_string();
    Submission {
        idempotency_key: own_key(envelope),
        record: unnamed(of, envelope),
        event: text.to_owned(),
        payload_hash: Sha256Hex::of(text.as_bytes()),
        via: "eventbridge",
        content: Content::Violations(vec![Violation {
            pointer: String::new(),
            detail,
            of: Contract::Event,
        }]),
    }
}

fn own_key(envelope: &Envelope<'_>) -> IdempotencyKey {
    IdempotencyKey::new(format!("eventbridge:{}", one_line(&envelope.id, 200)))
}

/// The event does not tell its record; its own id is the best name there is.
fn unnamed(of: &Integration, envelope: &Envelope<'_>) -> Record {
    let id = format!("unknown (event {})", one_line(&envelope.id, 100));
    Record { kind: of.record.kind.clone(), id, label: None, url: None }
}
