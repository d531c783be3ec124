//! What lies on the DLQs: tickets that crashed, which nobody else tells of, and messages about deliveries that are
//! parked no longer.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

use jiff::Timestamp;

use super::{
    Cause, Issue, Sighting, command,
    send::Unsent,
    step::{Input, Looked},
};
use crate::{
    class::{Class, Effect},
    drive::Rules,
    entry::{Entry, State},
    history::one_line,
    id::{DeliveryId, EntryKey, IntegrationName, Version},
    integration::Catalog,
    notice::Notice,
    owner::Owner,
    ports::{PortError, Ports},
    ticket::{Order, Ticket},
};

/// The DLQ of one of our queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dlq {
    /// Events that could not be accepted.
    Intake,
    /// Tickets for dispatch, and one readable message per parked delivery.
    Dispatch,
    /// Tickets that could not be held.
    Retry,
    /// Parkings whose owners could not be told.
    Alert,
}

/// A message that was looked at, and shows again by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peeked {
    /// The queue's name for the message; the same at every look.
    pub id: String,
    /// Its text.
    pub body: String,
    /// What takes it off the queue.
    pub handle: String,
}

/// The DLQs as the schedule sees them.
pub trait Dlqs {
    /// About how many messages lie there, those that someone is looking at included.
    fn held(&self, dlq: Dlq) -> impl Future<Output = Result<u64, PortError>>;

    /// Some of them, at most ten; they are hidden for half a minute.
    fn peek(&self, dlq: Dlq) -> impl Future<Output = Result<Vec<Peeked>, PortError>>;

    /// Takes one off.
    fn remove(&self, dlq: Dlq, message: &Peeked) -> impl Future<Output = Result<(), PortError>>;
}

impl Dlq {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Intake, Self::Dispatch, Self::Retry, Self::Alert];

    /// Its queue's name: `dispatch`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Dispatch => "dispatch",
            Self::Retry => "retry",
            Self::Alert => "alert",
        }
    }

    /// The function that gave its messages up, as the template names it.
    pub fn function(self) -> &'static str {
        match self {
            Self::Intake => "ValidateFunction",
            Self::Dispatch => "DispatchFunction",
            Self::Retry => "RetryFunction",
            Self::Alert => "AlertFunction",
        }
    }

    fn step(self) -> &'static str {
        match self {
            Self::Intake => "validate",
            Self::Dispatch | Self::Retry | Self::Alert => self.word(),
        }
    }

    /// How many messages one look takes. Where there are as many as are known of, nothing is to be found.
    fn most(self, held: u64, known: u64) -> usize {
        match self {
            _ if held == known => 0,
            // Some of them are about deliveries that are parked no longer, or have crashed.
            Self::Dispatch if held > known => 2_000,
            Self::Intake | Self::Dispatch | Self::Retry | Self::Alert => 100,
        }
    }
}

/// What one look at a DLQ has found.
#[derive(Debug, Default)]
struct Found {
    messages: BTreeSet<String>,
    kept: BTreeSet<(DeliveryId, Version)>,
    removed: u64,
    crashed: BTreeMap<Cause, (Sighting, u64)>,
}

/// What is known before a DLQ is looked at.
#[derive(Debug)]
pub(super) struct Known<'a> {
    /// How many of its messages are about parked deliveries.
    pub(super) parked: u64,
    /// The watched issues of class crashed.
    pub(super) crashed: &'a [Issue],
    /// When the look must come to an end.
    pub(super) until: Timestamp,
}

