//! A worker: dispatch, retry or validate at work on one ticket, as far as it has come. Its code is the real one.

use fairlead_core::{
    decide::{Input, decide},
    door::Memory,
    drive::{Rules, drive},
    id::Version,
    render::render,
    ticket::{Queue, Ticket},
};
use jiff::Timestamp;

use super::{
    model::Model,
    replay::{Heard, Op, Replay, Stand},
    setting::Maker,
};
use crate::kept::Kept;

/// A ticket on a queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Message {
    pub(crate) queue: Queue,
    pub(crate) visible_at: Timestamp,
    pub(crate) ticket: Kept<Ticket>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Worker {
    pub(crate) held: Message,
    /// When its function ends, whatever it does.
    pub(crate) dies_at: Timestamp,
    number: u128,
    log: Vec<Heard>,
    pub(crate) stand: Stand,
    /// With the mistake of that name: what it will keep once its delivery is settled.
    pub(crate) late: Option<fairlead_core::crosswalk::Link>,
    /// The parking that the order in its hands was given about.
    pub(crate) ordered: Option<Version>,
}

impl Worker {
    pub(crate) fn begin(model: &Model, held: Message, now: Timestamp, number: u128) -> Self {
        let dies_at = now + model.setting.lease() - std::time::Duration::from_secs(5);
        let stand = Stand::Over(true);
        let ordered = held.ticket.order.as_ref().map(|order| order.version);
        Self { held, dies_at, number, log: vec![], stand, late: None, ordered }.run(model, now)
    }

    pub(crate) fn hear(mut self, heard: Heard, model: &Model, now: Timestamp) -> Self {
        self.log.push(heard);
        self.run(model, now)
    }

    /// Whether it draws its tokens from this number.
    pub(crate) fn has(&self, number: u128) -> bool {
        self.number == number
    }

    pub(crate) fn is_calling(&self) -> bool {
        matches!(self.stand, Stand::At(Op::Call(_)))
    }

    /// Under the mistake of that name: it takes its order for one about this version.
    pub(crate) fn mistake_order(&mut self, version: Version) {
        let mut ticket = Ticket::clone(&self.held.ticket);
        ticket.order.iter_mut().for_each(|order| order.version = version);
        self.held.ticket = Kept::new(ticket);
    }

    /// Whether it waits for a write of the entry or of the turn.
    pub(crate) fn is_saving(&self) -> bool {
        matches!(self.stand, Stand::At(Op::Save(..) | Op::SaveTurn(..)))
    }

    fn run(mut self, model: &Model, now: Timestamp) -> Self {
        let memory = Memory::default();
        let catalog = &model.catalog;
        let rules = Rules { catalog, lease: model.setting.lease(), decide, memory: &memory };
        let (key, hops) = (&self.held.ticket.entry, self.held.ticket.hops);
        let log = std::mem::take(&mut self.log);
        (self.log, self.stand) = match self.held.queue {
            Queue::Intake => Replay::run(log, now, self.number, async |ports| {
                render(ports, &rules, &Maker, key, hops).await
            }),
            queue => {
                let order = self.held.ticket.order.clone();
                let input = match (queue, order) {
                    (Queue::Retry, _) => Input::Due,
                    (_, Some(order)) => Input::Ordered(order),
                    (_, None) => Input::Picked,
                };
                Replay::run(log, now, self.number, async |ports| {
                    drive(ports, &rules, key, input, hops).await
                })
            }
        };
        self
    }
}
