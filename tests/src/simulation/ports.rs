//! The ports of a function in the simulated world.

use std::time::Duration;

use fairlead_core::{
    alert::Alert,
    crosswalk::Link,
    entry::{Entry, Work},
    gate::{Breaker, Gate},
    id::{DeliveryId, DestinationName, EntryKey, Token, VendorId, Version},
    meaning::Finding,
    outcome::Answer,
    pace::Pace,
    ports::{Due, Gates, Inserted, Leave, PortError, Ports, Saved},
    record::{Record, RecordName},
    roll::Roll,
    running::Running,
    ticket::{Queue, Ticket},
    turn::Turn,
    wait::{Jitter, LONGEST_DELAY},
};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    fact::Notice,
    fault::Fault,
    hand::Hand,
    mutation::Mutation,
    place::{Function, Place},
    plan::Service,
    world::Inside,
};
use crate::saved::{rewritten, saved};

impl Gates for Hand {
    async fn gate(&self, of: &DestinationName) -> Result<Option<Gate>, PortError> {
        let read = |inside: &mut Inside| inside.ledger.gate(of).cloned();
        let mut gate = self.request(Service::Ledger, "read the gate", read).await?;
        if let Some(gate) = &mut gate {
            if self.world.is(Mutation::PauseUnheeded) {
                gate.pause = None;
            }
            if let (true, Breaker::HalfOpen { probe, .. }) =
                (self.world.is(Mutation::ProbeStampede), &mut gate.breaker)
            {
                *probe = None;
            }
        }
        Ok(gate)
    }

    async fn save_gate(
        &self,
        of: &DestinationName,
        gate: &Gate,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        let stampede = self.world.is(Mutation::ProbeStampede);
        let mut ours = false;
        let saved = self.request(Service::Ledger, "save the gate", |inside| {
            let before = inside.ledger.gate(of).map_or(Version(0), |gate| gate.version);
            let forced = stampede && matches!(gate.breaker, Breaker::HalfOpen { .. });
            let replaces = if forced { before } else { replaces };
            let saved = inside.ledger.save_gate(of, gate, replaces);
            if saved == Saved::Done {
                ours = true;
                let now = inside.now;
                inside.changed_gate(of, gate, now);
            }
            // A repeated write that meets itself is told by its writer.
            let stands = inside.ledger.gate(of) == Some(gate);
            if ours && stands { Saved::Done } else { saved }
        });
        let saved = saved.await?;
        if saved == Saved::Lost {
            self.world.inside.borrow_mut().hit(Fault::LostRace);
        }
        self.note(|| {
            format!("gate {of}: {:?} pause {} {saved:?}", gate.breaker, gate.pause.is_some())
        });
        Ok(saved)
    }

    async fn running(&self, of: &DestinationName) -> Result<Option<Running>, PortError> {
        let read = |inside: &mut Inside| inside.ledger.running(of).cloned();
        let running = self.request(Service::Ledger, "read the running calls", read).await?;
        // Under the mistake each call finds the house empty, and its version right.
        let alone = |running: Running| Running { places: vec![], ..running };
        Ok(if self.world.is(Mutation::CapUnheeded) { running.map(alone) } else { running })
    }

    async fn save_running(
        &self,
        of: &DestinationName,
        running: &Running,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        let mut ours = false;
        let saved = self.request(Service::Ledger, "save the running calls", |inside| {
            let saved = inside.ledger.save_running(of, running, replaces);
            ours |= saved == Saved::Done;
            if ours && inside.ledger.running(of) == Some(running) { Saved::Done } else { saved }
        });
        saved.await
    }

    async fn pace(&self, of: &DestinationName) -> Result<Option<Pace>, PortError> {
        if self.world.is(Mutation::LimiterPerProcess) {
            return Ok(self.instance.paces.borrow().get(of).copied());
        }
        self.request(Service::Ledger, "read the pace", |inside| inside.ledger.pace(of)).await
    }

    async fn save_pace(
        &self,
        of: &DestinationName,
        pace: &Pace,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        if self.world.is(Mutation::LimiterPerProcess) {
            self.instance.paces.borrow_mut().insert(of.clone(), *pace);
            return Ok(Saved::Done);
        }
        let mut ours = false;
        let saved = self.request(Service::Ledger, "save the pace", |inside| {
            let saved = inside.ledger.save_pace(of, pace, replaces);
            ours |= saved == Saved::Done;
            if ours && inside.ledger.pace(of) == Some(*pace) { Saved::Done } else { saved }
        });
        saved.await
    }

