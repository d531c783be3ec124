//! How a delivery begins: once in the ledger, then its ticket, and only then the answer.

use std::time::Duration;

use crate::{
    class::Class,
    decide::Input,
    drive::{Rules, drive_entry},
    entry::{Carries, Entry, Life, State},
    history::{History, What, one_line},
    id::{DeliveryId, EntryKey, IdempotencyKey, Sha256Hex},
    integration::Integration,
    ports::{Inserted, PortError, Ports},
    record::{Ordered, Record},
    request::Request,
    span::after,
    violation::{Contract, Violation},
};

/// One event for one integration, checked and rendered.
#[derive(Clone, Debug)]
pub struct Submission {
    /// What makes it the same event when it comes again.
    pub idempotency_key: IdempotencyKey,
    /// The business thing concerned.
    pub record: Record,
    /// The event as it came.
    pub event: String,
    /// Whose turn it needs, and which version of its record it brings.
    pub ordered: Option<Ordered>,
    /// Digest of the event in canonical form.
    pub payload_hash: Sha256Hex,
    /// How it came: `api` or `eventbridge`.
    pub via: &'static str,
    /// What is to be sent, or why nothing can be.
    pub content: Content,
}

/// What is to be sent, or why nothing can be.
#[derive(Clone, Debug)]
pub enum Content {
    /// The rendered request.
    Request(Request),
    /// The rendered request for a record that the vendor has already.
    Update(Request),
    /// The crosswalk does not know yet what the request needs: it is made when it does.
    Later,
    /// The event is refused, and there is no sender to tell: its owner is told.
    Violations(Vec<Violation>),
    /// Its idempotency key stands for another event, and there is no sender to tell: its owner is told.
    Conflict(DeliveryId),
}

/// What a sender is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Durable: entry and ticket both.
    New(DeliveryId),
    /// The same event came before; this is the first one's delivery.
    Duplicate(DeliveryId),
    /// Another event came before with the same key; nothing was kept of this one.
    Conflict(DeliveryId),
}

/// Accepts an event once.
///
/// # Errors
/// When the ledger or the queue did not do its part: the sender may safely send again.
pub async fn accept<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    integration: &Integration,
    submission: Submission,
) -> Result<Accepted, PortError> {
    accept_telling(ports, rules, integration, submission, None).await
}

/// The same, with a line that tells where the event comes from.
pub(crate) async fn accept_telling<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    integration: &Integration,
    submission: Submission,
    origin: Option<What>,
) -> Result<Accepted, PortError> {
    let keep = integration.idempotency.keep;
    let mut entry = entry(ports, integration, submission, keep);
    origin.into_iter().for_each(|line| entry.history.push(entry.life.begun_at, line));
    let (entry, accepted) = match ports.insert(&entry).await? {
        Inserted::New => {
            ports.log(&entry, &entry.history.lines);
            let id = entry.id;
            (entry, Accepted::New(id))
        }
        Inserted::Exists(first) if first.payload_hash != entry.payload_hash => {
            return Ok(Accepted::Conflict(first.id));
        }
        Inserted::Exists(first) => {
            let id = first.id;
            (*first, Accepted::Duplicate(id))
        }
    };
    drive_entry(ports, rules, entry, Input::Submitted, 0).await?;
    Ok(accepted)
}

fn entry<P: Ports>(ports: &P, of: &Integration, submission: Submission, keep: Duration) -> Entry {
    let now = ports.now();
    let mut life = Life::begin(now);
    let mut history = History::default();
    history.push(now, What::Accepted { via: submission.via.to_owned() });
    let (carries, request, refusal) = contents(submission.content);
    life.carries = carries;
    if let Some((class, detail)) = refusal {
        life.state = State::Parked { class, since: now, told: false };
        history.push(now, What::Parked { class, detail });
    }
    Entry {
        key: EntryKey::of(&of.name, &submission.idempotency_key),
        id: ports.delivery_id(&submission.record),
        integration: of.name.clone(),
        destination: of.destination.clone(),
        record: submission.record,
        ordered: submission.ordered,
        owner: of.owner.clone(),
        idempotency_key: submission.idempotency_key,
        payload_hash: submission.payload_hash,
        event: submission.event,
        request,
        config_hash: of.hash.clone(),
        expires_at: after(now, keep),
        life,
        history,
        writer: ports.token(),
    }
}

type Refusal = (Class, String);

fn contents(content: Content) -> (Carries, Option<Request>, Option<Refusal>) {
    match content {
        Content::Request(request) => (Carries::Request, Some(request), None),
        Content::Update(request) => (Carries::Update, Some(request), None),
        Content::Later => (Carries::Nothing, None, None),
        Content::Violations(violations) => (Carries::Refused, None, Some(refusal(&violations))),
        Content::Conflict(first) => {
            let detail = format!("delivery {first} has the same key and another payload");
            (Carries::Refused, None, Some((Class::Duplicate, detail)))
        }
    }
}

/// What violations are parked with.
pub fn refusal(violations: &[Violation]) -> (Class, String) {
    (class(violations), listed(violations))
}

fn class(violations: &[Violation]) -> Class {
    if violations.iter().any(|v| v.of == Contract::Mapping) {
        Class::Mapping
    } else {
        Class::Schema
    }
}

/// The first violations on one line; the event itself is in the entry for whoever needs the rest.
pub(crate) fn listed(violations: &[Violation]) -> String {
    let shown: Vec<_> =
        violations.iter().take(5).map(|v| format!("{} {}", v.pointer, v.detail)).collect();
    one_line(&shown.join("; "), 500)
}
