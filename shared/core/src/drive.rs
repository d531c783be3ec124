//! Load, decide, save, run the commands in order; the caller acknowledges its ticket last.
//!
//! A crash anywhere leaves the ticket where it was: it comes back, and `decide` issues again what is missing.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    decide::{
        Closed, Command, Decide, Input, Moment, Policy, Step, calls_again, decide, wants_call,
    },
    door::{self, Door, Memory, Pass},
    entry::{Entry, Life},
    gate::Pause,
    history::What,
    id::EntryKey,
    integration::Catalog,
    issue,
    notice::Notice,
    outcome::Answer,
    ports::{PortError, Ports, Saved},
    ticket::{Act, Order, Queue, Ticket},
};

/// The rules that a function drives deliveries by.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// What the integrations declare.
    pub catalog: &'a Catalog,
    /// How long a dispatcher may hold a delivery.
    pub lease: Duration,
    /// [`decide`], except in tests that seed a mistake.
    pub decide: Decide,
    /// What this function instance remembers of its destinations.
    pub memory: &'a Memory,
}

/// A delivery in an endless change of hands is a fault of ours; its ticket goes back and is counted.
const MOST_TURNS: usize = 64;

impl<'a> Rules<'a> {
    /// The rules of a bundle whose dispatch function may run for `dispatch_timeout`.
    ///
    /// The lease outlasts the function, so its holder is dead when it ends.
    pub fn new(catalog: &'a Catalog, memory: &'a Memory, dispatch_timeout: Duration) -> Self {
        Self { catalog, lease: dispatch_timeout + Duration::from_secs(5), decide, memory }
    }

    /// Asks the gate, where the input leads to a call.
    async fn ask<P: Ports>(
        &self,
        ports: &P,
        entry: &Entry,
        input: &Input,
        now: Timestamp,
        pass: Option<Pass>,
    ) -> Result<Option<Door>, PortError> {
        let found = self.catalog.find(&entry.integration);
        let Some((_, destination)) = found else { return Ok(None) };
        if let (Some(pass), true) = (pass, calls_again(&entry.life, input)) {
            return door::again(ports, self.memory, destination, pass).await.map(Some);
        }
        if !wants_call(&entry.life, input, now) {
            return Ok(None);
        }
        let token = ports.token();
        door::enter(ports, self.memory, destination, token, self.lease).await.map(Some)
    }

    /// Reports how the call went. The delivery is settled by then; a lost report costs only knowledge.
    async fn report<P: Ports>(&self, ports: &P, entry: &Entry, pass: Pass, answer: &Answer) {
        if let Some((_, destination)) = self.catalog.find(&entry.integration) {
            let _ = door::leave(ports, self.memory, destination, pass, answer).await;
        }
    }

    fn policy(&self, entry: &Entry) -> Option<Policy<'a>> {
        Policy::of(self.catalog, entry, self.lease)
    }
}

/// Drives the delivery at `key` by one input until nothing remains to be done for now.
///
/// # Errors
/// When the world did not do its part; the caller must then keep its ticket.
pub async fn drive<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    key: &EntryKey,
    input: Input,
    hops: u8,
) -> Result<(), PortError> {
    // A ticket without an entry: the entry has expired. There is nothing left to do.
    let Some(entry) = ports.load(key).await? else { return Ok(()) };
    drive_entry(ports, rules, entry, input, hops).await
}