    async fn turn(&self, of: &str) -> Result<Option<Turn>, PortError> {
        let read = |inside: &mut Inside| inside.ledger.turn(of).cloned();
        let turn = self.request(Service::Ledger, "read the turn", read).await?;
        Ok(turn.map(|turn| Turn {
            sent: turn.sent.filter(|_| !self.world.is(Mutation::StaleOverwrite)),
            held: turn.held.filter(|_| !self.world.is(Mutation::TurnUnheeded)),
            creating: turn.creating.filter(|_| !self.world.is(Mutation::CreateForgotten)),
            ..turn
        }))
    }

    async fn save_turn(
        &self,
        of: &str,
        turn: &Turn,
        replaces: Version,
    ) -> Result<Saved, PortError> {
        let mut ours = false;
        let saved = self.request(Service::Ledger, "save the turn", |inside| {
            let saved = inside.ledger.save_turn(of, turn, replaces);
            ours |= saved == Saved::Done;
            if ours && inside.ledger.turn(of) == Some(turn) { Saved::Done } else { saved }
        });
        let saved = saved.await?;
        self.note(|| format!("turn {of}: {:?} sent {:?} {saved:?}", turn.held, turn.sent));
        Ok(saved)
    }

    async fn roll(&self) -> Result<Option<Roll>, PortError> {
        let read = |inside: &mut Inside| inside.ledger.roll().cloned();
        self.request(Service::Ledger, "read the roll", read).await
    }

    async fn save_roll(&self, roll: &Roll, replaces: Version) -> Result<Saved, PortError> {
        let mut ours = false;
        let saved = self.request(Service::Ledger, "save the roll", |inside| {
            let saved = inside.ledger.save_roll(roll, replaces);
            ours |= saved == Saved::Done;
            if ours && inside.ledger.roll() == Some(roll) { Saved::Done } else { saved }
        });
        saved.await
    }
}

impl Ports for Hand {
    type Gates = Self;
    type Issues = Self;

    fn issues(&self) -> &Self {
        self
    }

    fn gates(&self) -> &Self {
        self
    }

    fn now(&self) -> Timestamp {
        self.clock()
    }

    fn delivery_id(&self, record: &Record) -> DeliveryId {
        let number = self.world.inside.borrow_mut().number();
        DeliveryId::of(Uuid::from_u128((0x0199_c200 << 96) | (number << 16)), record.mark())
    }

    fn token(&self) -> Token {
        Token(Uuid::from_u128(self.world.inside.borrow_mut().number()))
    }

    fn jitter(&self) -> Jitter {
        let drawn = self.world.inside.borrow_mut().chance.below(1 << 16);
        Jitter(u16::try_from(drawn).unwrap_or(u16::MAX))
    }

    async fn load(&self, key: &EntryKey) -> Result<Option<Entry>, PortError> {
        self.touch(key);
        let read = |inside: &mut Inside| inside.ledger.load(key).cloned();
        let found = self.request(Service::Ledger, "load the entry", read).await;
        self.learnt();
        found
    }

    async fn insert(&self, entry: &Entry) -> Result<Inserted, PortError> {
        self.touch(&entry.key);
        let now = self.clock();
        let write = |inside: &mut Inside| {
            let fresh = inside.ledger.load(&entry.key).is_none();
            let inserted = inside.ledger.insert(entry, now);
            if fresh {
                inside.wrote(None, entry);
            }
            inserted
        };
        let inserted = self.request(Service::Ledger, "insert the entry", write).await?;
        self.note(|| format!("inserts {}: {}", entry.key, entry.life.state.word()));
        self.learnt();
        Ok(inserted)
    }

    async fn save(&self, entry: &Entry, replaces: Version) -> Result<Saved, PortError> {
        self.replace(entry, replaces, saved).await
    }

    async fn rewrite(&self, entry: &Entry, replaces: Version) -> Result<Saved, PortError> {
        self.replace(entry, replaces, rewritten).await
    }

    async fn linked(
        &self,
        at: &DestinationName,
        record: &RecordName,
    ) -> Result<Option<Link>, PortError> {
        let read = |inside: &mut Inside| inside.ledger.link(at, record).cloned();
        let found = self.request(Service::Ledger, "read the crosswalk", read).await?;
        let guess = || Link {
            record: record.clone(),
            vendor_id: VendorId::new("V-0"),
            delivery: DeliveryId(Uuid::nil()),
            at: self.clock(),
        };
        let guesses = self.world.is(Mutation::NeedGuessed);
        Ok(found.or_else(|| guesses.then(guess)))
    }

    async fn link(&self, at: &DestinationName, link: &Link) -> Result<(), PortError> {
        let keep = |inside: &mut Inside| inside.ledger.put_link(at, link);
        let kept = self.request(Service::Ledger, "keep the crosswalk", keep).await;
        self.note(|| format!("learns that {} is {}", link.record, link.vendor_id));
        kept
    }

