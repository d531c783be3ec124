//! An operator's correction of a parked event: checked and rendered like any event, then put in its place.

use fairlead_aws::batch::Failure;
use fairlead_contracts::Unfit;
use fairlead_core::{
    accept::{Content, Submission},
    edit::{Edited, edit},
    entry::Entry,
    id::{IdempotencyKey, IntegrationName, Sha256Hex},
    integration::Integration,
    ports::{PortError, Ports},
    record::Record,
    ticket::{Order, Ticket},
};

use crate::Desk;

/// Carries out an order to edit. What is refused stays parked as it was, and the log says why.
pub(crate) async fn carry_out(
    desk: &Desk<'_>,
    ticket: &Ticket,
    order: &Order,
    event: &Sha256Hex,
) -> Result<(), Failure> {
    let name = ticket.entry.integration().map(IntegrationName::new);
    let integration = name.and_then(|name| desk.aws.catalog().integrations.get(&name));
    let found = desk.aws.ledger().corrected(ticket.delivery, event).await?;
    let (Some(integration), Some(text)) = (integration, found) else {
        tracing::warn!(delivery = %ticket.delivery, "edit refused: its integration or its event is gone");
        return Ok(());
    };
    let Some(old) = desk.aws.load(&ticket.entry).await? else {
        tracing::warn!(delivery = %ticket.delivery, "edit refused: its delivery is gone");
        return Ok(());
    };
    let submission = submission(desk, integration, &old, text).await?;
    let rules = desk.aws.rules();
    match edit(&desk.aws, &rules, integration, &ticket.entry, order, submission).await? {
        Edited::As(id) => tracing::info!(delivery = %ticket.delivery, by = %id, "edited"),
        Edited::Stale => tracing::info!(delivery = %ticket.delivery, "edit is stale"),
        Edited::Refused(why) => {
            tracing::warn!(delivery = %ticket.delivery, cause = %why, "edit refused");
        }
    }
    Ok(())
}

async fn submission(
    desk: &Desk<'_>,
    of: &Integration,
    old: &Entry,
    text: String,
) -> Result<Submission, PortError> {
    let corrected = desk.contracts.corrected(&desk.aws, of, old, text.clone()).await;
    let violations = match corrected {
        Ok(submission) => return Ok(submission),
        Err(Unfit::Port(failed)) => return Err(failed),
        Err(Unfit::Refused(refused)) => refused.violations,
    };
    // Whose it was stays with the old delivery, which alone knows.
    Ok(Submission {
        idempotency_key: IdempotencyKey::new(""),
        record: Record { kind: of.record.kind.clone(), id: String::new(), label: None, url: None },
        ordered: None,
        payload_hash: Sha256Hex::of(text.as_bytes()),
        event: text,
        via: "edit",
        content: Content::Violations(violations),
    })
}
