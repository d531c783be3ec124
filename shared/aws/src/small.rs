//! The small items of the ledger's table: what all dispatchers share per destination and per record, written under a condition.

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use fairlead_core::{
    entry::Work,
    gate::Gate,
    id::{DestinationName, Version},
    pace::Pace,
    ports::{Gates, PortError, Saved},
    roll::Roll,
    running::Running,
    turn::Turn,
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::ledger::{Ledger, chain, number, old_of_update};

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
        let small = Small::new(format!("gate#{of}"), gate.version);
        let saved = self.save_small(small, gate, replaces).await?;
        if saved == Saved::Done {
            crate::metric::gate(of, gate);
        }
        Ok(saved)
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
        self.save_small(Small::new(format!("pace#{of}"), pace.version), pace, replaces).await
    }

    async fn turn(&self, of: &str) -> Result<Option<Turn>, PortError> {
        self.small(of.to_owned()).await
    }

    async fn save_turn(
        &self,
        of: &str,
        turn: &Turn,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        self.save_small(Small::new(of.to_owned(), turn.version), turn, replaces).await
    }

    async fn running(&self, of: &DestinationName) -> Result<Option<Running>, PortError> {
        self.small(format!("slots#{of}")).await
    }

    async fn save_running(
        &self,
        of: &DestinationName,
        running: &Running,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        let small = Small::new(format!("slots#{of}"), running.version);
        self.save_small(small, running, replaces).await
    }

    async fn roll(&self) -> Result<Option<Roll>, PortError> {
        self.small(ROLL.to_owned()).await
    }

    async fn save_roll(&self, roll: &Roll, replaces: Version) -> Result<Saved, PortError> {
        self.save_small(Small::new(ROLL.to_owned(), roll.version), roll, replaces).await
    }
}

/// Where the names of all destinations lie.
const ROLL: &str = "destinations";

/// Where a small item lies, and which version of it.
pub(crate) struct Small {
    pk: String,
    version: Version,
    /// Its place in the sparse index, where it has one.
    work: Option<Work>,
}

impl Small {
    pub(crate) fn new(pk: String, version: Version) -> Self {
        Self { pk, version, work: None }
    }

    /// The same, standing in the sparse index or taken out of it.
    pub(crate) fn listed(self, work: Option<Work>) -> Self {
        Self { work, ..self }
    }

    /// Where the update goes, and that it lists the item or takes it out of the list.
    fn update(self, update: UpdateItemFluentBuilder) -> UpdateItemFluentBuilder {
        let set = "SET version = :version, #value = :value, writer = :writer";
        let update = update
            .key("pk", AttributeValue::S(self.pk))
            .expression_attribute_names("#work", "work")
            .expression_attribute_values(":version", number(self.version.0));
        let Some(work) = self.work else {
            return update.update_expression(format!("{set} REMOVE #work, work_at"));
        };
        update
            .update_expression(format!("{set}, #work = :work, work_at = :work_at"))
            .expression_attribute_values(":work", AttributeValue::S(work.partition))
            .expression_attribute_values(":work_at", number(work.at.as_millisecond()))
    }
}

impl Ledger {
    /// Reads a small item, consistently.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the item is of another kind.
    pub(crate) async fn small<T: DeserializeOwned>(
        &self,
        pk: String,
    ) -> Result<Option<T>, PortError> {
        let get = self.client.get_item().table_name(&self.table).key("pk", AttributeValue::S(pk));
        let answer = get.consistent_read(true).send().await;
        let answer = answer.map_err(|e| PortError::new("read a small item", chain(e)))?;
        let value = answer.item.and_then(|mut item| item.remove("value"));
        let read = |value| serde_dynamo::from_attribute_value(value);
        value.map(read).transpose().map_err(|e| PortError::new("read a small item", e))
    }

    /// Replaces version `replaces` of a small item; version 0 means that there is none.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub(crate) async fn save_small<T: Serialize>(
        &self,
        small: Small,
        value: &T,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        let value: AttributeValue = serde_dynamo::to_attribute_value(value)
            .map_err(|e| PortError::new("save a small item", e))?;
        // Two dispatchers may compute the same value at the same time; only this tells them apart.
        let writer = AttributeValue::S(Uuid::now_v7().to_string());
        let updated = small
            .update(self.client.update_item())
            .table_name(&self.table)
            .condition_expression(
                "version = :replaces OR (attribute_not_exists(pk) AND :replaces = :none)",
            )
            .expression_attribute_names("#value", "value")
            .expression_attribute_values(":value", value)
            .expression_attribute_values(":writer", writer.clone())
            .expression_attribute_values(":replaces", number(replaces.0))
            .expression_attribute_values(":none", number(0))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(failed) = updated else { return Ok(Saved::Done) };
        match old_of_update(&failed) {
            // The SDK repeated a write whose answer was lost, and met what it had written.
            Some(old) if old.get("writer") == Some(&writer) => Ok(Saved::Done),
            Some(_) => Ok(Saved::Lost),
            None => Err(PortError::new("save a small item", chain(failed))),
        }
    }
}
