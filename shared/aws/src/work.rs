//! What still needs work: the sparse index `work`, read page by page as the desk shows it.

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
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
    /// Up to `most` places of what is parked under all issues.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn all_parked(&self, from: From, most: usize) -> Result<Page, PortError> {
        let partitions = self.parked_partitions("", None).await?;
        self.parked_in(&partitions, from, None, most).await
    }

    /// Up to `most` places of what is parked in these partitions, after `after` where one is given.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn parked_in(
        &self,
        partitions: &[String],
        from: From,
        after: Option<&Place>,
        most: usize,
    ) -> Result<Page, PortError> {
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

    /// Up to `most` places of a partition beyond a place that may lie in another one; a few more where many were
    /// parked at once.
    ///
    /// Places of one millisecond stand in no order that DynamoDB promises, so a page has each millisecond whole: the
    /// last one that was read is left to the next page unless it was read to its end.
    async fn beyond(
        &self,
        partition: &str,
        from: From,
        after: Option<&Place>,
        most: usize,
    ) -> Result<Page, PortError> {
        let (mut page, mut start, mut last) = (Page::default(), None, None);
        loop {
            // One more than is wanted tells that the last millisecond has been read to its end.
            let wanted = (most + 1).saturating_sub(page.places.len());
            let query = self.since(partition, from, after.map(|after| after.at));
            let answer = query
                .limit(i32::try_from(wanted.max(MORE)).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start.take())
                .send()
                .await
                .map_err(|e| PortError::new("look at what needs work", chain(e)))?;
            for place in answer.items.unwrap_or_default().iter().filter_map(place) {
                last = Some(place.at);
                page.places
                    .extend(after.is_none_or(|a| is_beyond(&place, a, from)).then_some(place));
            }
            start = answer.last_evaluated_key;
            page.more = start.is_some();
            let whole = page.places.iter().take_while(|place| Some(place.at) != last).count();
            if !page.more {
                return Ok(page);
            }
            if whole >= most {
                page.places.truncate(whole);
                return Ok(page);
            }
        }
    }

    /// Asks for a partition, from this millisecond on.
    fn since(&self, partition: &str, from: From, at: Option<Timestamp>) -> QueryFluentBuilder {
        let query = self.client.query().table_name(&self.table).index_name("work");
        let query = query
            .expression_attribute_names("#work", "work")
            .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
            .scan_index_forward(from == From::Oldest);
        let Some(at) = at else { return query.key_condition_expression("#work = :partition") };
        let on = match from {
            From::Oldest => "#work = :partition AND work_at >= :at",
            From::Newest => "#work = :partition AND work_at <= :at",
        };
        let at = AttributeValue::N(at.as_millisecond().to_string());
        query.key_condition_expression(on).expression_attribute_values(":at", at)
    }
}

/// So many keys are read at least at a time, where a millisecond holds more than was wanted.
const MORE: usize = 50;

fn is_beyond(place: &Place, after: &Place, from: From) -> bool {
    match from {
        From::Oldest => place > after,
        From::Newest => place < after,
    }
}

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
