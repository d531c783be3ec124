//! The intake queue: events from EventBridge and from senders inside the account; and tickets.

use std::time::Duration;

use fairlead_aws::{
    batch::{Body, Failure},
    metric::{self, Unwanted},
    ran::Stretch,
};
use fairlead_contracts::{BadEvent, Message, To, Unfit};
use fairlead_core::{
    accept::{Accepted, Content, Submission, accept},
    id::{IdempotencyKey, Sha256Hex},
    integration::Integration,
    ports::{PortError, Ports},
    record::Record,
    render::render,
    stranded,
    ticket::{Act, Ticket},
    violation::{Contract, Violation},
};
use jiff::Timestamp;

use crate::{Desk, edit};

/// A message is received five times within less than this.
const LONGEST_LOOK_BACK: Duration = Duration::from_secs(3_600);

/// SQS and functions do not have one clock.
const OTHER_CLOCKS: Duration = Duration::from_secs(60);

/// Takes in one message. The message stays on its queue until every integration has its delivery.
pub(crate) async fn take_in(desk: &Desk<'_>, body: Body) -> Result<(), Failure> {
    let Body { text, since } = body;
    if Ticket::is_meant(&text) {
        return carry_on(desk, Ticket::read(&text)?).await;
    }
    let message = Message::read(&text).map_err(Failure::Stray)?;
    match &message.to {
        To::Named(name) => {
            let found = desk.aws.catalog().find(name);
            let unknown = || Failure::Stray(format!("no integration is called \"{name}\""));
            let (integration, _) = found.ok_or_else(unknown)?;
            deliver(desk, integration, &message).await?;
        }
        To::Wanting { event, from } => {
            let mut wanted = 0;
            for integration in desk.aws.catalog().wanting(event, from) {
                wanted += 1;
                deliver(desk, integration, &message).await?;
            }
            if let Some(since) = since {
                look_back(desk, &message, since).await?;
            }
            if wanted == 0 {
                metric::unwanted(Unwanted::Type);
                tracing::warn!(event, from, name = message.name, "no integration wants this event");
            }
        }
    }
    Ok(())
}

/// A delivery that is known already gets its request, and goes on its way.
async fn carry_on(desk: &Desk<'_>, ticket: Ticket) -> Result<(), Failure> {
    if let Some(order) = &ticket.order
        && let Act::Edit { event } = &order.act
    {
        return edit::carry_out(desk, &ticket, order, event).await;
    }
    let rules = desk.aws.rules();
    Ok(render(&desk.aws, &rules, desk.contracts, &ticket.entry, ticket.hops).await?)
}

/// The message was received before: an integration may have taken it in that this bundle has no more.
///
/// Keys alone are read, and only of what was accepted since the message was sent.
async fn look_back(desk: &Desk<'_>, message: &Message, since: Timestamp) -> Result<(), PortError> {
    let now = desk.aws.now();
    let longest = now.checked_sub(LONGEST_LOOK_BACK).unwrap_or(since);
    let since = since.checked_sub(OTHER_CLOCKS).unwrap_or(since).max(longest);
    let ran = desk.aws.ledger().latest(Stretch::between(since, now), usize::MAX).await?;
    let keys = ran.into_iter().map(|ran| ran.key);
    let found = stranded::carry_on(&desk.aws, &desk.aws.rules(), &payload(message), keys).await?;
    if found > 0 {
        tracing::warn!(found, name = message.name, "its integration has left the bundle");
    }
    Ok(())
}

async fn deliver(
    desk: &Desk<'_>,
    integration: &Integration,
    message: &Message,
) -> Result<(), PortError> {
    if message.event.as_ref().is_ok_and(|event| !desk.contracts.wants(&integration.name, event)) {
        metric::unwanted(Unwanted::When);
        return Ok(());
    }
    let submission = submission(desk, integration, message).await?;
    let rules = desk.aws.rules();
    let accepted = accept(&desk.aws, &rules, integration, submission.clone()).await?;
    if let Accepted::Conflict(first) = accepted {
        // There is no sender to answer, so the owner is told.
        let conflict = Submission {
            idempotency_key: own_key(message),
            content: Content::Conflict(first),
            ..submission
        };
        accept(&desk.aws, &rules, integration, conflict).await?;
    }
    Ok(())
}

async fn submission(
    desk: &Desk<'_>,
    of: &Integration,
    message: &Message,
) -> Result<Submission, PortError> {
    let event = match &message.event {
        Ok(event) => event,
        Err(why) => return Ok(unreadable(of, message, why)),
    };
    let (key, text) = (message.key.as_ref(), message.text.clone());
    let made = desk.contracts.submission(&desk.aws, of, event, key, text, message.via).await;
    match made {
        Ok(submission) => Ok(submission),
        Err(Unfit::Port(failed)) => Err(failed),
        // Not under the event's own key: the corrected event must find that free.
        Err(Unfit::Refused(refused)) => Ok(Submission {
            idempotency_key: own_key(message),
            record: refused.record.unwrap_or_else(|| unnamed(of, message)),
            ordered: None,
            event: message.text.clone(),
            payload_hash: event.payload_hash(),
            via: message.via,
            content: Content::Violations(refused.violations),
        }),
    }
}

fn unreadable(of: &Integration, message: &Message, why: &BadEvent) -> Submission {
    Submission {
        idempotency_key: own_key(message),
        record: unnamed(of, message),
        ordered: None,
        event: message.text.clone(),
        payload_hash: payload(message),
        via: message.via,
        content: Content::Violations(vec![Violation {
            pointer: String::new(),
            detail: why.to_string(),
            of: Contract::Event,
        }]),
    }
}

fn payload(message: &Message) -> Sha256Hex {
    match &message.event {
        Ok(event) => event.payload_hash(),
        Err(_) => Sha256Hex::of(message.text.as_bytes()),
    }
}

fn own_key(message: &Message) -> IdempotencyKey {
    IdempotencyKey::new(message.name.clone())
}

/// The event does not tell its record; the message's own name is the best there is.
fn unnamed(of: &Integration, message: &Message) -> Record {
    let id = format!("unknown ({})", message.name);
    Record { kind: of.record.kind.clone(), id, label: None, url: None }
}
