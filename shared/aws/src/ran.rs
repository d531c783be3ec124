//! What ran: deliveries by time, through the keys-only index `ran`; a bounded number of keys at each look.

use std::ops::RangeInclusive;

use aws_sdk_dynamodb::types::AttributeValue;
use fairlead_core::{
    id::{DeliveryId, EntryKey, Mark},
    ports::PortError,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    ledger::{Item, Ledger, chain},
    row::{RAN_SHARDS, ran_partition, ran_shard},
};

/// One delivery as the index has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ran {
    /// Its name, which tells when it was accepted.
    pub id: DeliveryId,
    /// Where its entry lies.
    pub key: EntryKey,
}

/// A stretch of time, by the names that deliveries have in it; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    first: Uuid,
    last: Uuid,
}

/// So many partitions are asked at the same time.
const AT_ONCE: usize = 8;

/// So many keys more than its share each partition is asked for.
const SPARE: usize = 4;

/// The milliseconds of a day.
const DAY: i64 = 86_400_000;

impl Stretch {
    /// From `since` until `until`.
    pub fn between(since: Timestamp, until: Timestamp) -> Self {
        Self { first: lowest(since), last: Uuid::from_u128(lowest(until).as_u128() | LATER) }
    }

    /// The same, but only what was accepted before this delivery.
    #[must_use]
    pub fn before(self, id: DeliveryId) -> Self {
        let last = Uuid::from_u128(id.0.as_u128().saturating_sub(1)).min(self.last);
        Self { last, ..self }
    }

    /// The same, but only what was accepted after this delivery.
    #[must_use]
    pub fn after(self, id: DeliveryId) -> Self {
        let first = Uuid::from_u128(id.0.as_u128().saturating_add(1)).max(self.first);
        Self { first, ..self }
    }

    /// Every id that begins with these digits.
    pub(crate) fn of(first: Uuid, last: Uuid) -> Self {
        Self { first, last }
    }

    /// The days that it touches, counted from 1970.
    pub(crate) fn days(&self) -> RangeInclusive<i64> {
        let day = |id: Uuid| DeliveryId(id).accepted_at().as_millisecond() / DAY;
        day(self.first)..=day(self.last)
    }
}

/// All bits of an id but its time.
const LATER: u128 = (1 << 80) - 1;

/// The lowest id of this millisecond.
fn lowest(at: Timestamp) -> Uuid {
    Uuid::from_u128(u128::try_from(at.as_millisecond()).unwrap_or_default() << 80)
}

