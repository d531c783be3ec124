//! The notes of what operators did: written once under a condition, read newest first.

use aws_sdk_dynamodb::types::AttributeValue;
use fairlead_core::{
    audit::{ACTS, Note},
    ports::PortError,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    ledger::{Item, Ledger, chain},
    work::{From, Place},
};

/// How long notes are kept: longer than the year that auditors ask for.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);

impl Ledger {
    /// Writes a note. It is written once: no later one of ours changes it. IAM cannot demand the condition, so that
    /// holds of the command, and not of everybody who may put items here.
    ///
    /// # Errors
    /// When DynamoDB does not take it; then the act must not be done.
    pub async fn note(&self, note: &Note) -> Result<(), PortError> {
        let value: AttributeValue = serde_dynamo::to_attribute_value(note)
            .map_err(|e| PortError::new("write down the act", e))?;
        let number = |n: i64| AttributeValue::N(n.to_string());
        let kept = note.at.checked_add(KEPT).unwrap_or(Timestamp::MAX);
        let put = self.client.put_item().table_name(&self.table);
        let answer = put
            .item("pk", AttributeValue::S(note.key()))
            .item("work", AttributeValue::S(ACTS.to_owned()))
            .item("work_at", number(note.at.as_millisecond()))
            .item("expires_at", number(kept.as_second()))
            .item("value", value.clone())
            // The SDK may repeat a write whose answer was lost: the same note over itself changes nothing.
            .condition_expression("attribute_not_exists(pk) OR #value = :value")
            .expression_attribute_names("#value", "value")
            .expression_attribute_values(":value", value)
            .send()
            .await;
        answer.map(drop).map_err(|e| PortError::new("write down the act", chain(e)))
    }

    /// The notes, newest first, after this place; each with its place.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or an item is no note.
    pub async fn notes(
        &self,
        after: Option<&Place>,
        most: usize,
    ) -> Result<Vec<(Place, Note)>, PortError> {
        let page = self.places(ACTS, From::Newest, after, most).await?;
        let keys: Vec<_> = page.places.iter().map(|place| place.key.clone()).collect();
        let mut items = self.items(&keys, None).await?;
        let found = page.places.into_iter().filter_map(|place| {
            let item = items.remove(place.key.as_str())?;
            Some(read(item).map(|note| (place, note)))
        });
        found.collect()
    }
}

fn read(mut item: Item) -> Result<Note, PortError> {
    let none = || PortError::new("read what was done", "the item is no note");
    let value = item.remove("value").ok_or_else(none)?;
    serde_dynamo::from_attribute_value(value).map_err(|e| PortError::new("read what was done", e))
}
