//! SQS as it is: at least once, in any order, hidden while worked on, dead after five receptions.

use std::time::Duration;

use fairlead_core::{issue::dlq::Peeked, span::after, ticket::Ticket};
use jiff::Timestamp;

use super::{chance::Chance, fault::Fault, place::Place};

/// As often a message is received before it is dead (the template's `maxReceiveCount`).
const MOST_RECEPTIONS: u32 = 5;

/// One message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: u64,
    pub(crate) place: Place,
    pub(crate) body: String,
    pub(crate) visible_at: Timestamp,
    receptions: u32,
    /// Changes with each reception; only the newest deletes.
    receipt: u64,
}

/// A message in the hands of a function.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) id: u64,
    pub(crate) place: Place,
    pub(crate) body: String,
    receipt: u64,
}

impl Message {
    /// A message about a parked delivery: it lies on the DLQ to be read, and waits for a person.
    pub(crate) fn notice(&self) -> Option<Ticket> {
        Ticket::read(&self.body).ok().filter(|ticket| ticket.notice.is_some())
    }
}

/// All queues.
#[derive(Default)]
pub(crate) struct Sqs {
    messages: Vec<Message>,
    number: u64,
}

/// What a look at a queue gave.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) received: Vec<Received>,
    /// When the received ones show again.
    pub(crate) again: Vec<Timestamp>,
    /// Bodies that were received too often.
    pub(crate) died: Vec<String>,
    pub(crate) faults: Vec<Fault>,
}

impl Sqs {
    pub(crate) fn messages(&self) -> &[Message] {
        &self.messages
    }

    pub(crate) fn put(&mut self, place: Place, body: String, visible_at: Timestamp) {
        self.number += 1;
        let id = self.number;
        self.messages.push(Message { id, place, body, visible_at, receptions: 0, receipt: 0 });
    }

    /// Up to `most` of the visible messages, any of them in any order.
    pub(crate) fn receive(
        &mut self,
        place: Place,
        most: u64,
        now: Timestamp,
        chance: &mut Chance,
        restless: bool,
    ) -> Batch {
        let mut batch = Batch::default();
        for _ in 0..most {
            let shown: Vec<usize> = (0..self.messages.len())
                .filter(|at| self.messages[*at].place == place)
                .filter(|at| self.messages[*at].visible_at <= now)
                .collect();
            if shown.is_empty() {
                break;
            }
            let at = shown[chance.place(shown.len())];
            self.hand_out(at, now, chance, restless, &mut batch);
        }
        batch
    }

    fn hand_out(
        &mut self,
        at: usize,
        now: Timestamp,
        chance: &mut Chance,
        restless: bool,
        batch: &mut Batch,
    ) {
        let message = &mut self.messages[at];
        if message.receptions >= MOST_RECEPTIONS {
            batch.died.push(message.body.clone());
            batch.faults.push(Fault::ReceivedTooOften);
            message.place = message.place.dlq();
            return;
        }
        message.receptions += 1;
        if message.receptions > 1 {
            batch.faults.push(Fault::ReceivedAgain);
        }
        message.receipt = chance.next();
        message.visible_at = after(now, message.place.hidden());
        if restless && chance.of_ten_thousand(150) {
            // At least once: it is handed out again while the first hand still holds it.
            message.visible_at = after(now, chance.millis(1, 2_000));
            batch.faults.push(Fault::HandedOutTwice);
        }
        batch.again.push(message.visible_at);
        let Message { id, place, body, receipt, .. } = message.clone();
        batch.received.push(Received { id, place, body, receipt });
    }

    /// Deletes a message, if nobody has received it since.
    pub(crate) fn delete(&mut self, received: &Received) {
        self.messages.retain(|m| m.id != received.id || m.receipt != received.receipt);
    }

    /// Copies a message that was to be deleted: SQS may show it once more.
    pub(crate) fn revive(&mut self, received: &Received, at: Timestamp) {
        self.put(received.place, received.body.clone(), at);
    }

    /// Ten of the messages of a DLQ, hidden from the next look for half a minute.
    pub(crate) fn peek(&mut self, place: Place, now: Timestamp) -> Vec<Peeked> {
        let hidden = after(now, Duration::from_secs(30));
        let seen = self.messages.iter_mut().filter(|m| m.place == place && m.visible_at <= now);
        let seen = seen.take(10).map(|message| {
            message.visible_at = hidden;
            let id = message.id.to_string();
            Peeked { handle: id.clone(), id, body: message.body.clone() }
        });
        seen.collect()
    }

    /// Takes a message off its DLQ.
    pub(crate) fn remove(&mut self, handle: &str) {
        self.messages.retain(|m| m.id.to_string() != handle || m.place.reader().is_some());
    }

    /// Moves what `which` picks to another queue, as a redrive does; gives how many.
    pub(crate) fn redrive(
        &mut self,
        to: impl Fn(&Message) -> Option<Place>,
        now: Timestamp,
    ) -> Vec<Place> {
        let mut moved = Vec::new();
        for message in &mut self.messages {
            if let Some(place) = to(message) {
                (message.place, message.receptions, message.visible_at) = (place, 0, now);
                moved.push(place);
            }
        }
        moved
    }

    /// How long until the first hidden message of a queue shows.
    pub(crate) fn next(&self, place: Place) -> Option<Timestamp> {
        self.messages.iter().filter(|m| m.place == place).map(|m| m.visible_at).min()
    }
}

/// The longest that a function leaves a visible message lying.
pub(crate) const POLL: Duration = Duration::from_millis(60);
