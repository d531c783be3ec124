//! Queues as SQS keeps them: delays, invisibility while a message is worked on, a limit to receptions.

use std::time::Duration;

use fairlead_core::{span::after, ticket::Queue};
use jiff::Timestamp;

use super::Inside;

/// One message on a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it lies.
    pub queue: Queue,
    /// Its text.
    pub body: String,
    visible_at: Timestamp,
    receptions: u8,
}

/// As often a message is received before it is dead (the template's `maxReceiveCount`).
const MOST_RECEPTIONS: u8 = 5;

impl Message {
    fn is_worked_on(&self) -> bool {
        self.queue != Queue::Dlq
    }
}

/// How long a message that is worked on stays invisible (the template's `VisibilityTimeout`).
fn invisible(queue: Queue) -> Duration {
    Duration::from_secs(match queue {
        Queue::Dispatch => 180,
        Queue::Retry => 360,
        Queue::Intake => 120,
        Queue::Alert | Queue::Dlq => 180,
    })
}

impl Inside {
    pub(super) fn put(&mut self, queue: Queue, body: String, delay: Duration) {
        let visible_at = after(self.now, delay);
        self.messages.push(Message { queue, body, visible_at, receptions: 0 });
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