impl Ledger {
    /// What was accepted in this stretch, newest first, at most so many.
    ///
    /// Marks spread deliveries evenly over a day's partitions, so each is asked for its share and a little more, and
    /// a look costs about as many keys as it gives. Where one has given all that it was asked for, what is older
    /// than its last key is not known of it yet, and is asked for in another round.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn latest(&self, stretch: Stretch, most: usize) -> Result<Vec<Ran>, PortError> {
        let (mut found, mut left) = (Vec::new(), stretch);
        for day in stretch.days().rev() {
            loop {
                let (ran, edge) = self.round(day, left, most - found.len()).await?;
                found.extend(ran);
                if found.len() >= most {
                    found.truncate(most);
                    return Ok(found);
                }
                let Some(edge) = edge else { break };
                left = left.before(edge);
            }
        }
        Ok(found)
    }

    /// The newest of a day, newest first, and the oldest of them where there may be more.
    async fn round(
        &self,
        day: i64,
        stretch: Stretch,
        wanted: usize,
    ) -> Result<(Vec<Ran>, Option<DeliveryId>), PortError> {
        let share = wanted.div_ceil(usize::from(RAN_SHARDS));
        let share = share + share / 4 + SPARE;
        let partitions = (0..RAN_SHARDS).map(|shard| partition(day, shard));
        let asked = partitions.map(|name| self.keys(name, stretch, Some(share)));
        let asked: Vec<Vec<Ran>> =
            stream::iter(asked).buffer_unordered(AT_ONCE).try_collect().await?;
        let full = asked.iter().filter(|keys| keys.len() >= share);
        let edge = full.filter_map(|keys| keys.last()).map(|ran| ran.id).max();
        let mut ran = asked.concat();
        ran.retain(|ran| edge.is_none_or(|edge| ran.id >= edge));
        ran.sort_unstable_by(|a, b| b.cmp(a));
        Ok((ran, edge))
    }

    /// Every delivery of this stretch whose name carries this mark, newest first.
    ///
    /// The mark's last byte chooses the partition, so of each day an eighth of the keys is read, and no entry.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn marked(&self, stretch: Stretch, mark: Mark) -> Result<Vec<Ran>, PortError> {
        let shard = ran_shard(mark);
        let partitions = stretch.days().rev().map(|day| partition(day, shard));
        let asked = partitions.map(|name| self.keys(name, stretch, None));
        let asked: Vec<Vec<Ran>> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        let mut found = asked.concat();
        found.retain(|ran| ran.id.mark() == mark);
        Ok(found)
    }

    /// The keys of one partition in this stretch, newest first: the first `most`, or all, page by page.
    pub(crate) async fn keys(
        &self,
        partition: String,
        stretch: Stretch,
        most: Option<usize>,
    ) -> Result<Vec<Ran>, PortError> {
        let text = |id: Uuid| AttributeValue::S(id.to_string());
        let mut keys = Vec::new();
        let mut from: Option<Item> = None;
        loop {
            let query = self.client.query().table_name(&self.table).index_name("ran");
            let answer = query
                .key_condition_expression("ran = :partition AND id BETWEEN :first AND :last")
                .expression_attribute_values(":partition", AttributeValue::S(partition.clone()))
                .expression_attribute_values(":first", text(stretch.first))
                .expression_attribute_values(":last", text(stretch.last))
                .scan_index_forward(false)
                .set_limit(most.map(|most| i32::try_from(most - keys.len()).unwrap_or(i32::MAX)))
                .set_exclusive_start_key(from.take())
                .send()
                .await
                .map_err(|e| PortError::new("look for deliveries", chain(e)))?;
            keys.extend(answer.items.unwrap_or_default().iter().filter_map(ran));
            from = answer.last_evaluated_key;
            if from.is_none() || most.is_some_and(|most| keys.len() >= most) {
                return Ok(keys);
            }
        }
    }
}

fn ran(item: &Item) -> Option<Ran> {
    let id = DeliveryId(Uuid::try_parse(item.get("id")?.as_s().ok()?).ok()?);
    Some(Ran { id, key: EntryKey::new(item.get("pk")?.as_s().ok()?) })
}

/// The partition of a day and a shard; an id of both has it.
pub(crate) fn partition(day: i64, shard: u8) -> String {
    let millis = u128::try_from(day * DAY).unwrap_or_default();
    let bits = (millis << 80) | (0x7 << 76) | (0x2 << 62) | u128::from(shard);
    ran_partition(DeliveryId(Uuid::from_u128(bits)))
}

#[cfg(test)]
mod tests {
    use fairlead_core::record::Record;

    use super::*;

    #[test]
    fn a_records_deliveries_lie_in_the_partition_that_its_mark_names() {
        for n in 0..50 {
            let record =
                Record { kind: "deal".into(), id: format!("D-{n}"), label: None, url: None };
            let id = DeliveryId::of(Uuid::now_v7(), record.mark());
            let day = id.accepted_at().as_millisecond() / DAY;
            assert_eq!(ran_partition(id), partition(day, ran_shard(Record::mark_of(&record.id))));
        }
    }

    #[test]
    fn a_stretch_holds_what_was_accepted_in_it_and_ends_before_a_delivery() {
        let id = DeliveryId(Uuid::now_v7());
        let at = id.accepted_at();
        let all = Stretch::between(at, at);
        assert!(all.first <= id.0 && id.0 <= all.last);
        assert!(all.before(id).last < id.0);
        assert!(all.after(id).first > id.0);
        let days = Stretch::between("2026-01-31T23:00:00Z".parse().expect("a time"), at).days();
        assert!(days.start() < days.end());
    }
}
