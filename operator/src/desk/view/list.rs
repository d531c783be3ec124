//! A list of deliveries, one line each.

use std::collections::BTreeSet;

use fairlead_core::{
    class::Class,
    entry::{Entry, State},
    history::one_line,
    notice::Notice,
    record::Record,
};
use jiff::Timestamp;
use serde::Serialize;

use super::table::{age, table};
use crate::cli::View;

/// A page of deliveries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deliveries {
    /// When this was read.
    pub now: Timestamp,
    /// One line each.
    pub deliveries: Vec<Item>,
    /// More may wait than are shown; what waits is sorted by when it is due, over all places, so no cursor goes on.
    pub more: bool,
    /// Where the next page begins; `None` when this was the last.
    pub cursor: Option<String>,
    /// The next useful command.
    pub next: String,
    /// It lists what issues have: what nobody was told of yet is not among that.
    #[serde(skip)]
    pub of_issues: bool,
}

/// What is said where no issue has what was asked for.
pub(crate) const NONE_LISTED: &str =
    "No issue has such a delivery. What nobody was told of yet is counted by fairlead status.";

/// One delivery in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its name.
    pub delivery: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// What it belongs to.
    pub integration: String,
    /// The business thing concerned.
    pub record: Record,
    /// Where in its life it is.
    pub state: &'static str,
    /// Why it is parked.
    pub class: Option<Class>,
    /// When it is tried again by itself.
    pub due_at: Option<Timestamp>,
    /// HTTP calls so far.
    pub attempts: u32,
    /// What happened last, as people read it.
    pub last: String,
    /// Digest of the configuration that made its request.
    pub configuration: String,
}

/// Said where none was found, and not all were looked at.
pub(crate) const NONE_YET: &str = "None among those looked at; there may be more.";

impl Deliveries {
    /// Whether there may be more than were looked at for this page.
    pub(crate) fn goes_on(&self) -> bool {
        self.more || self.cursor.is_some()
    }
}

impl Item {
    /// The line of an entry.
    pub fn of(entry: &Entry) -> Self {
        let (class, due_at) = match &entry.life.state {
            State::Parked { class, .. } => (Some(*class), None),
            State::Waiting { due_at, .. } => (None, Some(*due_at)),
            State::Accepted
            | State::Sending { .. }
            | State::Looking { .. }
            | State::Delivered
            | State::Closed { .. } => (None, None),
        };
        let line = entry.history.lines.last().map(|line| line.what.text());
        let detail = Notice::of(entry).map(|notice| notice.detail).filter(|d| !d.is_empty());
        Self {
            delivery: entry.id.to_string(),
            accepted_at: entry.id.accepted_at(),
            integration: entry.integration.to_string(),
            record: entry.record.clone(),
            state: entry.life.state.word(),
            class,
            due_at,
            attempts: entry.life.attempts,
            last: detail.or(line).unwrap_or_default(),
            configuration: entry.config_hash.to_string(),
        }
    }

    /// Where it stands, in a few words.
    pub fn standing(&self, now: Timestamp) -> String {
        match (self.class, self.due_at) {
            (Some(class), _) => format!("needs you: {}", class.word()),
            (None, Some(due)) if due > now => format!("waiting {}", age(now, due)),
            (None, Some(_)) => "waiting, due".to_owned(),
            (None, None) => self.state.to_owned(),
        }
    }
}

impl View for Deliveries {
    fn text(&self) -> String {
        let head = ["DELIVERY", ">AGE", "INTEGRATION", "RECORD", "STATE", ">CALLS", "LAST"];
        let ids: Vec<&str> = self.deliveries.iter().map(|item| item.delivery.as_str()).collect();
        let length = shortest(&ids);
        let rows = self.deliveries.iter().map(|item| {
            [
                item.delivery.chars().take(length).collect(),
                age(item.accepted_at, self.now),
                item.integration.clone(),
                one_line(&item.record.to_string(), 40),
                item.standing(self.now),
                item.attempts.to_string(),
                one_line(&item.last, 60),
            ]
        });
        let mut text = match (ids.is_empty(), self.goes_on()) {
            (true, true) => format!("{NONE_YET}\n"),
            (true, false) if self.of_issues => format!("{NONE_LISTED}\n"),
            (true, false) => "No delivery is there.\n".to_owned(),
            (false, _) => table(head, rows),
        };
        if self.more && !ids.is_empty() {
            text.push_str("More may wait than are shown.\n");
        }
        text.push_str(&format!("Next: {}\n", self.next));
        text
    }
}

/// How many characters of the ids tell them apart; at least those of the time, which also tell others apart.
pub(crate) fn shortest(ids: &[&str]) -> usize {
    let apart = |length: &usize| {
        let all = ids.iter().collect::<BTreeSet<_>>().len();
        ids.iter().map(|id| id.get(..*length)).collect::<BTreeSet<_>>().len() == all
    };
    (13..36).find(apart).unwrap_or(36)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_cut_where_they_differ() {
        let one = "019a2c1d-8f3b-7abc-8def-01234567beef";
        assert_eq!(shortest(&[one, "019a2c1d-8f3c-7abc-8def-01234567beef"]), 13);
        assert_eq!(shortest(&[one, "019a2c1d-8f3b-7abd-8def-01234567beef"]), 18);
        assert_eq!(shortest(&[one, one]), 13);
    }
}
