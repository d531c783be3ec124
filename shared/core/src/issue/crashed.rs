//! What is known of a ticket that crashed: which delivery it names, if any, and who answers for it.

use jiff::Timestamp;

use super::{Cause, Sighting, command, dlq::Dlq};
use crate::{
    class::{Class, Effect},
    entry::Entry,
    history::one_line,
    id::{EntryKey, IntegrationName},
    integration::Catalog,
    notice::Notice,
    owner::{Answers, Owner},
    ticket::Ticket,
};

/// What an issue learns of a ticket that ended in a DLQ.
pub(super) fn sighting(
    dlq: Dlq,
    ticket: Option<&Ticket>,
    entry: Option<&Entry>,
    catalog: &Catalog,
    now: Timestamp,
) -> Sighting {
    let integration = ticket.and_then(|ticket| integration(&ticket.entry));
    let integration = integration.unwrap_or_else(|| IntegrationName::new(Cause::NOBODY));
    let declared = catalog.integrations.get(&integration);
    // Who answers for it now; an entry knows who did when it was accepted.
    let owner = declared.map(|declared| declared.owner.clone());
    let owner = owner.or_else(|| entry.map(|e| e.owner.clone())).unwrap_or_else(nobody);
    let notice = Notice {
        integration: integration.to_string(),
        step: dlq.step().to_owned(),
        record: entry.map_or("unknown record".to_owned(), |e| one_line(&e.record.to_string(), 200)),
        class: Class::Crashed,
        detail: detail(dlq, ticket),
        effect: entry.map_or(unread(dlq), Entry::effect),
        attempts: entry.map_or(0, |entry| entry.life.attempts),
        owner: owner.team.clone(),
        contact: owner.contact.clone(),
        next_action: next_action(dlq).to_owned(),
        command: None,
        runbook: owner.runbook.clone(),
        link: entry.and_then(|entry| entry.record.url.clone()),
    };
    Sighting {
        cause: Cause::crashed(integration, dlq),
        at: now,
        destination: entry.map(|entry| entry.destination.clone()),
        delivery: ticket.map(|ticket| ticket.delivery),
        entry: None,
        notice,
        owner,
        commands: command::of_crashed(dlq),
    }
}

/// An entry's key begins with its integration.
fn integration(key: &EntryKey) -> Option<IntegrationName> {
    let (name, _) = key.as_str().rsplit_once('/')?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    // The body came from outside; whatever is no name of ours shall not stand in an alert.
    (name.len() <= 64 && name.chars().all(plain)).then(|| IntegrationName::new(name))
}

/// What may have happened to a delivery of which nothing is known but that its ticket crashed.
fn unread(dlq: Dlq) -> Effect {
    match dlq {
        Dlq::Intake => Effect::NothingSent,
        Dlq::Dispatch | Dlq::Retry | Dlq::Alert => Effect::Unknown,
    }
}

/// Beside a crashed ticket lie the messages of what is parked, and each of those is an order to retry.
fn next_action(dlq: Dlq) -> &'static str {
    match dlq {
        Dlq::Dispatch => {
            "Read in the function's log why the ticket failed, mend that, then redrive the DLQ to its queue. That \
             also retries every parked delivery whose message lies there."
        }
        Dlq::Intake | Dlq::Retry | Dlq::Alert => Class::Crashed.next_action(),
    }
}

fn detail(dlq: Dlq, ticket: Option<&Ticket>) -> String {
    let queue = dlq.word();
    match (dlq, ticket) {
        (Dlq::Intake, _) => "an event could not be accepted, after five tries".to_owned(),
        (_, Some(_)) => format!("its ticket on the {queue} queue failed five times"),
        (_, None) => format!("a message on the {queue} queue is no ticket; it failed five times"),
    }
}

/// Who answers for what names no integration.
fn nobody() -> Owner {
    let contact = "who runs this stack".to_owned();
    let answers = Answers::Shown;
    Owner { team: "operators".to_owned(), contact, runbook: None, escalate: vec![], answers }
}
