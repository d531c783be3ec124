//! Orders about one parked delivery: checked by the rules, written down, then sent to dispatch, which obeys.

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use fairlead_aws::ledger::chain;
use fairlead_core::{
    audit::{Did, Note},
    entry::Entry,
    id::VendorId,
    order::{Refusal, may_order, policy},
    ticket::{Act, Order, Step, Ticket},
};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Desk, DeskError, view::Done};

impl Desk {
    /// Orders something for one parked delivery, and says what was ordered.
    ///
    /// # Errors
    /// When the rules forbid it, or AWS does not do its part.
    pub async fn order(
        &self,
        id: &str,
        act: Act,
        reason: &str,
        checked: bool,
    ) -> Result<Done, DeskError> {
        if let Act::Resolve { vendor_id: Some(typed) } = &act
            && VendorId::typed(typed).is_none()
        {
            return Err(DeskError::NotAVendorId(typed.clone()));
        }
        let entry = self.entry(id).await?;
        let policy = policy(fairlead_catalog::catalog(), &entry);
        may_order(&entry.life, &act, checked, policy.as_ref(), Timestamp::now())
            .map_err(|why| refused(&entry, why))?;
        let word = did(&act).word();
        let on = Note::about(&entry);
        let note = self.write_down(did(&act), on, reason, 1).await?;
        self.send(&[ticket(&entry, &note, act, checked)]).await?;
        let said = format!("ordered: {word} {} of {}", entry.record, entry.integration);
        Ok(Done::new(said, format!("fairlead deliveries show {}", entry.id)))
    }

    /// Writes a note of an act, before the act: what is done stands in the audit, whatever comes in between.
    pub(super) async fn write_down(
        &self,
        did: Did,
        on: String,
        reason: &str,
        deliveries: usize,
    ) -> Result<Note, DeskError> {
        let note = Note {
            id: Uuid::now_v7(),
            at: Timestamp::now(),
            by: self.caller().await?,
            did,
            on,
            reason: reason.to_owned(),
            deliveries: u32::try_from(deliveries).unwrap_or(u32::MAX),
        };
        self.ledger.note(&note).await?;
        Ok(note)
    }

    /// Sends orders to dispatch, at most ten.
    pub(super) async fn send(&self, orders: &[Ticket]) -> Result<(), DeskError> {
        self.send_to(&self.outputs.dispatch_queue_url, orders).await
    }

    pub(super) async fn send_to(
        &self,
        queue_url: &str,
        orders: &[Ticket],
    ) -> Result<(), DeskError> {
        let failed = |e: String| DeskError::Aws("send the order", e);
        let client = aws_sdk_sqs::Client::new(&self.config);
        if let [one] = orders {
            let order = client.send_message().queue_url(queue_url).message_body(one.text());
            let group = one.entry.integration().map(str::to_owned);
            let sent = order.set_message_group_id(group).send().await;
            return sent.map(|_| ()).map_err(|e| failed(chain(e)));
        }
        let mut batch = client.send_message_batch().queue_url(queue_url);
        for (place, ticket) in orders.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(place.to_string())
                .message_body(ticket.text())
                // Fair queues: many orders about one integration do not delay the others.
                .set_message_group_id(ticket.entry.integration().map(str::to_owned))
                .build();
            batch = batch.entries(entry.map_err(|e| failed(e.to_string()))?);
        }
        let answer = batch.send().await.map_err(|e| failed(chain(e)))?;
        match answer.failed().first() {
            None => Ok(()),
            Some(first) => {
                Err(failed(first.message().unwrap_or("SQS took some of them only").into()))
            }
        }
    }
}

/// The order as it travels.
pub fn ticket(entry: &Entry, note: &Note, act: Act, checked: bool) -> Ticket {
    let mut ticket = Ticket::new(Step::Retry, entry.key.clone(), entry.id);
    let (by, reason, version) = (note.by.clone(), note.reason.clone(), entry.life.version);
    // A bulk's id stands in each history, so that all it moved can be found.
    let reason =
        if note.deliveries > 1 { format!("{reason} [bulk {}]", note.short()) } else { reason };
    ticket.order = Some(Order { by, reason, version, checked, act });
    ticket
}

/// A refusal, told with the delivery's name.
pub(super) fn refused(entry: &Entry, why: Refusal) -> DeskError {
    let id = entry.id.to_string();
    match why {
        Refusal::NotParked => DeskError::NotParked(id, entry.life.state.word()),
        Refusal::InDoubt => DeskError::NotChecked(id),
        Refusal::NothingToSend | Refusal::Gone => DeskError::Refused(id, why.sentence()),
    }
}

fn did(act: &Act) -> Did {
    match act {
        Act::Retry => Did::Retry,
        Act::Resolve { .. } => Did::Resolve,
        Act::Discard => Did::Discard,
        Act::Edit { .. } => Did::Edit,
    }
}