    async fn send(&self, to: Queue, ticket: &Ticket, delay: Duration) -> Result<(), PortError> {
        if delay > LONGEST_DELAY {
            return Err(PortError::new("send the ticket", "the delay is too long for a queue"));
        }
        // SQS knows whole seconds.
        let delay =
            Duration::from_secs(u64::try_from(delay.as_millis().div_ceil(1_000)).unwrap_or(0));
        let put = |inside: &mut Inside| {
            inside.put(Place::of(to), ticket.text(), delay);
            if to == Queue::Dlq {
                inside.facts.notices.push(notice(ticket));
            }
        };
        let sent = self.request(Service::Queues, "send the ticket", put).await;
        self.note(|| format!("sends to {} in {delay:?}: {}", Place::of(to).word(), sent.is_ok()));
        let swallowed = self.world.is(Mutation::SendFailureSwallowed)
            || self.world.is(Mutation::AnswerBeforeTicket)
                && self.instance.function == Function::Validate;
        if swallowed { Ok(()) } else { sent }
    }

    async fn call(&self, entry: &Entry, leave: Leave) -> (Answer, Duration) {
        let begun = self.world.now();
        let answer = self.answer(entry, leave).await;
        self.learnt();
        self.note(|| format!("hears {}", fairlead_core::history::said(&answer)));
        (answer, fairlead_core::span::until(begun, self.world.now()))
    }

    async fn look(&self, entry: &Entry, leave: Leave) -> (Answer, Finding, Duration) {
        let begun = self.world.now();
        let (answer, finding) = self.asked(entry, leave).await;
        self.learnt();
        self.note(|| format!("asks and hears {}", finding.text()));
        (answer, finding, fairlead_core::span::until(begun, self.world.now()))
    }

    async fn publish(&self, alert: &Alert) -> Result<(), PortError> {
        let publish = |inside: &mut Inside| {
            let told = (inside.now, alert.id.clone());
            inside.facts.alerts.push(told);
            inside.facts.published.push(alert.body.clone());
        };
        let told = self.request(Service::Alerts, "tell the owner", publish).await;
        self.note(|| format!("tells the owner {}: {}", alert.id, told.is_ok()));
        if self.world.is(Mutation::AlertDropped) { Ok(()) } else { told }
    }

    async fn pause_for(&self, length: Duration) {
        if !self.world.is(Mutation::SlotNotWaited) {
            self.rest(length).await;
        }
    }

    async fn due(
        &self,
        partition: &str,
        until: Timestamp,
        after: Option<&Due>,
    ) -> Result<Vec<Due>, PortError> {
        let look = |inside: &mut Inside| {
            let stale = inside.is_stale();
            let of = |work: &dyn Fn(&Entry) -> Option<Work>| {
                inside.ledger.due(partition, until, after, work)
            };
            let page = of(&|entry| inside.stands(entry, stale));
            if stale && page != of(&Entry::work) {
                inside.hit(Fault::StaleIndex);
            }
            page
        };
        self.request(Service::Ledger, "look at the due index", look).await
    }
}

impl Hand {
    /// Replaces version `replaces` of an entry by what `over` makes of it and the new one.
    async fn replace(
        &self,
        entry: &Entry,
        replaces: Version,
        over: fn(&Entry, &Entry) -> Entry,
    ) -> Result<Saved, PortError> {
        let unfenced = self.world.is(Mutation::NoFencing);
        let write = |inside: &mut Inside| {
            let changes = |before: &Entry| {
                before.writer != entry.writer && (unfenced || before.life.version == replaces)
            };
            let Some(before) = inside.ledger.load(&entry.key).cloned().filter(changes) else {
                return inside.ledger.lost(entry);
            };
            let stands = over(&before, entry);
            inside.ledger.put(&stands);
            inside.wrote(Some(&before), &stands);
            Saved::Done
        };
        let saved = self.request(Service::Ledger, "save the entry", write).await?;
        self.note(|| format!("saves version {}: {}", entry.life.version.0, stand(entry, saved)));
        let mut inside = self.world.inside.borrow_mut();
        match (saved, self.called.take()) {
            (Saved::Done, Some(call)) => inside.facts.calls[call].settled = true,
            (Saved::Lost, call) => {
                self.called.set(call);
                inside.hit(Fault::LostRace);
            }
            (Saved::Done, None) => {}
        }
        Ok(saved)
    }
}

fn stand(entry: &Entry, saved: Saved) -> String {
    let life = &entry.life;
    let doubt = if life.doubt { ", in doubt" } else { "" };
    match saved {
        Saved::Done => format!("{:?}{doubt}", life.state),
        Saved::Lost => format!("{} lost its race", life.state.word()),
    }
}

fn notice(ticket: &Ticket) -> Notice {
    let complete = ticket.notice.as_ref().is_some_and(|notice| {
        ![&notice.owner, &notice.contact, &notice.next_action, &notice.record]
            .iter()
            .any(|text| text.is_empty())
    });
    Notice { delivery: ticket.delivery, complete }
}
