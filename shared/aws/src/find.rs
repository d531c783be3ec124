//! One delivery, found by the beginning of its id.

use fairlead_core::{
    entry::Entry,
    id::{DeliveryId, EntryKey},
    ports::PortError,
};
use uuid::Uuid;

use crate::{
    ledger::Ledger,
    ran::{Stretch, partition},
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
        let stretch = bounds(beginning)?;
        let (from, to) = stretch.days().into_inner();
        if to - from >= MOST_DAYS {
            return Err(FindError::TooShort(beginning.to_owned()));
        }
        let mut found = Vec::new();
        for day in from..=to {
            for shard in 0..RAN_SHARDS {
                found.extend(self.keys(partition(day, shard), stretch, Some(10)).await?);
            }
        }
        Ok(found.into_iter().map(|ran| ran.key).take(10).collect())
    }

    /// The entry of the delivery with this id. A new one may take a moment to be found.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Entry>, PortError> {
        let keys = self.keys(ran_partition(id), Stretch::of(id.0, id.0), Some(1)).await?;
        match keys.first() {
            Some(ran) => Ok(self.load(&ran.key).await?.filter(|entry| entry.id == id)),
            None => Ok(None),
        }
    }
}

/// From the lowest to the highest id with this beginning.
fn bounds(beginning: &str) -> Result<Stretch, FindError> {
    let wrong = || FindError::NotAnId(beginning.to_owned());
    let digits: String = beginning.chars().filter(|c| *c != '-').collect();
    if digits.len() < 6 {
        return Err(FindError::TooShort(beginning.to_owned()));
    }
    let first = Uuid::try_parse(&format!("{digits:0<32}")).map_err(|_| wrong())?;
    let last = Uuid::try_parse(&format!("{digits:f<32}")).map_err(|_| wrong())?;
    Ok(Stretch::of(first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partitions_of_a_beginning_hold_the_id() {
        for _ in 0..50 {
            let id = DeliveryId(Uuid::now_v7());
            let days = bounds(&id.to_string()[..8]).expect("a beginning").days();
            let mut all = days.flat_map(|day| (0..RAN_SHARDS).map(move |s| partition(day, s)));
            assert!(all.any(|name| name == ran_partition(id)), "{id}");
        }
    }

    #[test]
    fn what_begins_no_id_is_refused() {
        assert!(matches!(bounds("D-1042x"), Err(FindError::NotAnId(_) | FindError::TooShort(_))));
        assert!(matches!(bounds("0199"), Err(FindError::TooShort(_))));
        assert!(matches!(bounds("zzzzzzzz"), Err(FindError::NotAnId(_))));
    }
}
