//! Queues as SQS keeps them: delays, invisibility while a message is worked on, a limit to receptions.

use std::time::Duration;

use fairlead_core::{
    issue::dlq::{Dlq, Peeked},
    span::after,
    ticket::Queue,
};
use jiff::Timestamp;

use super::Inside;

/// One message on a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it lies.
    pub queue: Queue,
    /// Its text.
    pub body: String,
    id: u64,
    visible_at: Timestamp,
    receptions: u8,
}

/// As often a message is received before it is dead (the template's `maxReceiveCount`).
const MOST_RECEPTIONS: u8 = 5;

impl Message {
    pub(super) fn is_visible(&self, now: Timestamp) -> bool {
        self.visible_at <= now
    }

    fn is_worked_on(&self) -> bool {
        self.queue != Queue::Dlq
    }
}

/// Where a message goes that was received too often.
fn dlq_of(queue: Queue) -> Dlq {
    match queue {
        Queue::Dispatch | Queue::Dlq => Dlq::Dispatch,
        Queue::Intake => Dlq::Intake,
        Queue::Retry => Dlq::Retry,
        Queue::Alert => Dlq::Alert,
    }
}

/// How long a message that is worked on stays invisible (the template's `VisibilityTimeout`).
fn invisible(queue: Queue) -> Duration {
    Duration::from_secs(match queue {
        Queue::Dispatch => 180,
        Queue::Intake => 120,
        Queue::Retry | Queue::Alert => 360,
        Queue::Dlq => 180,
    })
}

impl Inside {
    pub(super) fn put(&mut self, queue: Queue, body: String, delay: Duration) {
        let visible_at = after(self.now, delay);
        self.named += 1;
        self.messages.push(Message { queue, body, id: self.named, visible_at, receptions: 0 });
    }

    /// Moves every message of the DLQ to the dispatch queue.
    pub(super) fn redrive(&mut self) {
        let now = self.now;
        for message in self.messages.iter_mut().filter(|m| m.queue == Queue::Dlq) {
            (message.queue, message.visible_at) = (Queue::Dispatch, now);
        }
    }

    /// Everything that lies on a DLQ.
    pub(super) fn on(&mut self, dlq: Dlq) -> impl Iterator<Item = &mut Message> {
        let letters = self.messages.iter_mut().filter(|m| m.queue == Queue::Dlq);
        let letters = letters.filter(move |_| dlq == Dlq::Dispatch);
        letters.chain(self.dead.iter_mut().filter(move |m| dlq_of(m.queue) == dlq))
    }

    /// Ten of the messages on a DLQ, hidden from the next look for half a minute.
    pub(super) fn peek(&mut self, dlq: Dlq) -> Vec<Peeked> {
        let (now, hidden) = (self.now, after(self.now, Duration::from_secs(30)));
        let seen = self.on(dlq).filter(|m| m.visible_at <= now).take(10);
        let seen = seen.map(|message| {
            message.visible_at = hidden;
            let id = message.id.to_string();
            Peeked { handle: id.clone(), id, body: message.body.clone() }
        });
        seen.collect()
    }

    /// Takes a message off its DLQ.
    pub(super) fn remove(&mut self, message: &Peeked) {
        self.messages.retain(|m| m.id.to_string() != message.handle);
        self.dead.retain(|m| m.id.to_string() != message.handle);
    }

    /// The oldest visible message of any queue that a function reads; away from its queue until it is given back.
    pub(super) fn receive(&mut self) -> Option<Message> {
        let now = self.now;
        let place = self.messages.iter().position(|m| m.is_worked_on() && m.visible_at <= now)?;
        let mut message = self.messages.remove(place);
        message.receptions += 1;
        Some(message)
    }

    /// The function failed: the message shows again after a while, or is dead.
    pub(super) fn give_back(&mut self, mut message: Message) {
        if message.receptions >= MOST_RECEPTIONS {
            self.dead.push(message);
            return;
        }
        message.visible_at = after(self.now, invisible(message.queue));
        self.messages.push(message);
    }

    /// When the next message becomes visible.
    pub(super) fn next_visible(&self) -> Option<Timestamp> {
        self.messages.iter().filter(|m| m.is_worked_on()).map(|m| m.visible_at).min()
    }
}
