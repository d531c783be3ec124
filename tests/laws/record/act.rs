//! What an operation does to the world, and what of it breaks a law at that very moment.

use std::time::Duration;

use fairlead_core::{
    entry::{Carries, End, Entry, State},
    id::{VendorId, Version},
    meaning::{Found, Meaning},
    outcome::{Answer, Lost, Reply},
    span::after,
    ticket::{Act, Order, Queue, Step, Ticket},
    turn::Turn,
};

use super::{
    law,
    model::{How, Model, Ordered},
    replay::{Heard, Op, Stand},
    setting::{Mistake, version_of},
    worker::{Message, Worker},
    world::{UnderWay, World},
};
use crate::kept::Kept;

impl Model {
    /// Does the operation at which a worker waits, and lets it run on to its next one or its end.
    pub(crate) fn act(&self, world: &mut World, mut worker: Worker, how: How) {
        let Stand::At(op) = worker.stand.clone() else { return };
        if !matches!(op, Op::Save(..))
            && let Some(link) = worker.late.take_if(|_| !matches!(op, Op::Link(_)))
        {
            world.link = Some(link);
        }
        let heard = self.effect(world, &mut worker, &op, how);
        self.place(world, worker.hear(heard, self, world.now));
    }

    /// A worker that is through ends; any other waits for its next operation.
    pub(crate) fn place(&self, world: &mut World, worker: Worker) {
        match &worker.stand {
            Stand::Over(true) => {}
            Stand::Over(false) => world.put(worker.held.clone()),
            Stand::At(Op::Call(entry)) => {
                let other = |request: &UnderWay| request.entry.key != entry.key;
                if world.workers.iter().any(Worker::is_calling) || world.under_way.iter().any(other)
                {
                    world.broken = Some(law::ONE_AT_A_TIME);
                }
                world.workers.push(worker);
            }
            Stand::At(_) => world.workers.push(worker),
        }
    }

    /// The worker is no more; a request that it has sent may still land.
    pub(crate) fn die(&self, world: &mut World, worker: Worker) {
        world.crashed = true;
        if let Stand::At(Op::Call(entry)) = &worker.stand {
            send_off(world, &worker, entry);
        }
        world.put(Message { visible_at: world.now, ..worker.held });
    }

    /// Moves the clock; functions whose time is up end, and requests that have not landed never do.
    pub(crate) fn tick(&self, world: &mut World) -> Option<()> {
        world.left.ticks -= 1;
        world.now = world.next_moment()?;
        let now = world.now;
        for message in world.messages.iter_mut().filter(|message| message.visible_at <= now) {
            message.visible_at = fairlead_tests::sample::noon();
        }
        world.messages.sort();
        while let Some(place) = world.workers.iter().position(|worker| worker.dies_at <= now) {
            let worker = world.workers.remove(place);
            self.die(world, worker);
        }
        world.under_way.retain(|request| now < request.until);
        Some(())
    }

    /// A request takes effect.
    pub(crate) fn land(&self, world: &mut World, entry: &Entry) {
        let version = version_of(entry.ordered.as_ref());
        let vendor = &mut world.vendor;
        if self.setting.creates && entry.life.carries == Carries::Request {
            if vendor.created.contains(&entry.key) {
                return;
            }
            vendor.created.push(entry.key.clone());
            if vendor.created.len() > 1 {
                world.broken = Some(law::CREATED_ONCE);
            }
        }
        if version < vendor.version {
            world.broken = Some(law::NEVER_BACKWARDS);
        }
        vendor.version = version;
    }

    fn effect(&self, world: &mut World, worker: &mut Worker, op: &Op, how: How) -> Heard {
        if !matches!(how, How::FailsBefore | How::FailsAfter) {
            return self.done(world, worker, op, how);
        }
        world.left.failures -= 1;
        if how == How::FailsAfter {
            self.done(world, worker, op, How::Well);
        }
        let swallowed = self.setting.mistake == Some(Mistake::FailureSwallowed);
        if swallowed { Heard::Done } else { Heard::Failed }
    }

    fn done(&self, world: &mut World, worker: &mut Worker, op: &Op, how: How) -> Heard {
        let mistake = self.setting.mistake;
        match op {
            Op::Load(key) => {
                let found = world.entries.get(key).cloned();
                if let (Some(Mistake::AnyOrderObeyed), Some(found)) = (mistake, &found) {
                    worker.mistake_order(found.life.version);
                }
                Heard::Loaded(found)
            }
            Op::Save(entry, replaces) => save(world, worker, entry, *replaces),
            Op::Send(queue, ticket, delay) => send(world, *queue, ticket, *delay),
            Op::Publish => Heard::Done,
            Op::Call(entry) => self.call(world, worker, entry, how),
            Op::Linked => {
                let hidden =
                    mistake == Some(Mistake::NotRenderedAnew) && worker.held.queue != Queue::Intake;
                Heard::Linked(world.link.clone().filter(|_| !hidden))
            }
            Op::Link(link) if mistake == Some(Mistake::LinkAfterSave) => {
                worker.late = Some(link.clone());
                Heard::Done
            }
            Op::Link(link) => {
                world.link = Some(link.clone());
                Heard::Done
            }
            Op::Turn => Heard::Turn(match mistake {
                Some(Mistake::NoTurn) => None,
                Some(Mistake::NoVersionCheck) => {
                    world.turn.clone().map(|turn| Turn { sent: None, ..turn })
                }
                _ => world.turn.clone(),
            }),
            Op::SaveTurn(turn, replaces) => self.save_turn(world, turn, *replaces),
        }
    }