/// Looks at a DLQ: first a page, then more of it as long as there is time.
///
/// Gives how many messages were removed.
///
/// # Errors
/// When the world did not do its part; the next look takes up what is left.
pub(super) async fn look<P: Ports + Dlqs>(
    ports: &P,
    rules: &Rules<'_>,
    dlq: Dlq,
    known: &Known<'_>,
    unsent: &mut Unsent,
) -> Result<u64, PortError> {
    let ours = |issue: &&Issue| issue.cause.code.as_deref() == Some(dlq.word());
    let issues = known.crashed;
    let crashed: u64 = issues.iter().filter(ours).map(|issue| issue.count).sum();
    let held = ports.held(dlq).await?;
    let most = dlq.most(held, known.parked + crashed);
    let mut found = Found::default();
    while found.messages.len() < most {
        let page = ports.peek(dlq).await?;
        let before = found.messages.len();
        for message in page {
            if found.messages.insert(message.id.clone()) {
                found.judge(ports, rules.catalog, dlq, &message).await?;
            }
        }
        if found.messages.len() == before || ports.now() >= known.until {
            break;
        }
    }
    let all = u64::try_from(found.messages.len()).unwrap_or(u64::MAX) >= held;
    for issue in issues.iter().filter(ours).filter(|i| !found.crashed.contains_key(&i.cause)) {
        // What was not met may lie among those that were not looked at.
        let count = if all { 0 } else { issue.count };
        unsent.change(ports, &issue.id, Input::Looked(Looked { count, newest: None })).await?;
    }
    for (cause, (sighting, count)) in found.crashed {
        let id = cause.id();
        let looked = Looked { count, newest: None };
        unsent.change(ports, &id, Input::Seen(Box::new(sighting))).await?;
        unsent.change(ports, &id, Input::Looked(looked)).await?;
    }
    Ok(found.removed)
}

impl Found {
    async fn judge<P: Ports + Dlqs>(
        &mut self,
        ports: &P,
        catalog: &Catalog,
        dlq: Dlq,
        message: &Peeked,
    ) -> Result<(), PortError> {
        let ticket = Ticket::read(&message.body).ok();
        let entry = match &ticket {
            Some(ticket) => ports.load(&ticket.entry).await?,
            None => None,
        };
        if let Some(Ticket { notice: Some(_), order: Some(order), delivery, .. }) = &ticket {
            // A second message about the same parking is one too many.
            let keeps = entry.is_some_and(|entry| is_about(order, &entry) || is_moving(&entry))
                && self.kept.insert((*delivery, order.version));
            if !keeps {
                ports.remove(dlq, message).await?;
                self.removed += 1;
            }
            return Ok(());
        }
        let sighting = crashed(dlq, ticket.as_ref(), entry.as_ref(), catalog, ports.now());
        let met = self.crashed.entry(sighting.cause.clone()).or_insert((sighting, 0));
        met.1 += 1;
        Ok(())
    }
}

/// Whether the order is about the parking that the delivery is in; the alert may have counted its version up by one.
pub fn is_about(order: &Order, entry: &Entry) -> bool {
    let version = entry.life.version;
    let same = version == order.version || version == order.version.next();
    same && matches!(entry.life.state, State::Parked { .. })
}

/// An order that was obeyed and then received too often may be the only ticket that its delivery has left.
fn is_moving(entry: &Entry) -> bool {
    !entry.life.state.is_over() && !matches!(entry.life.state, State::Parked { .. })
}

fn crashed(
    dlq: Dlq,
    ticket: Option<&Ticket>,
    entry: Option<&Entry>,
    catalog: &Catalog,
    now: Timestamp,
) -> Sighting {
    let integration = ticket.and_then(|ticket| integration(&ticket.entry));
    let integration = integration.unwrap_or_else(|| IntegrationName::new(Cause::NOBODY));
    let declared = catalog.integrations.get(&integration);
    let owner = entry.map(|entry| entry.owner.clone());
    let owner = owner.or_else(|| declared.map(|d| d.owner.clone())).unwrap_or_else(nobody);
    let notice = Notice {
        integration: integration.to_string(),
        step: dlq.step().to_owned(),
        record: entry.map_or("unknown record".to_owned(), |e| one_line(&e.record.to_string(), 200)),
        class: Class::Crashed,
        detail: detail(dlq, ticket),
        effect: entry.map_or(Effect::NothingSent, Entry::effect),
        attempts: entry.map_or(0, |entry| entry.life.attempts),
        owner: owner.team.clone(),
        contact: owner.contact.clone(),
        next_action: Class::Crashed.next_action().to_owned(),
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
    Owner { team: "operators".to_owned(), contact, runbook: None, escalate: vec![] }
}
