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
    /// The states of the newest of these, in the ledger's words.
    pub states: BTreeMap<EntryKey, String>,
    /// What waits in the ledger's index, and since when.
    pub waiting: Vec<(Timestamp, EntryKey)>,
    /// What waits for a person, and since when.
    pub parked: Vec<(Timestamp, EntryKey)>,
    /// The gates that were ever written.
    pub gates: BTreeMap<DestinationName, Gate>,
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
        let unfinished = unfinished(facts);
        for (since, key) in &facts.parked {
            let row = of(&mut rows, key);
            row.needs_you += 1;
            row.wait(*since);
        }
        for (key, since) in &unfinished {
            let row = of(&mut rows, key);
            row.waiting += 1;
            row.wait(*since);
        }
        let parked: BTreeSet<&EntryKey> = facts.parked.iter().map(|(_, key)| key).collect();
        for (_, key) in &facts.ran {
            let rests = !parked.contains(key) && !unfinished.contains_key(key);
            of(&mut rows, key).done += usize::from(rests && !is_parked(facts, key));
        }
        let integrations: Vec<Row> = rows.into_iter().map(|(name, t)| t.row(name)).collect();
        let needs = integrations.iter().any(|row| row.needs_you > 0);
        Self {
            since: facts.since,
            now: facts.now,
            integrations,
            bounded: facts.bounded,
            next: if needs { "fairlead deliveries --state parked" } else { "fairlead tail" }.into(),
        }
    }
}

/// Parked between two looks: it is not done, and the next look counts it.
fn is_parked(facts: &Facts, key: &EntryKey) -> bool {
    facts.states.get(key).is_some_and(|state| state == "parked")
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
        let Self { owner, done, waiting, needs_you, gate, oldest } = self;
        Row { integration, owner, done, waiting, needs_you, gate, oldest }
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

impl View for Status {
    fn text(&self) -> String {
        let head = ["INTEGRATION", "OWNER", ">DONE", ">WAITING", ">NEEDS YOU", "GATE", ">OLDEST"];
        let rows = self.integrations.iter().map(|row| {
            [
                row.integration.clone(),
                row.owner.clone(),
                number(row.done),
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
        let needs = self.integrations.iter().map(|row| row.needs_you).sum();
        text.push_str(&match needs {
            0 => format!("Done is counted since {:.0}. Nothing needs anyone.", self.since),
            _ => format!("{} someone.", counted(needs, "record needs", "records need")),
        });
        text.push_str(&format!("  Next: {}\n", self.next));
        text
    }

    fn problem(&self) -> bool {
        self.integrations.iter().any(|row| row.needs_you > 0)
    }
}
