//! The pages of issues, and of a retry of one.

use askama::Template;

use super::List;
use crate::console::frame::Frame;

/// The open issues.
#[derive(Template)]
#[template(path = "issues.html")]
pub(in crate::console) struct Issues {
    /// What is around every page.
    pub(in crate::console) frame: Frame,
    /// One sentence.
    pub(in crate::console) lead: String,
    /// One row each.
    pub(in crate::console) rows: Vec<IssueRow>,
}

/// One issue in the list.
#[derive(Clone, Debug)]
pub(in crate::console) struct IssueRow {
    /// Its short id.
    pub(in crate::console) id: String,
    /// Of which integration.
    pub(in crate::console) integration: String,
    /// Class and error code.
    pub(in crate::console) cause: String,
    /// Who answers for it.
    pub(in crate::console) owner: String,
    /// So many deliveries.
    pub(in crate::console) count: String,
    /// How long ago the first was parked.
    pub(in crate::console) first: String,
    /// How long ago the last was parked.
    pub(in crate::console) last: String,
    /// Open, acknowledged, resolved.
    pub(in crate::console) state: String,
    /// How that is coloured.
    pub(in crate::console) tone: &'static str,
}

/// One issue.
#[derive(Template)]
#[template(path = "issue.html")]
pub(in crate::console) struct Issue {
    /// What is around every page.
    pub(in crate::console) frame: Frame,
    /// Its short id.
    pub(in crate::console) id: String,
    /// Of which integration.
    pub(in crate::console) integration: String,
    /// Class and error code.
    pub(in crate::console) cause: String,
    /// Open, acknowledged, resolved.
    pub(in crate::console) state: String,
    /// How that is coloured.
    pub(in crate::console) tone: &'static str,
    /// What to do.
    pub(in crate::console) action: String,
    /// Counts, times, who acknowledged.
    pub(in crate::console) facts: Vec<(&'static str, String)>,
    /// How far its last retry is, and how that is coloured.
    pub(in crate::console) bulk: Option<(&'static str, String)>,
    /// Nothing is left of it.
    pub(in crate::console) is_over: bool,
    /// It is about crashed tickets: there are no deliveries to list, and none to retry.
    pub(in crate::console) of_tickets: bool,
    /// Nobody is on it.
    pub(in crate::console) may_acknowledge: bool,
    /// Its oldest deliveries.
    pub(in crate::console) list: List,
    /// There are more than these.
    pub(in crate::console) more: bool,
    /// All that is known of it, as its alert says it.
    pub(in crate::console) text: String,
}

/// A retry of one issue, before anything is sent.
#[derive(Template)]
#[template(path = "plan.html")]
pub(in crate::console) struct Plan {
    /// What is around every page.
    pub(in crate::console) frame: Frame,
    /// The issue's short id.
    pub(in crate::console) issue: String,
    /// The command that reaches the newer ones.
    pub(in crate::console) narrow: String,
    /// So many would be sent.
    pub(in crate::console) count: String,
    /// Nothing would be sent.
    pub(in crate::console) none: bool,
    /// More are parked than were planned for.
    pub(in crate::console) more: bool,
    /// Planning ended among those that are refused, and what lies behind them was not looked at.
    pub(in crate::console) bounded: bool,
    /// So many were parked after the first plan, and are left out.
    pub(in crate::console) later: Option<String>,
    /// When the newest delivery was parked that the first plan has met, in milliseconds since 1970.
    pub(in crate::console) until: Option<i64>,
    /// One row for each class.
    pub(in crate::console) rows: Vec<PlanRow>,
    /// Why.
    pub(in crate::console) reason: String,
    /// Somebody has looked.
    pub(in crate::console) checked: bool,
    /// Some are refused because the vendor may have them.
    pub(in crate::console) in_doubt: bool,
}

/// What a retry would do with one class.
#[derive(Clone, Debug)]
pub(in crate::console) struct PlanRow {
    /// Its word.
    pub(in crate::console) class: &'static str,
    /// So many are sent.
    pub(in crate::console) safe: String,
    /// So many are looked up first.
    pub(in crate::console) looked_up: String,
    /// So many are not touched.
    pub(in crate::console) refused: String,
    /// Why not.
    pub(in crate::console) why: String,
}
