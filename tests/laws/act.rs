//! What an operation does to the world, and what of it breaks a law at that very moment.

use fairlead_core::{
    decide::Input,
    entry::{Entry, State},
    id::Version,
    integration::Dedupe,
    span::after,
    ticket::{Queue, Ticket},
};
use fairlead_tests::sample::noon;

use jiff::Timestamp;

use crate::{
    kept::Kept,
    law,
    model::{How, Model},
    replay::{Heard, Op, Stand},
    setting::Mistake,
    vendor::{Reaction, Reply},
    worker::{Task, Worker},
    world::World,
};

impl Model {
    /// Does the operation at which a worker waits, and lets it run on: past the quiet ones at once, if nothing
    /// can go wrong there any more.
    pub(crate) fn act(&self, world: &mut World, worker: &Kept<Worker>, how: How) {
        let mut worker = self.act_once(world, worker, how);
        while world.left.crashes + world.left.failures == 0
            && matches!(worker.stand, Stand::At(Op::Send(..) | Op::Publish))
        {
            worker = self.act_once(world, &worker, How::Well);
        }
        match worker.stand {
            Stand::At(_) => world.add(worker),
            // It could still crash before it acknowledges.
            Stand::Over(true) if world.left.crashes > 0 => world.add(worker),
            Stand::Over(true) => end(world, &worker),
            Stand::Over(false) => give_back(world, &worker),
        }
    }

    fn act_once(&self, world: &mut World, worker: &Kept<Worker>, how: How) -> Kept<Worker> {
        let Stand::At(op) = &worker.stand else { return worker.clone() };
        let heard = match how {
            How::FailsBefore => self.failed(world, op),
            How::FailsAfter => {
                self.effect(world, worker, op, how);
                self.failed(world, op)
            }
            How::Well | How::Stale | How::Vendor(_) | How::Says(_) => {
                self.effect(world, worker, op, how)
            }
        };
        Worker::hear(worker, heard, self, world)
    }

    fn failed(&self, world: &mut World, op: &Op) -> Heard {
        world.left.failures -= 1;
        let swallowed = self.setting.mistake == Some(Mistake::SendFailureSwallowed);
        if swallowed && matches!(op, Op::Send(..)) { Heard::Done } else { Heard::Failed }
    }

    pub(crate) fn acknowledge(&self, world: &mut World, place: usize) {
        let worker = world.workers.remove(place);
        end(world, &worker);
    }

    pub(crate) fn die(&self, world: &mut World, place: usize) {
        let worker = world.workers.remove(place);
        give_back(world, &worker);
    }

    /// Moves the clock; functions whose time is up end.
    pub(crate) fn tick(&self, world: &mut World) -> Option<()> {
        world.left.ticks -= 1;
        world.now = world.next_moment(&self.setting)?;
        let now = world.now;
        world
            .messages
            .iter_mut()
            .filter(|m| m.visible_at <= now)
            .for_each(|m| m.visible_at = noon());
        world.messages.sort();
        if world.vendor.not_before <= now {
            world.vendor.not_before = noon();
        }
        world.vendor.catch_up(&self.setting, now);
        world.vendor.knows_key_until = world.vendor.knows_key_until.filter(|end| now < *end);
        while let Some(place) = world.workers.iter().position(|worker| worker.dies_at <= now) {
            self.die(world, place);
        }
        Some(())
    }

    fn effect(&self, world: &mut World, worker: &Worker, op: &Op, how: How) -> Heard {
        match op {
            Op::Load => Heard::Loaded(world.entry.clone()),
            Op::Insert(entry) => match &world.entry {
                Some(found) => Heard::Exists(found.clone()),
                None => {
                    world.entry = Some(entry.clone());
                    Heard::Inserted
                }
            },
            Op::Save(entry, replaces) => self.save(world, worker, entry, *replaces),
            Op::Send(queue, ticket, delay) => {
                if !(worker.repeats && self.setting.mistake == Some(Mistake::RepeatSendsNothing)) {
                    self.send(world, *queue, ticket, after(world.now, *delay));
                }
                Heard::Done
            }
            Op::Call => match how {
                How::Vendor(reaction) => self.call(world, reaction),
                _ => Heard::Failed,
            },
            Op::Ask => match how {
                How::Says(reply) => self.ask(world, reply),
                _ => Heard::Failed,
            },
            Op::Publish => Heard::Done,
            Op::Look if how == How::Stale => {
                world.left.stale_pages -= 1;
                Heard::Page(vec![self.key.clone()])
            }
            Op::Gate | Op::SaveGate(..) => unreachable!("the gate is no part of this world"),
            Op::Look => Heard::Page(world.is_due().then(|| self.key.clone()).into_iter().collect()),
        }
    }

