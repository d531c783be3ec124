//! Issues at the desk: the list, one of them with its deliveries, and taking one on.

use clap::Subcommand;
use fairlead_aws::work::From;
use fairlead_core::{
    audit::Did,
    entry::Entry,
    id::EntryKey,
    issue::{
        Issue, IssueId,
        list::{Summary, page},
        tell::acknowledge,
    },
};
use jiff::Timestamp;

use super::{
    Desk, DeskError,
    view::{Done, IssueList, IssuePage, Item},
};

/// So many of an issue's deliveries are shown, the oldest.
const SHOWN: usize = 20;

/// What can be done with one issue.
#[derive(Debug, Subcommand)]
pub enum One {
    /// What failed, whether the vendor may have acted, what to run, and the deliveries concerned.
    Show {
        /// The issue's name, or its beginning.
        #[arg(value_parser = beginning)]
        id: String,
    },
    /// Say that you look after it: nobody else is told until it is over, or grows tenfold.
    Ack {
        /// The issue's name, or its beginning.
        #[arg(value_parser = beginning)]
        id: String,
        /// Why; stands in the audit.
        #[arg(long, value_parser = super::act::reason, default_value = "looking into it")]
        reason: String,
    },
}

impl Desk {
    /// The open issues, the one that was seen last first.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn issues(&self) -> Result<IssueList, DeskError> {
        let issues = self.ledger.issues_beginning("").await?;
        let issues: Vec<Summary> = issues.iter().map(Summary::of).collect();
        let first = issues.iter().find(|issue| issue.phase == "open").or(issues.first());
        let next = first.map_or("fairlead status".to_owned(), |issue| issue.next.clone());
        Ok(IssueList { now: Timestamp::now(), issues, next })
    }

    /// One issue, with the oldest of its deliveries.
    ///
    /// # Errors
    /// When there is not exactly one such issue, or the ledger does not answer.
    pub async fn issue(&self, beginning: &str) -> Result<IssuePage, DeskError> {
        let issue = self.one_issue(beginning).await?;
        let places = self.ledger.places(&issue.id.partition(), From::Oldest, None, SHOWN).await?;
        let keys: Vec<EntryKey> = places.places.into_iter().map(|place| place.key).collect();
        let mut entries: Vec<Entry> = self.ledger.load_all(&keys).await?;
        entries.sort_by_key(|entry| entry.id);
        let deliveries = entries.iter().map(Item::of).collect();
        let (issue, text) = (Summary::of(&issue), page(self.stack(), &issue));
        Ok(IssuePage { issue, text, deliveries, more: places.more })
    }

    /// Takes an issue on: from now on it is not escalated.
    ///
    /// # Errors
    /// When there is not exactly one such issue, or AWS does not do its part.
    pub async fn acknowledge(&self, beginning: &str, reason: &str) -> Result<Done, DeskError> {
        let Issue { id, .. } = self.one_issue(beginning).await?;
        let note = self.write_down(Did::Acknowledge, format!("issue {id}"), reason, 0).await?;
        let issue = acknowledge(&self.ledger, &id, &note.by, note.at).await?;
        let phase = issue.map_or("gone", |issue| issue.phase.word());
        Ok(Done::new(format!("issue {id} is {phase}"), format!("fairlead issues show {id}")))
    }

    /// The one issue whose name begins so.
    pub(super) async fn one_issue(&self, beginning: &str) -> Result<Issue, DeskError> {
        let mut found = self.ledger.issues_beginning(beginning).await?;
        match (found.len(), found.pop()) {
            (1, Some(issue)) => Ok(issue),
            (0, _) | (_, None) => Err(DeskError::NoIssue(beginning.to_owned())),
            (many, Some(_)) => Err(DeskError::SeveralIssues(many, beginning.to_owned())),
        }
    }
}

/// Reads what was typed as an issue's name or its beginning.
pub(super) fn beginning(typed: &str) -> Result<String, String> {
    let wrong = || "up to six letters and digits, as an alert shows them: 7Q2FXK".to_owned();
    IssueId::beginning(typed).ok_or_else(wrong)
}
