//! Corrected events on their way from the desk to validate: a ticket carries no payload, so they lie in the ledger.

use aws_sdk_dynamodb::types::AttributeValue;
use fairlead_core::{
    id::{DeliveryId, Sha256Hex},
    ports::PortError,
};
use jiff::{SignedDuration, Timestamp};

use crate::ledger::{Ledger, chain};

/// Longer than a ticket can lie on a queue and its DLQ; afterwards the event is in its own entry.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

fn key(of: DeliveryId, event: &Sha256Hex) -> AttributeValue {
    AttributeValue::S(format!("edit#{of}#{event}"))
}

impl Ledger {
    /// Lays the corrected event of a delivery down; doing it again changes nothing.
    ///
    /// # Errors
    /// When DynamoDB does not take it.
    pub async fn lay_down(
        &self,
        of: DeliveryId,
        event: &str,
        now: Timestamp,
    ) -> Result<Sha256Hex, PortError> {
        let digest = Sha256Hex::of(event.as_bytes());
        let until = now.checked_add(KEPT).unwrap_or(Timestamp::MAX).as_second();
        let put = self.client.put_item().table_name(&self.table);
        let answer = put
            .item("pk", key(of, &digest))
            .item("event", AttributeValue::S(event.to_owned()))
            .item("expires_at", AttributeValue::N(until.to_string()))
            .send()
            .await;
        answer.map_err(|e| PortError::new("lay the corrected event down", chain(e)))?;
        Ok(digest)
    }

    /// The corrected event of a delivery.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn corrected(
        &self,
        of: DeliveryId,
        event: &Sha256Hex,
    ) -> Result<Option<String>, PortError> {
        let get = self.client.get_item().table_name(&self.table).key("pk", key(of, event));
        let answer = get.consistent_read(true).send().await;
        let answer = answer.map_err(|e| PortError::new("read the corrected event", chain(e)))?;
        let event = answer.item.and_then(|mut item| item.remove("event"));
        Ok(event.and_then(|event| event.as_s().ok().cloned()))
    }
}
