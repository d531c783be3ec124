//! One delivery: where it stands, what happened line by line, what to do next.

use fairlead_core::{
    class::{Class, Effect},
    entry::{Entry, State},
    history::What,
    notice::Notice,
    record::Record,
    timeline::timeline,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::View;

/// One delivery as the desk shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Its name.
    pub delivery: String,
    /// What it belongs to.
    pub integration: String,
    /// Where it goes.
    pub destination: String,
    /// The business thing concerned.
    pub record: Record,
    /// Who answers for it.
    pub owner: String,
    /// Where the owner is reached.
    pub contact: String,
    /// Where in its life it is.
    pub state: &'static str,
    /// Why it is parked.
    pub class: Option<Class>,
    /// When it is tried again by itself.
    pub due_at: Option<Timestamp>,
    /// HTTP calls so far.
    pub attempts: u32,
    /// Whether the vendor may have acted.
    pub effect: Effect,
    /// What the vendor recognises repetitions by.
    pub idempotency_key: String,
    /// What happened, oldest first.
    pub history: Vec<Line>,
    /// What to do.
    pub next_action: Option<String>,
    /// The exact command to run.
    pub next: Option<String>,
    #[serde(skip)]
    text: String,
}

/// One line of a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// What, as the ledger has it.
    pub what: What,
    /// What, as people read it.
    pub text: String,
}

impl Delivery {
    /// The delivery of an entry.
    pub fn of(entry: &Entry) -> Self {
        let notice = Notice::of(entry);
        let (class, due_at) = match &entry.life.state {
            State::Parked { class, .. } => (Some(*class), None),
            State::Waiting { due_at, .. } => (None, Some(*due_at)),
            State::Accepted
            | State::Sending { .. }
            | State::Looking { .. }
            | State::Delivered
            | State::Closed { .. } => (None, None),
        };
        let lines = entry.history.lines.iter();
        Self {
            delivery: entry.id.to_string(),
            integration: entry.integration.to_string(),
            destination: entry.destination.to_string(),
            record: entry.record.clone(),
            owner: entry.owner.team.clone(),
            contact: entry.owner.contact.clone(),
            state: entry.life.state.word(),
            class,
            due_at,
            attempts: entry.life.attempts,
            effect: entry.effect(),
            idempotency_key: entry.idempotency_key.to_string(),
            history: lines
                .map(|l| Line { at: l.at, what: l.what.clone(), text: l.what.text() })
                .collect(),
            next_action: notice.as_ref().map(|n| n.next_action.clone()),
            next: notice.and_then(|n| n.command),
            text: timeline(entry),
        }
    }
}

impl View for Delivery {
    fn text(&self) -> String {
        self.text.clone()
    }
}
