//! The crosswalk in DynamoDB: one item per record and destination.

use aws_sdk_dynamodb::types::AttributeValue;
use fairlead_core::{
    crosswalk::{Crosswalk, Link, place},
    id::{DestinationName, VendorId},
    ports::PortError,
    record::RecordName,
};

use crate::ledger::{Ledger, chain, old_of_update};

impl Crosswalk for Ledger {
    async fn vendor_id(
        &self,
        at: &DestinationName,
        record: &RecordName,
    ) -> Result<Option<VendorId>, PortError> {
        Ok(self.linked(at, record).await?.map(|link| link.vendor_id))
    }
}

impl Ledger {
    /// What a destination calls a record, read consistently.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the item is of another kind.
    pub async fn linked(
        &self,
        at: &DestinationName,
        record: &RecordName,
    ) -> Result<Option<Link>, PortError> {
        self.small(place(at, record)).await
    }

    /// Keeps what a destination calls a record, unless something later was kept.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn link(&self, at: &DestinationName, link: &Link) -> Result<(), PortError> {
        let value: AttributeValue = serde_dynamo::to_attribute_value(link)
            .map_err(|e| PortError::new("keep the vendor's id", e))?;
        let heard_at = AttributeValue::N(link.at.as_millisecond().to_string());
        let updated = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(place(at, &link.record)))
            .update_expression("SET #value = :value, heard_at = :heard_at")
            .condition_expression("attribute_not_exists(pk) OR heard_at <= :heard_at")
            .expression_attribute_names("#value", "value")
            .expression_attribute_values(":value", value)
            .expression_attribute_values(":heard_at", heard_at)
            .send()
            .await;
        match updated {
            Ok(_) => Ok(()),
            // Something later was kept, which is as good.
            Err(failed) if old_of_update(&failed).is_some() => Ok(()),
            Err(failed) => Err(PortError::new("keep the vendor's id", chain(failed))),
        }
    }
}
