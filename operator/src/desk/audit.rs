//! Who did what at the desk, newest first.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Desk, DeskError, Filter,
    list::{back, place, placed},
    view::Audit,
};

impl Desk {
    /// A page of what operators did.
    ///
    /// # Errors
    /// When the cursor is none of ours, or the ledger does not answer.
    pub async fn audit(
        &self,
        since: Option<Duration>,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Audit, DeskError> {
        let after = cursor.map(place).transpose()?;
        let mut notes = self.ledger.notes(after.as_ref(), limit).await?;
        let said = Filter { since, ..Filter::default() }.said();
        let since = since.map(|since| back(Timestamp::now(), Some(since), Duration::MAX));
        let full = notes.len() == limit;
        notes.retain(|(_, note)| since.is_none_or(|since| note.at >= since));
        let cursor =
            notes.last().filter(|_| full && notes.len() == limit).map(|(at, _)| placed(at));
        let next = match &cursor {
            Some(cursor) => format!("fairlead audit{said} --limit {limit} --cursor {cursor}"),
            None => "fairlead status".to_owned(),
        };
        Ok(Audit { acts: notes.into_iter().map(|(_, note)| note).collect(), since, cursor, next })
    }
}
