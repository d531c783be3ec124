//! What ran: entries found by the beginning of a delivery's id, through the index `ran`.

use aws_sdk_dynamodb::types::AttributeValue;
use fairlead_core::{
    entry::Entry,
    id::{DeliveryId, EntryKey},
    ports::PortError,
};
use uuid::Uuid;

use crate::{
    ledger::{Ledger, chain},
    row::{RAN_SHARDS, ran_partition},
};

/// A beginning of an id that spans more days than this names too many deliveries to look for.
const MOST_DAYS: i64 = 3;

/// Why no search is made.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// It is not the beginning of a UUID.
    #[error("\"{0}\" is not the beginning of a delivery's id: hexadecimal digits and dashes")]
    NotAnId(String),
    /// It is too short to say when the delivery was accepted.
    #[error("\"{0}\" is too short; give at least 6 characters of the delivery's id")]
    TooShort(String),
    /// The ledger does not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl Ledger {
    /// The entries whose delivery's id begins so, at most ten.
    ///
    /// The id holds its time (RFC 9562 section 5.7), so only the partitions of those days are read.
    ///
    /// # Errors
    /// When the text begins no id, is too short, or the ledger does not answer.
    pub async fn find(&self, beginning: &str) -> Result<Vec<EntryKey>, FindError> {
        let (first, last) = bounds(beginning)?;
        let (from, to) = (day(first), day(last));
        if to - from >= MOST_DAYS {
            return Err(FindError::TooShort(beginning.to_owned()));
        }
        let mut found = Vec::new();
        for partition in partitions(from..=to) {
            found.extend(self.ran(&partition, first, last).await?);
        }
        found.truncate(10);
        Ok(found)
    }

    /// The entry of the delivery with this id. A new one may take a moment to be found.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Entry>, PortError> {
        let keys = self.ran(&ran_partition(id), id.0, id.0).await?;
        match keys.first() {
            Some(key) => Ok(self.load(key).await?.filter(|entry| entry.id == id)),
            None => Ok(None),
        }
    }

    async fn ran(
        &self,
        partition: &str,
        first: Uuid,
        last: Uuid,
    ) -> Result<Vec<EntryKey>, PortError> {
        let text = |id: Uuid| AttributeValue::S(id.to_string());
        let query = self.client.query().table_name(&self.table).index_name("ran");
        let answer = query
            .key_condition_expression("ran = :partition AND id BETWEEN :first AND :last")
            .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last))
            .limit(10)
            .send()
            .await
            .map_err(|e| PortError::new("look for the delivery", chain(e)))?;
        let keys = answer.items.unwrap_or_default();
        Ok(keys.iter().filter_map(|i| i.get("pk")?.as_s().ok()).map(EntryKey::new).collect())
    }
}

/// The lowest and the highest id with this beginning.
fn bounds(beginning: &str) -> Result<(Uuid, Uuid), FindError> {
    let wrong = || FindError::NotAnId(beginning.to_owned());
    let digits: String = beginning.chars().filter(|c| *c != '-').collect();
    if digits.len() < 6 {
        return Err(FindError::TooShort(beginning.to_owned()));
    }
    let first = Uuid::try_parse(&format!("{digits:0<32}")).map_err(|_| wrong())?;
    let last = Uuid::try_parse(&format!("{digits:f<32}")).map_err(|_| wrong())?;
    Ok((first, last))
}

fn day(id: Uuid) -> i64 {
    // The first 48 bits of a version 7 UUID are milliseconds since 1970.
    i64::try_from(id.as_u128() >> 80).unwrap_or(i64::MAX) / 86_400_000
}

fn partitions(days: std::ops::RangeInclusive<i64>) -> Vec<String> {
    let mut all = Vec::new();
    for day in days {
        let millis = u128::try_from(day).unwrap_or_default() * 86_400_000;
        for shard in 0..RAN_SHARDS {
            // An id of that day and shard; its partition is all that matters.
            let bits = (millis << 80) | (0x7 << 76) | (0x2 << 62) | u128::from(shard);
            all.push(ran_partition(DeliveryId(Uuid::from_u128(bits))));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partitions_of_a_beginning_hold_the_id() {
        for _ in 0..50 {
            let id = Uuid::now_v7();
            let (first, last) = bounds(&id.to_string()[..8]).expect("a beginning");
            assert!(first <= id && id <= last);
            let all = partitions(day(first)..=day(last));
            assert!(all.contains(&ran_partition(DeliveryId(id))), "{all:?}");
        }
    }

    #[test]
    fn what_begins_no_id_is_refused() {
        assert!(matches!(bounds("D-1042x"), Err(FindError::NotAnId(_) | FindError::TooShort(_))));
        assert!(matches!(bounds("0199"), Err(FindError::TooShort(_))));
        assert!(matches!(bounds("zzzzzzzz"), Err(FindError::NotAnId(_))));
    }
}
