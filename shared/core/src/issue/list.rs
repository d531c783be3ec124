//! Issues as a person or a program reads them at the desk.

use jiff::Timestamp;
use serde::Serialize;

use super::{Due, Issue, IssueId, News, Phase};
use crate::{alert::Alert, class::Class, notice::Notice, owner::Channel};

/// One line of a list of issues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Its short name.
    pub id: IssueId,
    /// The integration.
    pub integration: String,
    /// Why its deliveries are parked.
    pub class: Class,
    /// What exactly, in one word.
    pub code: Option<String>,
    /// How many are parked, as the schedule counted last.
    pub count: u64,
    /// `open`, `acknowledged` or `resolved`.
    pub phase: &'static str,
    /// Who looks after it.
    pub acknowledged_by: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its newest delivery was parked.
    pub last_seen: Timestamp,
    /// One of its records.
    pub record: String,
    /// What to do, in one sentence.
    pub next_action: String,
    /// The next useful command.
    pub next: String,
}

impl Summary {
    /// The line of an issue.
    pub fn of(issue: &Issue) -> Self {
        let acknowledged_by = match &issue.phase {
            Phase::Acknowledged { by, .. } => Some(by.clone()),
            Phase::Open | Phase::Resolved { .. } => None,
        };
        let Notice { record, next_action, .. } = &issue.notice;
        Self {
            id: issue.id.clone(),
            integration: issue.cause.integration.to_string(),
            class: issue.cause.class,
            code: issue.cause.code.clone(),
            count: issue.count,
            phase: issue.phase.word(),
            acknowledged_by,
            owner: issue.owner.team.clone(),
            opened_at: issue.opened_at,
            last_seen: issue.last_seen,
            record: record.clone(),
            next_action: next_action.clone(),
            next: format!("fairlead issues show {}", issue.id),
        }
    }
}

/// All that is known of an issue, in the words of its alert: what failed, whether the vendor may have acted, what to run
/// in the stack of this name.
pub fn page(stack: &str, issue: &Issue) -> String {
    let news = match &issue.phase {
        Phase::Open | Phase::Acknowledged { .. } => News::Opened,
        Phase::Resolved { .. } => News::Resolved,
    };
    let mut text = Alert::of(stack, issue, &Due { news, to: Channel::Email, tries: 0 }).text;
    match &issue.phase {
        Phase::Acknowledged { by, at, .. } => {
            text.push_str(&format!("\n{by} looks after it since {at:.0}.\n"));
        }
        Phase::Open | Phase::Resolved { .. } => {}
    }
    if !issue.outbox.is_empty() {
        let unheard: Vec<&str> = issue.outbox.iter().map(|due| due.to.as_str()).collect();
        text.push_str(&format!("\nNot yet told by {}.\n", unheard.join(", ")));
    }
    text
}