/// The same for an entry that is already at hand, as it was read or written a moment ago.
///
/// # Errors
/// As [`drive`].
pub async fn drive_entry<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    mut entry: Entry,
    mut input: Input,
    hops: u8,
) -> Result<(), PortError> {
    let mut pass = None;
    for _ in 0..MOST_TURNS {
        let mut now = ports.now();
        let door = rules.ask(ports, &entry, &input, now, pass).await?;
        if let Some(Door::Open(leave)) = door {
            pass = Some(leave);
        }
        // The gate may have taken a moment; where it was not asked, nothing may ripen in between.
        if door.is_some() {
            now = ports.now();
        }
        let closed = door.and_then(closed);
        let moment = Moment { now, token: ports.token(), jitter: ports.jitter(), hops, closed };
        let step = (rules.decide)(&entry.life, &input, rules.policy(&entry).as_ref(), &moment);
        let Step { next, lines, commands } = step;
        if let Some(life) = next {
            match save(ports, &entry, life, lines, now).await? {
                Turn::Saved(saved) => entry = saved,
                Turn::Lost(found) => {
                    entry = found;
                    continue;
                }
                Turn::Gone => return Ok(()),
            }
        }
        let ran = run(ports, rules.catalog, &entry, commands, hops).await;
        if let (Some(pass), Input::Answered { answer, .. } | Input::Looked { answer, .. }) =
            (pass, &input)
        {
            rules.report(ports, &entry, pass, answer).await;
        }
        match ran? {
            Some(heard) => input = heard,
            None => return Ok(()),
        }
    }
    Err(PortError::new("drive the delivery", "it changed hands too often"))
}

/// What became of a decision.
enum Turn {
    /// It stands in the ledger.
    Saved(Entry),
    /// Someone else was quicker; this is what stands there.
    Lost(Entry),
    /// The entry has expired.
    Gone,
}

async fn save<P: Ports>(
    ports: &P,
    entry: &Entry,
    life: Life,
    lines: Vec<What>,
    now: Timestamp,
) -> Result<Turn, PortError> {
    let replaces = entry.life.version;
    let mut changed = entry.clone();
    changed.life = life;
    changed.life.version = replaces.next();
    changed.writer = ports.token();
    lines.into_iter().for_each(|what| changed.history.push(now, what));
    match ports.save(&changed, replaces).await? {
        Saved::Done => Ok(Turn::Saved(changed)),
        Saved::Lost => Ok(ports.load(&entry.key).await?.map_or(Turn::Gone, Turn::Lost)),
    }
}

fn closed(door: Door) -> Option<Closed> {
    match door {
        Door::Open(_) => None,
        Door::Closed { until, turn } => Some(Closed { until, turn }),
    }
}

/// Runs commands in order. One that is answered ends them and gives the next input.
async fn run<P: Ports>(
    ports: &P,
    catalog: &Catalog,
    entry: &Entry,
    commands: Vec<Command>,
    hops: u8,
) -> Result<Option<Input>, PortError> {
    for command in commands {
        match command {
            Command::Call { token, fresh_secret } => {
                let (answer, took) = ports.call(entry, fresh_secret).await;
                return Ok(Some(Input::Answered { token, answer, took }));
            }
            Command::Look { token, fresh_secret } => {
                let (answer, finding, took) = ports.look(entry, fresh_secret).await;
                return Ok(Some(Input::Looked { token, answer, finding, took }));
            }
            Command::Send { queue, delay } => {
                ports.send(queue, &ticket(entry, queue, hops), delay).await?;
            }
            Command::Keep => {
                return Err(PortError::new("hold the ticket", "its chain is too long for another"));
            }
            Command::Pause => {
                let pause = Pause::refused(ports.now());
                door::pause(ports.gates(), &entry.destination, Some(pause)).await?;
            }
            Command::Publish => {
                issue::tell::tell(ports, catalog, entry).await?;
                return Ok(Some(Input::Told { version: entry.life.version }));
            }
        }
    }
    Ok(None)
}

/// The ticket for a queue. The one on the DLQ is at once a message to read and an order that its redrive gives.
fn ticket(entry: &Entry, queue: Queue, hops: u8) -> Ticket {
    let mut ticket = Ticket::new(queue.step(), entry.key.clone(), entry.id);
    ticket.hops = hops.saturating_add(1);
    ticket.version = (queue == Queue::Alert).then_some(entry.life.version);
    if queue == Queue::Dlq {
        ticket.hops = 0;
        ticket.notice = Notice::of(entry);
        ticket.order = Some(Order {
            by: "dlq redrive".to_owned(),
            reason: "the message was redriven".to_owned(),
            version: entry.life.version,
            checked: false,
            act: Act::Retry,
        });
    }
    ticket
}
