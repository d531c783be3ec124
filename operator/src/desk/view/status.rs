//! How every integration stands: what is done, what moves, what needs somebody.

use std::collections::{BTreeMap, BTreeSet};

use fairlead_core::{
    gate::{Breaker, Gate},
    id::{DestinationName, EntryKey},
    integration::Catalog,
};
use jiff::Timestamp;
use serde::Serialize;

use super::table::{age, counted, number, table};
use crate::cli::View;

/// What was read, and how much of it there is.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Since when what is done is counted.
    pub since: Timestamp,
    /// The time.
    pub now: Timestamp,
    /// What was accepted since then: when, and where its entry lies.
    pub ran: Vec<(Timestamp, EntryKey)>,
    /// So many of these, the oldest, whose states were not read.
    pub unread: usize,
    /// The states of the others, in the ledger's words.
    pub states: BTreeMap<EntryKey, String>,
    /// What waits in the ledger's index, and since when.
    pub waiting: Vec<(Timestamp, EntryKey)>,
    /// What waits for a person, and since when.
    pub parked: Vec<(Timestamp, EntryKey)>,
    /// The gates that were ever written.
    pub gates: BTreeMap<DestinationName, Gate>,
    /// About how many messages lie on the alert DLQ; nothing where it could not be asked.
    pub alert_dlq: Option<usize>,
    /// How many issues about crashed tickets are not over: no delivery is parked under them.
    pub crashed: usize,
    /// Something was counted up to a bound only.
    pub bounded: bool,
}

/// How every integration stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Since when what is done is counted.
    pub since: Timestamp,
    /// When this was read.
    pub now: Timestamp,
    /// One row per integration.
    pub integrations: Vec<Row>,
    /// There is more than was counted.
    pub bounded: bool,
    /// So many of what needs somebody are not listed under an issue yet, because their owners were not told.
    pub untold: usize,
    /// About how many messages lie on the alert DLQ; nothing where it could not be asked.
    pub alert_dlq: Option<usize>,
    /// How many issues about crashed tickets are not over: no delivery is parked under them.
    pub crashed: usize,
    /// The next useful command.
    pub next: String,
}

/// How one integration stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its name.
    pub integration: String,
    /// Who answers for it; empty when it is no longer in the bundle.
    pub owner: String,
    /// Accepted since then and at rest: delivered, or closed by a person.
    pub done: usize,
    /// So many of these count as done because nothing else is known of them: their states were not read, and short
    /// waits stand in no index.
    pub unread: usize,
    /// Moves by itself: accepted, sending, or waiting.
    pub waiting: usize,
    /// Waits for a person.
    pub needs_you: usize,
    /// What its destination allows now: `closed`, `open`, `half-open` or `paused`, as a breaker's words are.
    pub gate: &'static str,
    /// Since when the oldest unfinished delivery waits.
    pub oldest: Option<Timestamp>,
}

impl Status {
    /// Counts.
    pub fn of(facts: &Facts, catalog: &Catalog) -> Self {
        let rows = catalog.integrations.values().map(|integration| {
            let gate = facts.gates.get(&integration.destination).map_or("closed", gate);
            let owner = integration.owner.team.clone();
            (integration.name.to_string(), Tally { owner, gate, ..Tally::default() })
        });
        let mut rows: BTreeMap<String, Tally> = rows.collect();
        let (unfinished, untold) = (unfinished(facts), untold(facts));
        let listed = facts.parked.iter().map(|(since, key)| (key, *since));
        let parked: Vec<_> =
            listed.chain(untold.iter().map(|(key, since)| (*key, *since))).collect();
        for (key, since) in &parked {
            let row = of(&mut rows, key);
            row.needs_you += 1;
            row.wait(*since);
        }
        for (key, since) in &unfinished {
            let row = of(&mut rows, key);
            row.waiting += 1;
            row.wait(*since);
        }
        let unsettled = parked.iter().map(|(key, _)| *key).chain(unfinished.keys().copied());
        count_done(&mut rows, facts, &unsettled.collect());
        let integrations: Vec<Row> = rows.into_iter().map(|(name, t)| t.row(name)).collect();
        let (untold, next) = (untold.len(), next(&integrations, untold.len(), facts));
        Self {
            since: facts.since,
            now: facts.now,
            integrations,
            bounded: facts.bounded,
            untold,
            alert_dlq: facts.alert_dlq,
            crashed: facts.crashed,
            next: next.to_owned(),
        }
    }
}

/// Counts what ran and neither moves nor waits for a person.
fn count_done(rows: &mut BTreeMap<String, Tally>, facts: &Facts, unsettled: &BTreeSet<&EntryKey>) {
    let read = facts.ran.len().saturating_sub(facts.unread);
    for (place, (_, key)) in facts.ran.iter().enumerate() {
        let rests = usize::from(!unsettled.contains(key));
        let row = of(rows, key);
        row.done += rests;
        row.unread += if place < read { 0 } else { rests };
    }
}

/// The next useful command: lists of what is parked go by issues, so they do not have what was not told.
fn next(rows: &[Row], untold: usize, facts: &Facts) -> &'static str {
    match rows.iter().map(|row| row.needs_you).sum::<usize>() {
        0 if facts.crashed > 0 => "fairlead issues",
        0 if facts.alert_dlq.is_some_and(|count| count > 0) => "fairlead dlq",
        0 => "fairlead tail",
        needs if needs == untold => "fairlead deliveries",
        _ => "fairlead deliveries --state parked",
    }
}

