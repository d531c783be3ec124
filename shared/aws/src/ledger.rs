//! The ledger in DynamoDB: conditional writes, and our own repeated writes recognised.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use fairlead_core::{
    entry::Entry,
    id::{EntryKey, Version},
    ports::{Due, Inserted, PortError, Saved},
};
use jiff::Timestamp;

use crate::{
    row::{LIFE, REQUEST, Row},
    work::{place, start},
};

/// An item as DynamoDB has it.
pub type Item = HashMap<String, AttributeValue>;

/// The most entries that one look at the due index takes.
const PAGE: i32 = 50;

/// One table.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(crate) client: Client,
    pub(crate) table: String,
}

impl Ledger {
    /// The ledger in this table.
    pub fn new(config: &aws_config::SdkConfig, table: String) -> Self {
        Self { client: Client::new(config), table }
    }

    /// Reads an entry, consistently.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the item is no entry.
    pub async fn load(&self, key: &EntryKey) -> Result<Option<Entry>, PortError> {
        let pk = AttributeValue::S(key.to_string());
        let request = self.client.get_item().table_name(&self.table).key("pk", pk);
        let answer = request.consistent_read(true).send().await;
        let answer = answer.map_err(|e| PortError::new("load the entry", chain(e)))?;
        answer.item.map(entry).transpose()
    }

    /// Writes an entry unless an unexpired one lies there.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn insert(&self, new: &Entry, now: Timestamp) -> Result<Inserted, PortError> {
        let item = item(new)?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let answer = put
            // Expiry is compared here and not left to TTL, which deletes "within days".
            .condition_expression("attribute_not_exists(pk) OR expires_at < :now")
            .expression_attribute_values(":now", number(now.as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let failed = match answer {
            Ok(_) => return Ok(Inserted::New),
            Err(failed) => failed,
        };
        match old_of_put(&failed).map(entry).transpose()? {
            // The SDK repeated a write whose answer was lost, and met what it had written.
            Some(old) if old.writer == new.writer => Ok(Inserted::New),
            Some(old) => Ok(Inserted::Exists(Box::new(old))),
            None => Err(PortError::new("insert the entry", chain(failed))),
        }
    }

    /// Replaces version `replaces` of an entry.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn save(&self, new: &Entry, replaces: Version) -> Result<Saved, PortError> {
        self.replace(new, replaces, &[]).await
    }

    /// The same, and the request is replaced too.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn rewrite(&self, new: &Entry, replaces: Version) -> Result<Saved, PortError> {
        self.replace(new, replaces, &REQUEST).await
    }

    async fn replace(
        &self,
        new: &Entry,
        replaces: Version,
        more: &[&str],
    ) -> Result<Saved, PortError> {
        let mut item = item(new)?;
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(new.key.to_string()))
            .condition_expression("version = :replaces")
            .expression_attribute_values(":replaces", number(replaces.0))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let (mut set, mut remove) = (Vec::new(), Vec::new());
        for name in LIFE.iter().chain(more).copied() {
            update = update.expression_attribute_names(format!("#{name}"), name);
            match item.remove(name) {
                Some(value) => {
                    set.push(format!("#{name} = :{name}"));
                    update = update.expression_attribute_values(format!(":{name}"), value);
                }
                None => remove.push(format!("#{name}")),
            }
        }
        let mut expression = format!("SET {}", set.join(", "));
        if !remove.is_empty() {
            expression = format!("{expression} REMOVE {}", remove.join(", "));
        }
        let failed = match update.update_expression(expression).send().await {
            Ok(_) => return Ok(Saved::Done),
            Err(failed) => failed,
        };
        match old_of_update(&failed) {
            // An entry that has expired in between leaves nothing to read.
            Some(old) if old.is_empty() => Ok(Saved::Lost),
            Some(old) if entry(old.clone())?.writer == new.writer => Ok(Saved::Done),
            Some(_) => Ok(Saved::Lost),
            None => Err(PortError::new("save the entry", chain(failed))),
        }
    }

    /// The entries of one partition of the due index whose time has come, oldest first.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn due(
        &self,
        partition: &str,
        until: Timestamp,
        after: Option<&Due>,
    ) -> Result<Vec<Due>, PortError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("work")
            .key_condition_expression("#work = :partition AND work_at <= :now")
            .expression_attribute_names("#work", "work")
            .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
            .expression_attribute_values(":now", number(until.as_millisecond()))
            .set_exclusive_start_key(after.map(|due| start(partition, due)))
            .limit(PAGE)
            .send()
            .await
            .map_err(|e| PortError::new("look at the due index", chain(e)))?;
        Ok(answer.items.unwrap_or_default().iter().filter_map(place).collect())
    }
}

/// Reads an item as an entry.
///
/// # Errors
/// When it is none.
pub fn entry(item: Item) -> Result<Entry, PortError> {
    let row: Row =
        serde_dynamo::from_item(item).map_err(|e| PortError::new("read the entry", e))?;
    row.into_entry().map_err(|e| PortError::new("read the entry", e))
}

/// Writes an entry as an item.
///
/// # Errors
/// When it does not fit the form.
pub fn item(entry: &Entry) -> Result<Item, PortError> {
    let row = Row::of(entry).map_err(|e| PortError::new("write the entry", e))?;
    serde_dynamo::to_item(row).map_err(|e| PortError::new("write the entry", e))
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn old_of_put(failed: &SdkError<PutItemError>) -> Option<Item> {
    match failed.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(e) => e.item.clone(),
        _ => None,
    }
}

pub(crate) fn old_of_update(failed: &SdkError<UpdateItemError>) -> Option<Item> {
    match failed.as_service_error()? {
        // An entry that has expired in between leaves no item; it is lost to us all the same.
        UpdateItemError::ConditionalCheckFailedException(e) => {
            Some(e.item.clone().unwrap_or_default())
        }
        _ => None,
    }
}

/// The SDK's errors hide their causes behind `source`; this shows them.
pub fn chain<E: std::error::Error + Send + Sync + 'static>(error: E) -> String {
    aws_smithy_types::error::display::DisplayErrorContext(error).to_string()
}