    fn save(&self, world: &mut World, by: &Worker, new: &Kept<Entry>, replaces: Version) -> Heard {
        let Some(old) = world.entry.clone() else { return Heard::Lost };
        let ignored = self.setting.mistake == Some(Mistake::SaveIgnoresVersion);
        if old.life.version != replaces && !ignored {
            return Heard::Lost;
        }
        match (&old.life.state, &new.life.state) {
            (State::Delivered, State::Delivered) => {}
            (State::Delivered, _) => world.broken = Some(law::DELIVERED_STAYS),
            (State::Waiting { due_at, .. }, State::Sending { .. } | State::Looking { .. })
                if world.now < *due_at =>
            {
                world.broken = Some(law::NEVER_EARLY);
            }
            (
                State::Parked { .. },
                State::Sending { .. } | State::Looking { .. } | State::Waiting { .. },
            ) => obey(world, &by.task),
            _ => {}
        }
        world.entry = Some(new.clone());
        Heard::Done
    }

    fn send(&self, world: &mut World, queue: Queue, ticket: &Ticket, visible_at: Timestamp) {
        if queue == Queue::Dlq && ticket.notice.is_none() {
            world.broken = Some(law::LISTED);
        }
        let mut ticket = ticket.clone();
        // The notice's words depend on the history, which worlds do not keep.
        ticket.notice = None;
        // AWS takes a chain of 16 for a loop and stops it.
        if ticket.hops >= 16 {
            world.broken = Some(law::SHORT_CHAINS);
        }
        ticket.hops = self.setting.hops_from.map_or(0, |least| ticket.hops.max(least));
        world.put(queue, visible_at, Kept::new(ticket));
    }

    fn ask(&self, world: &mut World, reply: Reply) -> Heard {
        if world.now < world.vendor.not_before {
            world.broken = Some(law::NEVER_EARLY);
        }
        let (answer, finding) = world.vendor.say(reply);
        Heard::Asked(answer, finding)
    }

    fn call(&self, world: &mut World, reaction: Reaction) -> Heard {
        if world.now < world.vendor.not_before {
            world.broken = Some(law::NEVER_EARLY);
        }
        if self.setting.dedupe == Dedupe::None && world.vendor.in_doubt {
            world.broken = Some(law::NO_BLIND_RESEND);
        }
        let answer = world.vendor.take(reaction, &self.setting, world.now);
        let rounds = (self.setting.retry.schedule.len() + 1) * (1 + world.obeyed.len());
        if usize::from(world.vendor.counted) > rounds {
            world.broken = Some(law::WITHIN_POLICY);
        }
        Heard::Called(answer)
    }
}

/// A person's order becomes a call.
fn obey(world: &mut World, task: &Task) {
    let Task::Drive(Input::Ordered(order)) = task else {
        world.broken = Some(law::ORDER_ONCE);
        return;
    };
    if world.obeyed.contains(&order.version) {
        world.broken = Some(law::ORDER_ONCE);
    }
    world.obeyed.push(order.version);
    world.vendor.not_before = noon();
    if order.checked {
        world.vendor.in_doubt = false;
    }
}

/// The worker acknowledges: its ticket is gone.
fn end(world: &mut World, worker: &Worker) {
    if worker.heard_success && !matches!(world.state(), Some(State::Delivered)) {
        world.broken = Some(law::SUCCESS_RECORDED);
    }
    if worker.task == Task::Accept {
        world.told_202 = true;
    }
}

/// The worker is no more: its ticket is visible again.
fn give_back(world: &mut World, worker: &Worker) {
    if let Some(message) = &worker.held {
        world.put(message.queue, world.now, message.ticket.clone());
    }
}
