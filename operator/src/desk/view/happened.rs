//! One thing that happened to one delivery, as `tail` shows it.

use fairlead_core::{
    entry::Entry,
    history::{Line, What, one_line},
};
use jiff::Timestamp;
use serde::Serialize;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// To which delivery.
    pub delivery: String,
    /// Of which integration.
    pub integration: String,
    /// About which record, as people name it.
    pub record: String,
    /// What, as the ledger has it.
    pub what: What,
    #[serde(skip)]
    said: String,
}

/// A line of an entry's history, told without the entry around it.
pub fn happened(entry: &Entry, line: &Line) -> Happened {
    Happened {
        at: line.at,
        delivery: entry.id.to_string(),
        integration: entry.integration.to_string(),
        record: entry.record.to_string(),
        what: line.what.clone(),
        said: line.what.text(),
    }
}

impl Happened {
    /// One line.
    pub fn text(&self) -> String {
        let time = self.at.to_string();
        let time = time.get(11..19).unwrap_or_default();
        let record = one_line(&self.record, 30);
        format!("{time}  {:<24}  {record:<30}  {}\n", self.integration, self.said)
    }
}
