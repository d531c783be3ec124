//! All there is at one moment: clock, ledger, queues, workers, vendor, and what may still go wrong.

use std::time::Duration;

use fairlead_core::{
    entry::{Entry, Held, State},
    id::Version,
    span::after,
    ticket::{Queue, Step, Ticket},
};
use fairlead_tests::sample::noon;
use jiff::Timestamp;

use crate::{
    kept::Kept,
    setting::{Budget, Setting},
    vendor::Vendor,
    worker::Worker,
};

/// What comes later than this is of no interest to a setting; only a key or a patience that ends sooner is.
pub(crate) fn horizon() -> Timestamp {
    noon() + Duration::from_secs(6 * 3_600)
}

/// A ticket on a queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Message {
    pub(crate) queue: Queue,
    /// Noon once it is visible, so that worlds which differ in the past only become one.
    pub(crate) visible_at: Timestamp,
    pub(crate) ticket: Kept<Ticket>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) entry: Option<Kept<Entry>>,
    /// Sorted: a queue promises no order.
    pub(crate) messages: Vec<Message>,
    /// Sorted: workers differ in nothing but what they do.
    pub(crate) workers: Vec<Kept<Worker>>,
    pub(crate) vendor: Vendor,
    /// The integration is in the bundle.
    pub(crate) bundled: bool,
    /// The sender was told that the event is durable.
    pub(crate) told_202: bool,
    /// The parkings whose order to retry was obeyed.
    pub(crate) obeyed: Vec<Version>,
    pub(crate) left: Budget,
    /// The law that the last step broke.
    pub(crate) broken: Option<&'static str>,
}

impl World {
    pub(crate) fn begin(budget: Budget) -> Self {
        Self {
            now: noon(),
            entry: None,
            messages: vec![],
            workers: vec![],
            vendor: Vendor::new(),
            bundled: true,
            told_202: false,
            obeyed: vec![],
            left: budget,
            broken: None,
        }
    }

    pub(crate) fn state(&self) -> Option<&State> {
        self.entry.as_ref().map(|entry| &entry.life.state)
    }

    pub(crate) fn put(&mut self, queue: Queue, visible_at: Timestamp, ticket: Kept<Ticket>) {
        let visible_at = if visible_at <= self.now { noon() } else { visible_at };
        let message = Message { queue, visible_at, ticket };
        let place = self.messages.partition_point(|other| *other < message);
        self.messages.insert(place, message);
    }

    pub(crate) fn add(&mut self, worker: Kept<Worker>) {
        let place = self.workers.partition_point(|other| *other < worker);
        self.workers.insert(place, worker);
    }

    /// A ticket for dispatch lies on a queue or in a worker's hand: the delivery will be looked at again.
    pub(crate) fn is_carried(&self) -> bool {
        let to_dispatch = |queue| matches!(queue, Queue::Dispatch | Queue::Retry | Queue::Intake);
        self.messages.iter().any(|m| to_dispatch(m.queue))
            || self.held().any(|m| to_dispatch(m.queue))
    }

    /// A ticket for the alert step lies on its queue or in a worker's hand.
    pub(crate) fn will_be_told(&self) -> bool {
        self.messages.iter().any(|m| m.queue == Queue::Alert)
            || self.held().any(|m| m.queue == Queue::Alert)
    }

    /// An order to retry the parking of `version` lies on the DLQ, or is being carried out.
    pub(crate) fn is_listed(&self, version: Version) -> bool {
        let names = |m: &Message| {
            m.ticket.order.as_ref().is_some_and(|o| {
                m.ticket.step == Step::Retry
                    && (o.version == version || o.version.next() == version)
            })
        };
        self.messages.iter().any(names) || self.held().any(names)
    }

    fn held(&self) -> impl Iterator<Item = &Message> {
        self.workers.iter().filter_map(|worker| worker.held.as_ref())
    }

    /// The entry is in the due index and its time has come.
    pub(crate) fn is_due(&self) -> bool {
        matches!(self.state(),
            Some(State::Waiting { held: Held::Index { look_at }, .. }) if *look_at <= self.now)
    }

    /// The next moment at which something may change by itself.
    pub(crate) fn next_moment(&self, setting: &Setting) -> Option<Timestamp> {
        let mut moments: Vec<_> = self.messages.iter().map(|m| m.visible_at).collect();
        moments.extend(self.vendor.knows_key_until);
        moments.extend(self.vendor.late_at);
        if let Some(entry) = &self.entry {
            moments.push(after(entry.life.begun_at, setting.retry.give_up_after));
            match &entry.life.state {
                State::Sending { until, .. } | State::Looking { until, .. } => {
                    moments.push(*until);
                }
                State::Waiting { due_at, held } => {
                    moments.push(*due_at);
                    moments.extend(match held {
                        Held::Index { look_at } => Some(*look_at),
                        Held::Queue | Held::Gate => None,
                    });
                }
                State::Accepted
                | State::Delivered
                | State::Closed { .. }
                | State::Parked { .. } => {}
            }
        }
        self.soonest(moments)
    }

    fn soonest(&self, moments: Vec<Timestamp>) -> Option<Timestamp> {
        let ahead = |moment: &Timestamp| *moment > self.now && *moment < horizon();
        moments.into_iter().filter(ahead).min()
    }
}
