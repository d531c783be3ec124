//! Deliveries in lists: by key, a page at a time, never by a scan.

use std::time::Duration;

use fairlead_aws::{
    ran::Stretch,
    work::{From, Place},
};
use fairlead_core::{
    entry::{DUE_SHARDS, Entry, due_partition, gate_partition},
    id::{DeliveryId, EntryKey},
    record::Record,
    span::{self, after},
};
use jiff::Timestamp;

use super::{
    Desk, DeskError, Filter,
    filter::Standing,
    view::{Deliveries, Delivery, Item, Life},
};

/// So many keys are looked at for one page, at most; a filter that finds little ends with a cursor.
const MOST_LOOKED_AT: usize = 2_000;

/// So many deliveries are shown at most, whatever is asked for.
const MOST_SHOWN: usize = 1_000;

/// So many keys are read at a time.
const CHUNK: usize = 100;

/// How far back a list looks where nothing is said.
const LIST_SINCE: Duration = Duration::from_secs(7 * 86_400);

/// So far ahead of this machine's clock is looked for what ran: deliveries are named by the functions' clocks, and a
/// difference of five minutes is the most that AWS takes signatures with, so that `doctor` calls it good.
const AHEAD: Duration = Duration::from_secs(300);

/// So many of a record's deliveries are shown at a time: each is loaded whole.
const RECORD_SHOWN: usize = 100;

/// How far back a record's life is looked for where nothing is said.
pub(super) const RECORD_SINCE: Duration = Duration::from_secs(30 * 86_400);

/// Where a page begins.
enum Cursor {
    /// Before this delivery.
    Before(DeliveryId),
    /// After this place among the parked.
    After(Place),
}

/// What was found of what waits.
struct Waiting {
    /// What is due soonest comes first.
    entries: Vec<Entry>,
    /// There is more of it; a longer list would show it.
    cut: bool,
    /// Short waits stand in no index, and not all that may be on one was looked at.
    bounded: bool,
}

/// A key, and the cursor that goes on after it.
type Keyed = (EntryKey, String);

impl Desk {
    /// A page of the deliveries that are meant, newest first.
    ///
    /// # Errors
    /// When the cursor is none of ours, or the ledger does not answer.
    pub async fn deliveries(
        &self,
        filter: &Filter,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Deliveries, DeskError> {
        let now = Timestamp::now();
        let (mut more, mut longer) = (false, false);
        let (entries, cursor) = match (&filter.record, filter.state) {
            (Some(record), _) => self.of_record(filter, record, limit, cursor, now).await?,
            (None, Some(Standing::Waiting)) => {
                let found = self.waiting(filter, limit, now).await?;
                (more, longer) = (found.cut || found.bounded, found.cut);
                (found.entries, None)
            }
            (None, _) => self.page(filter, limit, cursor, now).await?,
        };
        let items: Vec<Item> = entries.iter().map(Item::of).collect();
        let limit = Some(limit * 2).filter(|limit| longer && *limit <= MOST_SHOWN);
        let next = match (&cursor, limit, items.first()) {
            (Some(cursor), _, _) => {
                format!("fairlead deliveries{} --cursor {cursor}", filter.said())
            }
            (None, Some(limit), _) => {
                format!("fairlead deliveries{} --limit {limit}", filter.said())
            }
            (None, None, Some(first)) => format!("fairlead deliveries show {}", first.delivery),
            (None, None, None) => "fairlead status".to_owned(),
        };
        let of_issues = filter.record.is_none() && filter.parked_only();
        Ok(Deliveries { now, deliveries: items, more, cursor, next, of_issues })
    }

    /// What happened to the record with this id since then, over all integrations: the newest deliveries.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn record(&self, id: &str, since: Option<Duration>) -> Result<Life, DeskError> {
        self.record_before(id, since, None).await
    }