/// What is parked and in no list of an issue, and since when it was accepted: the issue of a new cause stands only once
/// its owner was told, and that may fail.
fn untold(facts: &Facts) -> BTreeMap<&EntryKey, Timestamp> {
    let told: BTreeSet<&EntryKey> = facts.parked.iter().map(|(_, key)| key).collect();
    let parked = |key: &EntryKey| facts.states.get(key).is_some_and(|state| state == "parked");
    let untold = facts.ran.iter().filter(|(_, key)| parked(key) && !told.contains(key));
    untold.map(|(since, key)| (key, *since)).collect()
}

/// What moves by itself, and since when: what the index holds, and what is on the queues or in a dispatcher's hands.
fn unfinished(facts: &Facts) -> BTreeMap<&EntryKey, Timestamp> {
    let moving = ["accepted", "sending", "looking", "waiting"];
    let recent = facts.ran.iter().filter(|(_, key)| {
        facts.states.get(key).is_some_and(|state| moving.contains(&state.as_str()))
    });
    // The time of acceptance, where it is known, is the better one: it comes last.
    facts.waiting.iter().chain(recent).map(|(since, key)| (key, *since)).collect()
}

#[derive(Default)]
struct Tally {
    owner: String,
    done: usize,
    unread: usize,
    waiting: usize,
    needs_you: usize,
    gate: &'static str,
    oldest: Option<Timestamp>,
}

impl Tally {
    fn wait(&mut self, since: Timestamp) {
        self.oldest = Some(self.oldest.map_or(since, |oldest| oldest.min(since)));
    }

    fn row(self, integration: String) -> Row {
        let Self { owner, done, unread, waiting, needs_you, gate, oldest } = self;
        Row { integration, owner, done, unread, waiting, needs_you, gate, oldest }
    }
}

fn of<'a>(rows: &'a mut BTreeMap<String, Tally>, key: &EntryKey) -> &'a mut Tally {
    let name = key.integration().unwrap_or_default().to_owned();
    rows.entry(name).or_insert_with(|| Tally { gate: "closed", ..Tally::default() })
}

/// What a gate allows, in one word.
pub(crate) fn gate(gate: &Gate) -> &'static str {
    match (&gate.pause, &gate.breaker) {
        (Some(_), _) => "paused",
        (None, Breaker::Open { .. }) => "open",
        (None, Breaker::HalfOpen { .. }) => "half-open",
        (None, Breaker::Closed) => "closed",
    }
}

/// How many are done: at most so many, where some are only taken to be.
pub(crate) fn done(count: usize, unread: usize) -> String {
    format!("{}{}", if unread > 0 { "up to " } else { "" }, number(count))
}

impl Status {
    /// How many wait for a person.
    pub(crate) fn needs(&self) -> usize {
        self.integrations.iter().map(|row| row.needs_you).sum()
    }

    /// What the figures do not say by themselves, a sentence each.
    pub(crate) fn doubts(&self) -> Vec<String> {
        let unread: usize = self.integrations.iter().map(|row| row.unread).sum();
        let mut said = Vec::new();
        if unread > 0 {
            let these = counted(unread, "older delivery", "older deliveries");
            said.push(format!(
                "The states of {these} were not read: what waits for minutes only counts as done."
            ));
        }
        if self.untold > 0 {
            let these = counted(self.untold, "parked delivery", "parked deliveries");
            said.push(format!("{these}: the owner is not told yet, and no issue lists it."));
        }
        if self.crashed > 0 {
            let these = counted(self.crashed, "issue is", "issues are");
            said.push(format!("{these} open about tickets that crashed, on a DLQ."));
        }
        match self.alert_dlq {
            Some(0) => {}
            Some(_) => said.push("The alert DLQ is not empty: owners were not told.".to_owned()),
            None => said.push("The alert DLQ could not be asked.".to_owned()),
        }
        said
    }
}

impl View for Status {
    fn text(&self) -> String {
        let head = ["INTEGRATION", "OWNER", ">DONE", ">WAITING", ">NEEDS YOU", "GATE", ">OLDEST"];
        let rows = self.integrations.iter().map(|row| {
            [
                row.integration.clone(),
                row.owner.clone(),
                done(row.done, row.unread),
                number(row.waiting),
                number(row.needs_you),
                row.gate.to_owned(),
                row.oldest.map(|since| age(since, self.now)).unwrap_or_default(),
            ]
        });
        let mut text = table(head, rows);
        if self.bounded {
            text.push_str("There is more than was counted; these are the least numbers.\n");
        }
        for said in self.doubts() {
            text.push_str(&format!("{said}\n"));
        }
        text.push_str(&match self.needs() {
            0 if self.problem() => format!("Done is counted since {:.0}.", self.since),
            0 => format!("Done is counted since {:.0}. Nothing needs anyone.", self.since),
            needs => format!("{} someone.", counted(needs, "record needs", "records need")),
        });
        text.push_str(&format!("  Next: {}\n", self.next));
        text
    }

    fn problem(&self) -> bool {
        let on_alert_dlq = self.alert_dlq.is_some_and(|count| count > 0);
        self.needs() > 0 || self.crashed > 0 || on_alert_dlq
    }
}
