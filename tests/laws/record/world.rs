//! All there is at one moment: two entries, the record's turn and link, the vendor, and what may still go wrong.

use fairlead_core::{
    crosswalk::Link,
    entry::{Carries, Entry, Held, State},
    id::{DeliveryId, EntryKey, IdempotencyKey, Token},
    integration::Method,
    record::{Ordered, RecordVersion},
    span::after,
    ticket::{Queue, Step, Ticket},
    turn::Turn,
};
use fairlead_tests::sample::{deal, noon};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    setting::{Budget, Entries, Setting, request},
    worker::{Message, Worker},
};
use crate::kept::Kept;

/// What the vendor has of the record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Vendor {
    /// The version that landed last.
    pub(crate) version: u8,
    /// The keys of the creates that took effect.
    pub(crate) created: Vec<EntryKey>,
}

/// A request that has left and whose sender no longer listens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UnderWay {
    pub(crate) entry: Kept<Entry>,
    /// It lands before this or never.
    pub(crate) until: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) entries: Entries,
    pub(crate) turn: Option<Turn>,
    pub(crate) link: Option<Link>,
    pub(crate) messages: Vec<Message>,
    pub(crate) workers: Vec<Worker>,
    pub(crate) under_way: Vec<UnderWay>,
    pub(crate) vendor: Vendor,
    /// The newest version whose turn was taken.
    pub(crate) begun: u8,
    /// Two workers were at work on one delivery at the same time.
    pub(crate) doubled: bool,
    /// A worker has died.
    pub(crate) crashed: bool,
    pub(crate) left: Budget,
    /// The law that the last step broke.
    pub(crate) broken: Option<&'static str>,
}

impl World {
    /// Both versions are accepted, and their tickets lie on the dispatch queue.
    pub(crate) fn begin(setting: &Setting) -> Self {
        let entries: Entries = [1, 2]
            .map(|version| entry(setting, version))
            .map(|entry| (entry.key.clone(), Kept::new(entry)))
            .into();
        let messages = entries.values().map(|entry| Message {
            queue: Queue::Dispatch,
            visible_at: noon(),
            ticket: Kept::new(Ticket::new(Step::Dispatch, entry.key.clone(), entry.id)),
        });
        let mut messages: Vec<_> = messages.collect();
        messages.sort();
        Self {
            now: noon(),
            entries,
            turn: None,
            link: None,
            messages,
            workers: vec![],
            under_way: vec![],
            vendor: Vendor::default(),
            begun: 0,
            doubled: false,
            crashed: false,
            left: setting.budget,
            broken: None,
        }
    }

    pub(crate) fn put(&mut self, mut message: Message) {
        message.visible_at = message.visible_at.max(noon());
        self.messages.push(message);
        self.messages.sort();
    }

    /// A number that no living worker draws from.
    pub(crate) fn number(&self) -> u128 {
        let taken = |number: &u128| self.workers.iter().any(|worker| worker.has(*number));
        (1..).find(|number| !taken(number)).expect("numbers do not end")
    }

    /// The next moment at which something may change by itself.
    pub(crate) fn next_moment(&self) -> Option<Timestamp> {
        let mut moments: Vec<_> = self.messages.iter().map(|m| m.visible_at).collect();
        moments.extend(self.turn.iter().filter_map(|turn| Some(turn.held.as_ref()?.until)));
        moments.extend(self.under_way.iter().map(|request| request.until));
        for entry in self.entries.values() {
            match &entry.life.state {
                State::Sending { until, .. } | State::Looking { until, .. } => moments.push(*until),
                State::Waiting { due_at, .. } => moments.push(*due_at),
                State::Accepted
                | State::Delivered
                | State::Closed { .. }
                | State::Parked { .. } => {}
            }
        }
        moments.into_iter().filter(|moment| *moment > self.now).min()
    }

    /// A ticket for it lies on a queue or in a hand, or the due index has it.
    pub(crate) fn is_carried(&self, key: &EntryKey) -> bool {
        let indexed = self.entries.get(key).is_some_and(|entry| {
            matches!(entry.life.state, State::Waiting { held: Held::Index { .. } | Held::Gate, .. })
        });
        let held = self.workers.iter().map(|worker| &worker.held);
        indexed || self.messages.iter().chain(held).any(|message| message.ticket.entry == *key)
    }
}

fn entry(setting: &Setting, version: u8) -> Entry {
    let integration = setting.integration();
    let submission = deal("D-1");
    let key = IdempotencyKey::new(format!("version:{version}"));
    let mut life = fairlead_core::entry::Life::begin(noon());
    life.carries = Carries::Request;
    let method = if setting.creates { Method::Post } else { Method::Put };
    let number = RecordVersion::Number(i128::from(version));
    Entry {
        key: EntryKey::of(&integration.name, &key),
        id: DeliveryId(Uuid::from_u128(u128::from(version) << 8)),
        integration: integration.name.clone(),
        destination: integration.destination.clone(),
        record: submission.record,
        owner: integration.owner.clone(),
        idempotency_key: key,
        ordered: Some(Ordered { by: "D-1".to_owned(), version: Some(number) }),
        payload_hash: submission.payload_hash,
        event: submission.event,
        request: Some(request(method, version)),
        config_hash: integration.hash,
        expires_at: after(noon(), std::time::Duration::from_secs(400 * 86_400)),
        life,
        history: fairlead_core::history::History::default(),
        writer: Token(Uuid::nil()),
    }
}