    /// The same, from where the cursor of the last look goes on.
    ///
    /// # Errors
    /// When the cursor is none of ours, or the ledger does not answer.
    pub async fn record_before(
        &self,
        id: &str,
        since: Option<Duration>,
        cursor: Option<&str>,
    ) -> Result<Life, DeskError> {
        let filter = Filter { record: Some(id.to_owned()), since, ..Filter::default() };
        let now = Timestamp::now();
        let (mut entries, cursor) = self.of_record(&filter, id, RECORD_SHOWN, cursor, now).await?;
        entries.reverse();
        let since = span::text(since.unwrap_or(RECORD_SINCE));
        let deliveries = entries.iter().map(Delivery::of).collect();
        Ok(Life { record: id.to_owned(), since, deliveries, cursor })
    }

    /// The partitions of the index in which what is meant can be parked.
    pub(super) async fn partitions(&self, filter: &Filter) -> Result<Vec<String>, DeskError> {
        let integration = filter.integration.as_deref();
        Ok(self.ledger.parked_partitions(filter.of_issue(), integration).await?)
    }

    /// Walks the keys in order, and loads what can be meant.
    async fn page(
        &self,
        filter: &Filter,
        limit: usize,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<(Vec<Entry>, Option<String>), DeskError> {
        let (mut found, mut cursor) = (Vec::new(), cursor.map(str::to_owned));
        let mut looked_at = 0;
        let parked = filter.parked_only();
        let partitions = if parked { self.partitions(filter).await? } else { Vec::new() };
        loop {
            let keys = self.chunk(filter, &partitions, cursor.as_deref(), now).await?;
            let last = keys.len() < CHUNK;
            let wanted: Vec<EntryKey> =
                keys.iter().filter(|(k, _)| filter.may_mean(k)).map(|(k, _)| k.clone()).collect();
            let entries = self.ledger.load_all(&wanted).await?;
            for (key, here) in &keys {
                let entry = entries.iter().find(|e| e.key == *key && filter.means(e, now));
                found.extend(entry.cloned());
                looked_at += 1;
                cursor = Some(here.clone());
                if found.len() == limit {
                    return Ok((found, cursor));
                }
            }
            if last {
                return Ok((found, None));
            }
            if looked_at >= MOST_LOOKED_AT {
                return Ok((found, cursor));
            }
        }
    }

    /// The next keys: of what is parked, or of what ran.
    async fn chunk(
        &self,
        filter: &Filter,
        partitions: &[String],
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Keyed>, DeskError> {
        let cursor = cursor.map(read).transpose()?;
        if filter.parked_only() {
            let beyond = match &cursor {
                Some(Cursor::After(place)) => Some(place),
                Some(Cursor::Before(_)) => return Err(DeskError::Cursor),
                None => None,
            };
            let page = self.ledger.parked_in(partitions, From::Newest, beyond, CHUNK).await?;
            // What was parked before was accepted before, too.
            let since = back(now, filter.since, Duration::MAX);
            let recent = page.places.into_iter().take_while(|at| at.at >= since);
            return Ok(recent.map(|at| (at.key.clone(), placed(&at))).collect());
        }
        let mut stretch = stretch(now, filter.since, LIST_SINCE);
        match cursor {
            Some(Cursor::Before(id)) => stretch = stretch.before(id),
            Some(Cursor::After(_)) => return Err(DeskError::Cursor),
            None => {}
        }
        let ran = self.ledger.latest(stretch, CHUNK).await?;
        Ok(ran.into_iter().map(|ran| (ran.key, ran.id.to_string())).collect())
    }

    /// The deliveries of one record, newest first.
    async fn of_record(
        &self,
        filter: &Filter,
        record: &str,
        limit: usize,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<(Vec<Entry>, Option<String>), DeskError> {
        let mut stretch = stretch(now, filter.since, RECORD_SINCE);
        match cursor.map(read).transpose()? {
            Some(Cursor::Before(id)) => stretch = stretch.before(id),
            Some(Cursor::After(_)) => return Err(DeskError::Cursor),
            None => {}
        }
        let marked = self.ledger.marked(stretch, Record::mark_of(record)).await?;
        let keys: Vec<EntryKey> = marked.into_iter().map(|ran| ran.key).collect();
        let mut entries = Vec::new();
        for chunk in keys.chunks(CHUNK) {
            let loaded = self.ledger.load_all(chunk).await?;
            entries.extend(loaded.into_iter().filter(|entry| filter.means(entry, now)));
            if entries.len() > limit {
                break;
            }
        }
        let more = entries.len() > limit;
        entries.truncate(limit);
        let cursor = entries.last().filter(|_| more).map(|entry| entry.id.to_string());
        Ok((entries, cursor))
    }

    /// What waits: in the index, soonest first, and on the retry queue, which holds waits of minutes.
    async fn waiting(
        &self,
        filter: &Filter,
        limit: usize,
        now: Timestamp,
    ) -> Result<Waiting, DeskError> {
        let (mut keys, mut cut) = (Vec::new(), false);
        for partition in waiting_partitions() {
            let page = self.ledger.places(&partition, From::Oldest, None, limit).await?;
            cut |= page.more;
            keys.extend(page.places.into_iter().map(|place| place.key));
        }
        let recent = stretch(now, filter.since, LIST_SINCE);
        let recent = self.ledger.latest(recent, MOST_LOOKED_AT / 2).await?;
        let bounded = recent.len() == MOST_LOOKED_AT / 2;
        keys.extend(recent.into_iter().map(|ran| ran.key));
        keys.retain(|key| filter.may_mean(key));
        keys.sort_unstable();
        keys.dedup();
        let mut entries = self.ledger.load_all(&keys).await?;
        entries.retain(|entry| filter.means(entry, now));
        entries.sort_by_key(|entry| Item::of(entry).due_at);
        cut |= entries.len() > limit;
        entries.truncate(limit);
        Ok(Waiting { entries, cut, bounded })
    }
}

/// Every partition in which deliveries wait.
pub(super) fn waiting_partitions() -> impl Iterator<Item = String> {
    let gates = fairlead_catalog::catalog().destinations.keys().map(gate_partition);
    (0..DUE_SHARDS).map(due_partition).chain(gates)
}

/// From so long ago until now, by the clocks that name deliveries.
pub(super) fn stretch(now: Timestamp, since: Option<Duration>, usual: Duration) -> Stretch {
    Stretch::between(back(now, since, usual), ahead(now))
}

/// The latest that it can be by the clocks that name deliveries.
pub(super) fn ahead(now: Timestamp) -> Timestamp {
    after(now, AHEAD)
}

/// The earliest that it can be by them.
pub(super) fn behind(now: Timestamp) -> Timestamp {
    back(now, Some(AHEAD), AHEAD)
}

/// The time so long ago.
pub(super) fn back(now: Timestamp, since: Option<Duration>, usual: Duration) -> Timestamp {
    now.checked_sub(since.unwrap_or(usual)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Reads a cursor: a delivery's id, or a place among the parked.
fn read(cursor: &str) -> Result<Cursor, DeskError> {
    if cursor.contains('/') {
        return place(cursor).map(Cursor::After);
    }
    let id = cursor.parse().map_err(|_| DeskError::Cursor)?;
    Ok(Cursor::Before(DeliveryId(id)))
}

/// The cursor that goes on after a place of an index.
pub(super) fn placed(at: &Place) -> String {
    format!("{}/{}", at.at.as_millisecond(), at.key)
}

/// Reads such a cursor.
pub(super) fn place(cursor: &str) -> Result<Place, DeskError> {
    let (at, key) = cursor.split_once('/').ok_or(DeskError::Cursor)?;
    let at = at.parse().ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    Ok(Place { at: at.ok_or(DeskError::Cursor)?, key: EntryKey::new(key) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let id = "019a2c1d-8f3b-7abc-8def-01234567beef";
        assert!(matches!(read(id), Ok(Cursor::Before(found)) if found.to_string() == id));
        let parked = read("1767323045678/deal-won-to-invoice/00ff").ok();
        assert!(
            matches!(parked, Some(Cursor::After(place)) if place.key.as_str() == "deal-won-to-invoice/00ff")
        );
        assert!(read("x").is_err() && read("x/y").is_err());
    }
}
