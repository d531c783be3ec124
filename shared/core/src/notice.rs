//! What an operator needs to know of a parked delivery: on the DLQ, in the alert, at the desk.

use serde::{Deserialize, Serialize};

use crate::{
    class::{Class, Effect},
    entry::{Carries, Entry, State},
    history::{What, heard, one_line, said},
    lack::Lack,
    owner::Answers,
};

/// The facts of one parked delivery, in the words that people read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Notice {
    /// The integration's name.
    pub integration: String,
    /// The step that failed: `validate` or `dispatch`.
    pub step: String,
    /// The record, as people name it.
    pub record: String,
    /// Why it is parked.
    pub class: Class,
    /// What exactly: the vendor's answer, or the violations.
    pub detail: String,
    /// Whether the vendor may have acted.
    pub effect: Effect,
    /// HTTP calls so far.
    pub attempts: u32,
    /// Who answers for it.
    pub owner: String,
    /// Where the owner is reached.
    pub contact: String,
    /// What to do.
    pub next_action: String,
    /// The exact command to run, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// The record's page in the source system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Notice {
    /// The notice of a parked delivery; `None` for one in any other state.
    pub fn of(entry: &Entry) -> Option<Self> {
        let State::Parked { class, .. } = entry.life.state else { return None };
        Some(Self {
            integration: entry.integration.to_string(),
            step: class.step().to_owned(),
            record: one_line(&entry.record.to_string(), 200),
            class,
            detail: detail(entry),
            effect: entry.effect(),
            attempts: entry.life.attempts,
            owner: entry.owner.team.clone(),
            contact: entry.owner.contact.clone(),
            next_action: next_action(entry, class).to_owned(),
            command: command(entry, class),
            runbook: entry.owner.runbook.clone(),
            link: entry.record.url.clone(),
        })
    }
}

/// What this parking itself says, else what the vendor said; as much of it as its owner lets many people read.
fn detail(entry: &Entry) -> String {
    if entry.owner.answers == Answers::Hidden {
        return hidden(entry);
    }
    let parked = entry.history.lines.iter().rev().find_map(|line| match &line.what {
        What::Parked { detail, .. } => Some(detail.clone()),
        _ => None,
    });
    parked
        .filter(|detail| !detail.is_empty())
        .or_else(|| entry.history.last_answer().map(said))
        .unwrap_or_default()
}

/// A mapping that fails may quote the value that it failed at.
fn hidden(entry: &Entry) -> String {
    match entry.class() {
        Some(Class::Mapping) => "the mapping could not make a request of it".to_owned(),
        Some(class @ (Class::Schema | Class::Duplicate | Class::Missing)) => {
            parked_as(entry, class)
        }
        _ => entry.history.last_answer().map(heard).unwrap_or_default(),
    }
}

/// What this parking itself says: places, names and ids.
fn parked_as(entry: &Entry, class: Class) -> String {
    let mut lines = entry.history.lines.iter().rev();
    let parked = lines.find_map(|line| match &line.what {
        What::Parked { class: of, detail } if *of == class => Some(detail.clone()),
        _ => None,
    });
    parked.unwrap_or_default()
}

/// A request that was never made lacks something else than one that was.
fn next_action(entry: &Entry, class: Class) -> &'static str {
    match (class, entry.life.carries) {
        (Class::Missing, _) => Lack::of(entry).next_action().unwrap_or(class.next_action()),
        (Class::Mapping | Class::Schema, Carries::Nothing) => {
            "Correct the mapping or its schema and deploy, then retry."
        }
        // Its event was accepted, so its key is taken.
        (Class::Mapping | Class::Schema, Carries::Request | Carries::Update) => {
            "Correct the event with fairlead edit; or enter it at the vendor by hand, and resolve with the vendor's id. \
             The same event sent again would be taken for a duplicate."
        }
        _ => class.next_action(),
    }
}

fn command(entry: &Entry, class: Class) -> Option<String> {
    let resume = match class {
        Class::Auth => format!("fairlead resume {} && ", entry.destination),
        _ => String::new(),
    };
    let checked = if class == Class::InDoubt { " --checked" } else { "" };
    let id = entry.id;
    match class {
        Class::Missing if Lack::of(entry) == Lack::OwnId => {
            Some(format!("fairlead resolve {id} --as VENDOR_ID --reason \"...\""))
        }
        // The same bytes would be refused again.
        Class::TooLarge => Some(format!("fairlead edit {id} --reason \"...\"")),
        _ if entry.life.can_be_retried(class) => {
            Some(format!("{resume}fairlead retry {id}{checked} --reason \"...\""))
        }
        Class::Mapping | Class::Schema => Some(format!("fairlead edit {id} --reason \"...\"")),
        Class::Duplicate => Some(format!("fairlead discard {id} --reason \"...\"")),
        _ => None,
    }
}
