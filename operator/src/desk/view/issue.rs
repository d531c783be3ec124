//! Issues: the list, and one of them.

use fairlead_core::{history::one_line, issue::list::Summary};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    list::Item,
    table::{age, table},
};
use crate::cli::View;

/// The open issues, and those that were resolved within the last hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IssueList {
    /// When this was read.
    pub now: Timestamp,
    /// One line each, the one that was seen last first.
    pub issues: Vec<Summary>,
    /// The next useful command.
    pub next: String,
}

/// One issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IssuePage {
    /// Its line in the list.
    pub issue: Summary,
    /// All that is known of it, as its alert says it.
    pub text: String,
    /// Its oldest deliveries.
    pub deliveries: Vec<Item>,
    /// There are more than these.
    pub more: bool,
}

impl View for IssueList {
    fn text(&self) -> String {
        let head = ["ISSUE", ">PARKED", "INTEGRATION", "CLASS", "CODE", "OWNER", "PHASE", ">LAST"];
        let rows = self.issues.iter().map(|issue| {
            [
                issue.id.to_string(),
                issue.count.to_string(),
                issue.integration.clone(),
                issue.class.word().to_owned(),
                issue.code.clone().unwrap_or_default(),
                issue.owner.clone(),
                phase(issue),
                age(issue.last_seen, self.now),
            ]
        });
        // A parking whose owner was not told yet stands in no issue; status counts it.
        let none = "No issue is open.\n";
        let mut text = if self.issues.is_empty() { none.into() } else { table(head, rows) };
        text.push_str(&format!("Next: {}\n", self.next));
        text
    }

    fn problem(&self) -> bool {
        self.issues.iter().any(|issue| issue.phase != "resolved")
    }
}

fn phase(issue: &Summary) -> String {
    match &issue.acknowledged_by {
        Some(by) => format!("{} looks after it", by.rsplit('/').next().unwrap_or(by)),
        None => issue.phase.to_owned(),
    }
}

impl View for IssuePage {
    fn text(&self) -> String {
        let mut text = self.text.clone();
        if !self.deliveries.is_empty() {
            let rows = self.deliveries.iter().map(|item| {
                let record = one_line(&item.record.to_string(), 40);
                [item.delivery.clone(), record, one_line(&item.last, 60)]
            });
            text.push('\n');
            text.push_str(&table(["DELIVERY", "RECORD", "LAST"], rows));
        }
        if self.more {
            text.push_str(&format!(
                "More of them: fairlead deliveries --issue {}\n",
                self.issue.id
            ));
        }
        text
    }
}
