//! What still needs work: the sparse index `work`, read page by page as the desk shows it.

use aws_sdk_dynamodb::types::AttributeValue;
pub use fairlead_core::ports::Due as Place;
use fairlead_core::{id::EntryKey, ports::PortError};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use crate::ledger::{Item, Ledger, chain};

/// In which order a partition is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// From the oldest on.
    Oldest,
    /// From the newest on.
    Newest,
}

/// Some places of one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// In the order that was asked for.
    pub places: Vec<Place>,
    /// Whether there are more.
    pub more: bool,
}

impl Ledger {
    /// Up to `most` places of a partition, after `after` where one is given.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn places(
        &self,
        partition: &str,
        from: From,
        after: Option<&Place>,
        most: usize,
    ) -> Result<Page, PortError> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut page = Page::default();
        let mut start = after.map(|place| start(partition, place));
        loop {
            let query = self.client.query().table_name(&self.table).index_name("work");
            let answer = query
                .key_condition_expression("#work = :partition")
                .expression_attribute_names("#work", "work")
                .expression_attribute_values(":partition", text(partition))
                .scan_index_forward(from == From::Oldest)
                .limit(i32::try_from(most - page.places.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start.take())
                .send()
                .await
                .map_err(|e| PortError::new("look at what needs work", chain(e)))?;
            page.places.extend(answer.items.unwrap_or_default().iter().filter_map(place));
            start = answer.last_evaluated_key;
            page.more = start.is_some();
            if !page.more || page.places.len() >= most {
                return Ok(page);
            }
        }
    }
}

impl Ledger {
    /// Up to `most` places of what is parked under the issues whose names begin so, after `after` where one is given.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn all_parked(
        &self,
        of: &str,
        from: From,
        after: Option<&Place>,
        most: usize,
    ) -> Result<Page, PortError> {
        let partitions = self.parked_partitions(of).await?;
        // Collected, so that no closure is held over an await: a console's handler must be `Send`.
        let asked: Vec<_> =
            partitions.iter().map(|name| self.beyond(name, from, after, most)).collect();
        let pages: Vec<Page> = stream::iter(asked).buffer_unordered(8).try_collect().await?;
        let more = pages.iter().any(|page| page.more);
        let mut places: Vec<Place> = pages.into_iter().flat_map(|page| page.places).collect();
        places.sort_unstable();
        if from == From::Newest {
            places.reverse();
        }
        let more = more || places.len() > most;
        places.truncate(most);
        Ok(Page { places, more })
    }

    /// Up to `most` places of a partition beyond a place that may lie in another one.
    async fn beyond(
        &self,
        partition: &str,
        from: From,
        after: Option<&Place>,
        most: usize,
    ) -> Result<Page, PortError> {
        let Some(after) = after else { return self.places(partition, from, None, most).await };
        // A key that no entry has stands before or after all of that millisecond.
        let edge = match from {
            From::Oldest => Place { at: after.at, key: EntryKey::new(" ") },
            From::Newest => Place { at: after.at, key: EntryKey::new("~") },
        };
        let mut page = self.places(partition, from, Some(&edge), most + SAME_MOMENT).await?;
        page.places.retain(|place| match from {
            From::Oldest => place > after,
            From::Newest => place < after,
        });
        Ok(page)
    }
}

/// So many may be parked in one millisecond, under one issue, and all be listed.
const SAME_MOMENT: usize = 100;

/// Where a query goes on after this place.
pub(crate) fn start(partition: &str, place: &Place) -> Item {
    Item::from([
        ("work".to_owned(), AttributeValue::S(partition.to_owned())),
        ("work_at".to_owned(), AttributeValue::N(place.at.as_millisecond().to_string())),
        ("pk".to_owned(), AttributeValue::S(place.key.to_string())),
    ])
}

/// The place that an item of the index stands for.
pub(crate) fn place(item: &Item) -> Option<Place> {
    let millis = item.get("work_at")?.as_n().ok()?.parse().ok()?;
    let at = Timestamp::from_millisecond(millis).ok()?;
    Some(Place { at, key: EntryKey::new(item.get("pk")?.as_s().ok()?) })
}
