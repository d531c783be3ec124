//! The ports onto the world in memory.

use std::time::Duration;

use fairlead_core::{
    alert::Alert,
    crosswalk::{Link, place},
    entry::Entry,
    gate::Gate,
    history::Line,
    id::{DeliveryId, DestinationName, EntryKey, Token, Version},
    integration::Integration,
    meaning::{Finding, Meaning},
    outcome::{Answer, Reply},
    pace::Pace,
    ports::{Due, Gates, Inserted, Leave, PortError, Ports, Saved},
    reading::{Heard, Reading},
    record::{Record, RecordName},
    roll::Roll,
    running::Running,
    span::after,
    ticket::{Queue, Ticket},
    turn::Turn,
    wait::{Jitter, LONGEST_DELAY},
};
use jiff::Timestamp;

use super::{Inside, World};
use crate::saved::{rewritten, saved};

/// How long every call takes.
const TOOK: Duration = Duration::from_millis(212);

/// The most entries that one look at a partition shows.
const PAGE: usize = 100;

impl Gates for World {
    async fn gate(&self, of: &DestinationName) -> Result<Option<Gate>, PortError> {
        Ok(self.inside.borrow().gates.get(of).cloned())
    }

    async fn save_gate(
        &self,
        of: &DestinationName,
        gate: &Gate,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        let gates = &mut self.inside.borrow_mut().gates;
        if gates.get(of).map_or(Version(0), |held| held.version) != replaces {
            return Ok(Saved::Lost);
        }
        gates.insert(of.clone(), gate.clone());
        Ok(Saved::Done)
    }

    async fn pace(&self, of: &DestinationName) -> Result<Option<Pace>, PortError> {
        Ok(self.inside.borrow().paces.get(of).copied())
    }

    async fn save_pace(
        &self,
        of: &DestinationName,
        pace: &Pace,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        let mut inside = self.inside.borrow_mut();
        inside.now = after(inside.now, inside.slow_saves);
        if inside.paces.get(of).map_or(Version(0), |held| held.version) != replaces {
            return Ok(Saved::Lost);
        }
        inside.paces.insert(of.clone(), *pace);
        Ok(Saved::Done)
    }

    async fn turn(&self, of: &str) -> Result<Option<Turn>, PortError> {
        let mut inside = self.inside.borrow_mut();
        inside.counts.small_reads += 1;
        Ok(inside.turns.get(of).cloned())
    }

    async fn save_turn(
        &self,
        of: &str,
        turn: &Turn,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        let mut inside = self.inside.borrow_mut();
        if inside.turns.get(of).map_or(Version(0), |held| held.version) != replaces {
            return Ok(Saved::Lost);
        }
        inside.counts.small_writes += 1;
        inside.turns.insert(of.to_owned(), turn.clone());
        Ok(Saved::Done)
    }

    async fn running(&self, of: &DestinationName) -> Result<Option<Running>, PortError> {
        Ok(self.inside.borrow().running.get(of).cloned())
    }

    async fn save_running(
        &self,
        of: &DestinationName,
        running: &Running,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        let all = &mut self.inside.borrow_mut().running;
        if all.get(of).map_or(Version(0), |held| held.version) != replaces {
            return Ok(Saved::Lost);
        }
        all.insert(of.clone(), running.clone());
        Ok(Saved::Done)
    }

    async fn roll(&self) -> Result<Option<Roll>, PortError> {
        Ok(self.inside.borrow().roll.clone())
    }

    async fn save_roll(&self, roll: &Roll, replaces: Version) -> Result<Saved, PortError> {
        let held = &mut self.inside.borrow_mut().roll;
        if held.as_ref().map_or(Version(0), |held| held.version) != replaces {
            return Ok(Saved::Lost);
        }
        *held = Some(roll.clone());
        Ok(Saved::Done)
    }
}

impl Ports for World {
    type Gates = Self;

    fn gates(&self) -> &Self {
        self
    }

