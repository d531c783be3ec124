//! The small items of the ledger's table: one gate and one pace per destination, written under a condition.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use fairlead_core::{
    gate::Gate,
    id::{DestinationName, Version},
    pace::Pace,
    ports::{Gates, PortError, Saved},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::ledger::{Ledger, chain, old_of_update};

impl Gates for Ledger {
    async fn gate(&self, of: &DestinationName) -> Result<Option<Gate>, PortError> {
        self.small(format!("gate#{of}")).await
    }

    async fn save_gate(
        &self,
        of: &DestinationName,
        gate: &Gate,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        self.save_small(format!("gate#{of}"), gate, gate.version, replaces).await
    }

    async fn pace(&self, of: &DestinationName) -> Result<Option<Pace>, PortError> {
        self.small(format!("pace#{of}")).await
    }

    async fn save_pace(
        &self,
        of: &DestinationName,
        pace: &Pace,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        self.save_small(format!("pace#{of}"), pace, pace.version, replaces).await
    }
}

impl Ledger {
    /// Reads a small item, consistently.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the item is of another kind.
    async fn small<T: DeserializeOwned>(&self, pk: String) -> Result<Option<T>, PortError> {
        let get = self.client.get_item().table_name(&self.table).key("pk", AttributeValue::S(pk));
        let answer = get.consistent_read(true).send().await;
        let answer = answer.map_err(|e| PortError::new("read the gate", chain(e)))?;
        let value = answer.item.and_then(|mut item| item.remove("value"));
        let read = |value| serde_dynamo::from_attribute_value(value);
        value.map(read).transpose().map_err(|e| PortError::new("read the gate", e))
    }

    /// Replaces version `replaces` of a small item; version 0 means that there is none.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    async fn save_small<T: Serialize>(
        &self,
        pk: String,
        value: &T,
        version: Version,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        let value: AttributeValue = serde_dynamo::to_attribute_value(value)
            .map_err(|e| PortError::new("save the gate", e))?;
        let number = |version: Version| AttributeValue::N(version.0.to_string());
        // Two dispatchers may compute the same value at the same time; only this tells them apart.
        let writer = AttributeValue::S(Uuid::now_v7().to_string());
        let updated = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk))
            .update_expression("SET version = :version, #value = :value, writer = :writer")
            .condition_expression(
                "version = :replaces OR (attribute_not_exists(pk) AND :replaces = :none)",
            )
            .expression_attribute_names("#value", "value")
            .expression_attribute_values(":value", value)
            .expression_attribute_values(":writer", writer.clone())
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":replaces", number(replaces))
            .expression_attribute_values(":none", number(Version(0)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(failed) = updated else { return Ok(Saved::Done) };
        match old_of_update(&failed) {
            // The SDK repeated a write whose answer was lost, and met what it had written.
            Some(old) if old.get("writer") == Some(&writer) => Ok(Saved::Done),
            Some(_) => Ok(Saved::Lost),
            None => Err(PortError::new("save the gate", chain(failed))),
        }
    }
}
