//! The ledger: entries and the small items, each written under its condition.

use std::collections::BTreeMap;

use fairlead_core::{
    crosswalk::{Link, place},
    entry::{Entry, Work},
    gate::Gate,
    id::{DestinationName, EntryKey, Version},
    issue::{Issue, IssueId, step::Looked},
    pace::Pace,
    ports::{Due, Inserted, Saved},
    record::RecordName,
    roll::Roll,
    running::Running,
    turn::Turn,
};
use jiff::Timestamp;

/// The most entries that one look at a partition shows.
const PAGE: usize = 50;

/// One table. Every operation is one request of DynamoDB: it happens whole or not at all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    entries: BTreeMap<EntryKey, Entry>,
    gates: BTreeMap<DestinationName, Gate>,
    paces: BTreeMap<DestinationName, Pace>,
    issues: BTreeMap<IssueId, Issue>,
    turns: BTreeMap<String, Turn>,
    links: BTreeMap<String, Link>,
    running: BTreeMap<DestinationName, Running>,
    roll: Option<Roll>,
}

impl Ledger {
    /// The destinations that were ever named.
    pub(crate) fn roll(&self) -> Option<&Roll> {
        self.roll.as_ref()
    }

    /// Replaces version `replaces` of them.
    pub(crate) fn save_roll(&mut self, roll: &Roll, replaces: Version) -> Saved {
        if self.roll.as_ref().map_or(Version(0), |held| held.version) != replaces {
            return Saved::Lost;
        }
        self.roll = Some(roll.clone());
        Saved::Done
    }

    /// Every entry, by key.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The entry at `key`.
    pub(crate) fn load(&self, key: &EntryKey) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Writes an entry unless an unexpired one lies there; our own repeated write counts as done.
    pub(crate) fn insert(&mut self, entry: &Entry, now: Timestamp) -> Inserted {
        match self.entries.get(&entry.key) {
            Some(first) if first.writer == entry.writer => Inserted::New,
            Some(first) if first.forgotten_at().is_none_or(|at| at > now) => {
                Inserted::Exists(Box::new(first.clone()))
            }
            _ => {
                self.put(entry);
                Inserted::New
            }
        }
    }

    /// What a write that does not find version `replaces` comes to; our own repeated write counts as done.
    pub(crate) fn lost(&self, entry: &Entry) -> Saved {
        let ours = self.entries.get(&entry.key).is_some_and(|found| found.writer == entry.writer);
        if ours { Saved::Done } else { Saved::Lost }
    }

    /// Writes an entry; whoever does knows that it may.
    pub(crate) fn put(&mut self, entry: &Entry) {
        self.entries.insert(entry.key.clone(), entry.clone());
    }

    /// The gate of a destination.
    pub(crate) fn gate(&self, of: &DestinationName) -> Option<&Gate> {
        self.gates.get(of)
    }

    /// Replaces version `replaces` of a gate.
    pub(crate) fn save_gate(
        &mut self,
        of: &DestinationName,
        gate: &Gate,
        replaces: Version,
    ) -> Saved {
        if self.gates.get(of).map_or(Version(0), |held| held.version) != replaces {
            return Saved::Lost;
        }
        self.gates.insert(of.clone(), gate.clone());
        Saved::Done
    }

    /// The pace of a destination.
    pub(crate) fn pace(&self, of: &DestinationName) -> Option<Pace> {
        self.paces.get(of).copied()
    }

    /// Replaces version `replaces` of a pace.
    pub(crate) fn save_pace(
        &mut self,
        of: &DestinationName,
        pace: &Pace,
        replaces: Version,
    ) -> Saved {
        if self.pace(of).unwrap_or_default().version != replaces {
            return Saved::Lost;
        }
        self.paces.insert(of.clone(), *pace);
        Saved::Done
    }

    /// The turn at a place.
    pub(crate) fn turn(&self, of: &str) -> Option<&Turn> {
        self.turns.get(of)
    }

    /// Replaces version `replaces` of a turn.
    pub(crate) fn save_turn(&mut self, of: &str, turn: &Turn, replaces: Version) -> Saved {
        if self.turn(of).map_or(Version(0), |held| held.version) != replaces {
            return Saved::Lost;
        }
        self.turns.insert(of.to_owned(), turn.clone());
        Saved::Done
    }

    /// What a destination calls a record.
    pub(crate) fn link(&self, at: &DestinationName, record: &RecordName) -> Option<&Link> {
        self.links.get(&place(at, record))
    }

    /// Keeps what a destination calls a record; what was heard last counts.
    pub(crate) fn put_link(&mut self, at: &DestinationName, link: &Link) {
        let held = self.links.entry(place(at, &link.record)).or_insert_with(|| link.clone());
        if held.at <= link.at {
            *held = link.clone();
        }
    }

    /// The running calls of a destination.
    pub(crate) fn running(&self, of: &DestinationName) -> Option<&Running> {
        self.running.get(of)
    }

    /// Replaces version `replaces` of a destination's running calls.
    pub(crate) fn save_running(
        &mut self,
        of: &DestinationName,
        running: &Running,
        replaces: Version,
    ) -> Saved {
        if self.running(of).map_or(Version(0), |held| held.version) != replaces {
            return Saved::Lost;
        }
        self.running.insert(of.clone(), running.clone());
        Saved::Done
    }

    /// The issue of this name.
    pub(crate) fn issue(&self, id: &IssueId) -> Option<&Issue> {
        self.issues.get(id)
    }

    /// Replaces version `replaces` of an issue.
    pub(crate) fn save_issue(&mut self, issue: &Issue, replaces: Version) -> Saved {
        if self.issue(&issue.id).map_or(Version(0), |held| held.version) != replaces {
            return Saved::Lost;
        }
        self.issues.insert(issue.id.clone(), issue.clone());
        Saved::Done
    }

    /// Every issue.
    pub(crate) fn issues(&self) -> impl Iterator<Item = &Issue> {
        self.issues.values()
    }

    /// The issues that the schedule looks at.
    pub(crate) fn watched(&self) -> Vec<IssueId> {
        let watched = self.issues.values().filter(|issue| issue.is_watched());
        watched.map(|issue| issue.id.clone()).collect()
    }

    /// How many deliveries of an issue are parked.
    pub(crate) fn parked(&self, id: &IssueId, work: impl Fn(&Entry) -> Option<Work>) -> Looked {
        let partition = id.partition();
        let found = self.entries().filter_map(work).filter(|work| work.partition == partition);
        let times: Vec<Timestamp> = found.map(|work| work.at).collect();
        Looked { count: times.len() as u64, newest: times.into_iter().max() }
    }

    /// A page of one partition of the index, oldest first, where `work` says how each entry stands in it.
    pub(crate) fn due(
        &self,
        partition: &str,
        until: Timestamp,
        after: Option<&Due>,
        work: impl Fn(&Entry) -> Option<Work>,
    ) -> Vec<Due> {
        let stands = |entry: &Entry| {
            let work = work(entry).filter(|work| work.partition == partition)?;
            Some(Due { at: work.at, key: entry.key.clone() })
        };
        let mut due: Vec<Due> = self.entries().filter_map(stands).collect();
        due.retain(|due| due.at <= until && after.is_none_or(|after| due > after));
        due.sort();
        due.truncate(PAGE);
        due
    }
}