    type Issues = Self;

    fn issues(&self) -> &Self {
        self
    }

    async fn pause_for(&self, length: Duration) {
        let now = &mut self.inside.borrow_mut().now;
        *now = after(*now, length);
    }

    fn now(&self) -> Timestamp {
        self.clock()
    }

    fn delivery_id(&self, record: &Record) -> DeliveryId {
        self.name_delivery(record)
    }

    fn token(&self) -> Token {
        Token(uuid::Uuid::from_u128(self.next_number()))
    }

    fn jitter(&self) -> Jitter {
        self.jitter
    }

    fn log(&self, _: &Entry, added: &[Line]) {
        let added = added.iter().map(|line| line.what.clone()).collect();
        self.inside.borrow_mut().logged.push(added);
    }

    async fn load(&self, key: &EntryKey) -> Result<Option<Entry>, PortError> {
        if self.inside.borrow().broken.contains(key) {
            return Err(PortError::new("read the entry", "it comes from a newer release"));
        }
        Ok(self.inside.borrow().ledger.get(key).cloned())
    }

    async fn insert(&self, entry: &Entry) -> Result<Inserted, PortError> {
        let mut inside = self.inside.borrow_mut();
        match inside.ledger.get(&entry.key) {
            // Our own, repeated.
            Some(first) if first.writer == entry.writer => Ok(Inserted::New),
            Some(first) if first.forgotten_at().is_none_or(|at| at > inside.now) => {
                Ok(Inserted::Exists(Box::new(first.clone())))
            }
            _ => {
                inside.write(entry);
                Ok(Inserted::New)
            }
        }
    }

    async fn save(&self, entry: &Entry, replaces: Version) -> Result<Saved, PortError> {
        Ok(self.inside.borrow_mut().replace(entry, replaces, saved))
    }

    async fn rewrite(&self, entry: &Entry, replaces: Version) -> Result<Saved, PortError> {
        Ok(self.inside.borrow_mut().replace(entry, replaces, rewritten))
    }

    async fn linked(
        &self,
        at: &DestinationName,
        record: &RecordName,
    ) -> Result<Option<Link>, PortError> {
        let mut inside = self.inside.borrow_mut();
        inside.counts.small_reads += 1;
        Ok(inside.links.get(&place(at, record)).cloned())
    }

    async fn link(&self, at: &DestinationName, link: &Link) -> Result<(), PortError> {
        let mut inside = self.inside.borrow_mut();
        inside.counts.small_writes += 1;
        let held = inside.links.entry(place(at, &link.record)).or_insert_with(|| link.clone());
        if held.at <= link.at {
            *held = link.clone();
        }
        Ok(())
    }

    async fn send(&self, to: Queue, ticket: &Ticket, delay: Duration) -> Result<(), PortError> {
        if delay > LONGEST_DELAY {
            return Err(PortError::new("send the ticket", "the delay is too long for a queue"));
        }
        let mut inside = self.inside.borrow_mut();
        if let Some(left) = inside.sends_left {
            let refused = || PortError::new("send the ticket", "the queue is away");
            inside.sends_left = Some(left.checked_sub(1).ok_or_else(refused)?);
        }
        *inside.counts.sends.entry(to).or_default() += 1;
        inside.put(to, ticket.text(), delay);
        Ok(())
    }

    async fn ready(&self, _: &Entry, fresh: bool) -> bool {
        let mut inside = self.inside.borrow_mut();
        if fresh {
            inside.now = after(inside.now, inside.slow_secret);
        }
        drop(inside);
        fresh && self.vendor.borrow_mut().read_secret()
    }

    async fn call(&self, entry: &Entry, leave: Leave) -> (Answer, Duration) {
        let mut answer = self.vendor.borrow_mut().call(entry, leave.fresh_secret, self.clock());
        if let Answer::Replied(reply) = &mut answer {
            reply.meaning = self.meaning(entry, reply);
        }
        (answer, TOOK)
    }