    fn save_turn(&self, world: &mut World, turn: &Turn, replaces: Version) -> Heard {
        let mistake = self.setting.mistake;
        let held = world.turn.as_ref().map_or(Version(0), |turn| turn.version);
        let version = |turn: &Turn| turn.sent.as_ref().and_then(|v| v.to_string().parse().ok());
        let begun = version(turn).unwrap_or(0);
        if mistake == Some(Mistake::NoTurn) {
            world.begun = world.begun.max(begun);
            return Heard::Done;
        }
        if held != replaces {
            return Heard::Lost;
        }
        if mistake == Some(Mistake::NeverGivenBack) && turn.held.is_none() {
            return Heard::Done;
        }
        world.begun = world.begun.max(begun);
        let forgets = mistake == Some(Mistake::CreateForgotten);
        let creating = turn.creating.clone().filter(|_| !forgets);
        world.turn = Some(Turn { creating, ..turn.clone() });
        Heard::Done
    }

    fn call(&self, world: &mut World, worker: &Worker, entry: &Kept<Entry>, how: How) -> Heard {
        let answer = match how {
            How::Well => {
                self.land(world, entry);
                let mut reply = Reply::plain(200, None, "");
                if self.setting.creates && entry.life.carries == Carries::Request {
                    let id = Some(Found::Id(VendorId::new("inv_1")));
                    reply.meaning = Meaning { id, ..Meaning::default() };
                }
                Answer::Replied(reply)
            }
            How::Refused => {
                world.left.refusals -= 1;
                Answer::Replied(Reply::plain(503, Some(Duration::from_secs(1)), ""))
            }
            How::Rejected => {
                world.left.rejections -= 1;
                Answer::Replied(Reply::plain(422, None, ""))
            }
            How::FailsBefore | How::FailsAfter => unreachable!("a call is no write"),
            How::AnswerLost => {
                world.left.losses -= 1;
                send_off(world, worker, entry);
                Answer::Lost(Lost::Timeout)
            }
        };
        Heard::Called(answer)
    }
}

fn send_off(world: &mut World, worker: &Worker, entry: &Kept<Entry>) {
    let until = after(worker.dies_at, Duration::from_secs(5));
    world.under_way.push(UnderWay { entry: entry.clone(), until });
    world.under_way.sort();
}

/// What a person orders about a parked delivery, as the desk sends it.
pub(crate) fn order(world: &mut World, entry: usize, what: Ordered) -> Option<()> {
    world.left.orders -= 1;
    let of = world.entries.values().nth(entry)?;
    let act = match what {
        Ordered::Retry => Act::Retry,
        Ordered::Discard => Act::Discard,
    };
    let (by, reason) = ("kim".to_owned(), String::new());
    let order = Order { by, reason, version: of.life.version, checked: false, act };
    let ticket = Ticket::new(Step::Retry, of.key.clone(), of.id);
    let ticket = Kept::new(Ticket { order: Some(order), ..ticket });
    let visible_at = fairlead_tests::sample::noon();
    world.put(Message { queue: Queue::Dispatch, visible_at, ticket });
    Some(())
}

/// What a person has closed, and what was superseded, never moves again.
fn judge_orders(world: &mut World, worker: &Worker, old: &Entry, new: &Entry) {
    let closed = |entry: &Entry| matches!(entry.life.state, State::Closed { .. });
    if closed(old) && old.life.state != new.life.state {
        world.broken = Some(law::CLOSED_STAYS);
    }
    let ends = matches!(new.life.state, State::Closed { how: End::Discarded });
    let named = worker.ordered.as_ref().is_some_and(|version| *version == old.life.version);
    if ends && !closed(old) && !named {
        world.broken = Some(law::OWN_PARKING);
    }
}

fn save(world: &mut World, worker: &Worker, new: &Kept<Entry>, replaces: Version) -> Heard {
    let Some(old) = world.entries.get(&new.key) else { return Heard::Lost };
    if old.life.version != replaces {
        return Heard::Lost;
    }
    let old = old.clone();
    judge_orders(world, worker, &old, new);
    if new.life.state == (State::Closed { how: End::Superseded })
        && world.begun <= version_of(new.ordered.as_ref())
    {
        world.broken = Some(law::SUPERSEDED_BY_NEWER);
    }
    world.entries.insert(new.key.clone(), new.clone());
    Heard::Done
}

/// Alerts and messages for people are told of in the model of one delivery.
fn send(world: &mut World, queue: Queue, ticket: &Ticket, delay: Duration) -> Heard {
    if matches!(queue, Queue::Dispatch | Queue::Retry | Queue::Intake) {
        let ticket = Ticket { hops: 0, notice: None, ..ticket.clone() };
        let visible_at = after(world.now, delay);
        let visible_at =
            if visible_at <= world.now { fairlead_tests::sample::noon() } else { visible_at };
        world.put(Message { queue, visible_at, ticket: Kept::new(ticket) });
    }
    Heard::Done
}
