//! The pages: what each shows, apart from where it comes from.

use askama::Template;

use super::frame::Frame;

mod issue;

pub(super) use issue::{Issue, IssueRow, Issues, Plan, PlanRow};

/// A list of deliveries inside a page.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    /// One row each.
    pub(super) items: Vec<Item>,
    /// What is said where there is none.
    pub(super) empty: String,
    /// Where the next page is.
    pub(super) more: Option<String>,
}

/// One delivery in a list.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The delivery's id.
    pub(super) id: String,
    /// The business thing concerned.
    pub(super) record: String,
    /// What it belongs to.
    pub(super) integration: String,
    /// Where it stands, in a few words.
    pub(super) standing: String,
    /// How that is coloured: `good`, `wait`, `bad` or nothing.
    pub(super) tone: &'static str,
    /// HTTP calls so far.
    pub(super) calls: String,
    /// What happened last.
    pub(super) last: String,
    /// How long ago it was accepted.
    pub(super) age: String,
}

/// How everything stands.
#[derive(Template)]
#[template(path = "now.html")]
pub(super) struct Now {
    /// What is around every page.
    pub(super) frame: Frame,
    /// One sentence.
    pub(super) lead: String,
    /// What the figures do not say by themselves.
    pub(super) doubts: Vec<String>,
    /// So many wait for a person.
    pub(super) needs_you: String,
    /// So many will be tried again by themselves.
    pub(super) waiting: String,
    /// So many are at rest.
    pub(super) done: String,
    /// For how long these are counted.
    pub(super) since: String,
    /// So many destinations are paused, or their breaker is open.
    pub(super) stopped: String,
    /// There is more than was counted.
    pub(super) bounded: bool,
    /// The integrations.
    pub(super) rows: Vec<Row>,
    /// What needs somebody, oldest first.
    pub(super) list: List,
}

/// One integration on the first page.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its name.
    pub(super) name: String,
    /// Who answers for it.
    pub(super) owner: String,
    /// So many are at rest.
    pub(super) done: String,
    /// So many move by themselves.
    pub(super) waiting: String,
    /// So many wait for a person.
    pub(super) needs_you: String,
    /// What its destination allows now.
    pub(super) gate: String,
    /// How that is coloured.
    pub(super) gate_tone: &'static str,
    /// How long the oldest unfinished one waits.
    pub(super) oldest: String,
}