    async fn look(&self, entry: &Entry, leave: Leave) -> (Answer, Finding, Duration) {
        let answer = self.vendor.borrow_mut().asked(entry, leave.fresh_secret, self.clock());
        let finding = match &answer {
            Answer::Replied(reply) => self.finding(entry, reply),
            Answer::NotSent(_) | Answer::Lost(_) => Finding::Unclear,
        };
        (answer, finding, TOOK)
    }

    async fn publish(&self, alert: &Alert) -> Result<(), PortError> {
        let mut inside = self.inside.borrow_mut();
        inside.called += 1;
        if !inside.hangs.is_zero() {
            inside.now = after(inside.now, inside.hangs);
            return Err(PortError::new("tell the owner", "the channel does not answer"));
        }
        if let Some(left) = inside.deaf.checked_sub(1) {
            inside.deaf = left;
            return Err(PortError::new("tell the owner", "the channel is dead"));
        }
        inside.alerts.push(alert.clone());
        Ok(())
    }

    async fn due(
        &self,
        partition: &str,
        until: Timestamp,
        after: Option<&Due>,
    ) -> Result<Vec<Due>, PortError> {
        let inside = self.inside.borrow();
        let here = inside.work.iter().filter(|(_, work)| work.partition == partition);
        let mut due: Vec<Due> =
            here.map(|(key, work)| Due { at: work.at, key: key.clone() }).collect();
        due.retain(|due| due.at <= until && after.is_none_or(|after| due > after));
        due.sort();
        due.truncate(PAGE);
        Ok(due)
    }
}

impl World {
    fn meaning(&self, entry: &Entry, reply: &Reply) -> Meaning {
        self.read(entry, reply, |reading, _, heard| reading.meaning(heard)).unwrap_or_default()
    }

    fn finding(&self, entry: &Entry, reply: &Reply) -> Finding {
        let read = self.read(entry, reply, |reading, integration, heard| {
            Some(reading.finding(integration.lookup.as_ref()?, heard))
        });
        read.flatten().unwrap_or(Finding::Unclear)
    }

    /// Reads an answer as the adapter does; here the excerpt is all of it.
    fn read<T>(
        &self,
        entry: &Entry,
        reply: &Reply,
        f: impl FnOnce(&Reading<'_>, &Integration, &Heard<'_>) -> T,
    ) -> Option<T> {
        let catalog = self.catalog.borrow();
        let (integration, destination) = catalog.find(&entry.integration)?;
        let reading = Reading {
            response: &integration.response,
            outcomes: &destination.outcomes,
            event: &entry.event,
            request: entry.request.as_ref()?,
            key: &entry.idempotency_key,
        };
        let body = reply.excerpt.as_bytes();
        Some(f(
            &reading,
            integration,
            &Heard { status: reply.status, headers: &[], body, cut: false },
        ))
    }
}

impl Inside {
    /// Replaces version `replaces` of an entry by what `over` makes of it and the new one.
    fn replace(
        &mut self,
        new: &Entry,
        replaces: Version,
        over: impl FnOnce(&Entry, &Entry) -> Entry,
    ) -> Saved {
        let Some(found) = self.ledger.get(&new.key) else { return Saved::Lost };
        if found.life.version != replaces {
            return if found.writer == new.writer { Saved::Done } else { Saved::Lost };
        }
        let stands = over(found, new);
        self.write(&stands);
        let took = std::mem::take(&mut self.slow_save) + self.slow_saves;
        self.now = after(self.now, took);
        Saved::Done
    }

    fn write(&mut self, entry: &Entry) {
        self.ledger.insert(entry.key.clone(), entry.clone());
        self.counts.entry_writes += 1;
        let before = match entry.work() {
            Some(work) => self.work.insert(entry.key.clone(), work),
            None => self.work.remove(&entry.key),
        };
        if before.as_ref() != self.work.get(&entry.key) {
            self.counts.index_writes += 1;
        }
    }
}