/// A page of deliveries.
#[derive(Template)]
#[template(path = "deliveries.html")]
pub(super) struct Deliveries {
    /// What is around every page.
    pub(super) frame: Frame,
    /// One sentence.
    pub(super) lead: String,
    /// Name, path, and whether it is the one that is shown.
    pub(super) filters: Vec<(&'static str, String, bool)>,
    /// The deliveries.
    pub(super) list: List,
}

/// One delivery.
#[derive(Template)]
#[template(path = "delivery.html")]
pub(super) struct Delivery {
    /// What is around every page.
    pub(super) frame: Frame,
    /// Its id.
    pub(super) id: String,
    /// The version that is shown; an act on another one does nothing.
    pub(super) version: u64,
    /// What it belongs to.
    pub(super) integration: String,
    /// Where it goes.
    pub(super) destination: String,
    /// The business thing concerned.
    pub(super) record: String,
    /// Its id in the source system.
    pub(super) record_id: String,
    /// The same for a URL.
    pub(super) record_encoded: String,
    /// Its page in the source system.
    pub(super) link: Option<String>,
    /// Where it stands.
    pub(super) standing: String,
    /// How that is coloured.
    pub(super) tone: &'static str,
    /// Whether the vendor may have acted.
    pub(super) effect: &'static str,
    /// What to do, where somebody must.
    pub(super) todo: Option<Todo>,
    /// When and what, oldest first.
    pub(super) lines: Vec<Line>,
    /// What may be done now.
    pub(super) acts: Vec<Act>,
    /// Method and path, and the body.
    pub(super) request: Option<(String, String)>,
    /// The last answer.
    pub(super) answer: Option<String>,
    /// The event as it came.
    pub(super) event: String,
    /// Everything else.
    pub(super) facts: Vec<(&'static str, String)>,
}

/// One line of a history.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// When, in UTC.
    pub(super) at: String,
    /// What, in one word.
    pub(super) word: String,
    /// Everything else.
    pub(super) rest: String,
}

/// What somebody must do.
#[derive(Clone, Debug)]
pub(super) struct Todo {
    /// One sentence.
    pub(super) action: String,
    /// The vendor's answer, or the violations.
    pub(super) detail: String,
    /// The command that does the same.
    pub(super) command: Option<String>,
    /// The issue that it belongs to.
    pub(super) issue: Option<String>,
    /// Who answers for it.
    pub(super) owner: String,
    /// Where the owner is reached.
    pub(super) contact: String,
    /// What to read.
    pub(super) runbook: Option<String>,
}

/// One act on a delivery: a form.
#[derive(Clone, Debug, Default)]
pub(super) struct Act {
    /// The last part of its path.
    pub(super) name: &'static str,
    /// The form's caption.
    pub(super) title: &'static str,
    /// What it means, in one or two sentences.
    pub(super) means: &'static str,
    /// What the button says.
    pub(super) button: &'static str,
    /// It cannot be taken back.
    pub(super) harm: bool,
    /// It asks whether somebody has looked.
    pub(super) checked: bool,
    /// It takes the event.
    pub(super) event: bool,
    /// It takes the vendor's id.
    pub(super) vendor_id: bool,
}

/// An edited event, before it is sent.
#[derive(Template)]
#[template(path = "edit.html")]
pub(super) struct Edit {
    /// What is around every page.
    pub(super) frame: Frame,
    /// The delivery's id.
    pub(super) id: String,
    /// The version that was edited.
    pub(super) version: u64,
    /// The business thing concerned.
    pub(super) record: String,
    /// One sentence.
    pub(super) lead: String,
    /// Pointer and detail of what is wrong with it.
    pub(super) violations: Vec<(String, String)>,
    /// `add`, `del` or nothing, and the line.
    pub(super) difference: Vec<(&'static str, String)>,
    /// The edited event.
    pub(super) event: String,
    /// Why.
    pub(super) reason: String,
    /// Somebody has looked.
    pub(super) checked: bool,
}

/// Everything that happened to one record.
#[derive(Template)]
#[template(path = "record.html")]
pub(super) struct Record {
    /// What is around every page.
    pub(super) frame: Frame,
    /// The record's id in the source system.
    pub(super) id: String,
    /// The same for a URL.
    pub(super) encoded: String,
    /// One sentence.
    pub(super) lead: String,
    /// How far back was looked.
    pub(super) since: String,
    /// Its deliveries.
    pub(super) lives: Vec<Life>,
    /// Where older ones are.
    pub(super) more: Option<String>,
}

/// One delivery of a record.
#[derive(Clone, Debug)]
pub(super) struct Life {
    /// The delivery's id.
    pub(super) id: String,
    /// What it belongs to.
    pub(super) integration: String,
    /// The record as it was named then.
    pub(super) record: String,
    /// Where it stands.
    pub(super) standing: String,
    /// How that is coloured.
    pub(super) tone: &'static str,
    /// When and what.
    pub(super) lines: Vec<Line>,
}

/// One integration.
#[derive(Template)]
#[template(path = "integration.html")]
pub(super) struct Integration {
    /// What is around every page.
    pub(super) frame: Frame,
    /// Its name.
    pub(super) name: String,
    /// What it does.
    pub(super) description: String,
    /// Where it writes.
    pub(super) destination: String,
    /// What the destination allows now.
    pub(super) gate: String,
    /// How that is coloured.
    pub(super) gate_tone: &'static str,
    /// Why it is stopped.
    pub(super) stopped: Option<String>,
    /// A person, or a refused credential, has stopped it.
    pub(super) paused: bool,
    /// What was declared.
    pub(super) facts: Vec<(&'static str, String)>,
    /// What to read when it fails.
    pub(super) runbook: Option<String>,
    /// What needs somebody.
    pub(super) list: List,
    /// Its newest deliveries, and where older ones are.
    pub(super) newest: List,
    /// Which configurations made the newest deliveries, the newest first.
    pub(super) versions: Vec<Version>,
}

/// One configuration of an integration.
#[derive(Clone, Debug)]
pub(super) struct Version {
    /// The beginning of its digest.
    pub(super) hash: String,
    /// It is the one of this bundle.
    pub(super) current: bool,
    /// So many of the newest deliveries are of it.
    pub(super) count: usize,
    /// When the oldest of these was accepted.
    pub(super) first: String,
    /// When the newest was.
    pub(super) last: String,
}

/// Who did what.
#[derive(Template)]
#[template(path = "audit.html")]
pub(super) struct Audit {
    /// What is around every page.
    pub(super) frame: Frame,
    /// One sentence.
    pub(super) lead: String,
    /// Newest first.
    pub(super) rows: Vec<AuditRow>,
    /// Where the next page is.
    pub(super) more: Option<String>,
}

/// One act.
#[derive(Clone, Debug)]
pub(super) struct AuditRow {
    /// When, in UTC.
    pub(super) at: String,
    /// Who.
    pub(super) by: String,
    /// What.
    pub(super) what: String,
    /// Of which delivery or destination.
    pub(super) of: String,
    /// Its page; empty where there is none.
    pub(super) path: String,
    /// Why.
    pub(super) reason: String,
}

/// Something did not work.
#[derive(Template)]
#[template(path = "problem.html")]
pub(super) struct Problem {
    /// What is around every page.
    pub(super) frame: Frame,
    /// In a few words.
    pub(super) title: String,
    /// What exactly, and what to do.
    pub(super) why: String,
    /// Where to go on.
    pub(super) back: String,
}
