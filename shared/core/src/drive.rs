//! Load, decide, save, run the commands in order; the caller acknowledges its ticket last.
//!
//! A crash anywhere leaves the ticket where it was: it comes back, and `decide` issues again what is missing.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    crosswalk::Link,
    decide::{
        Closed, Command, Decide, Input, Moment, Policy, Step, calls_again, decide, wants_call,
    },
    door::{self, Door, Memory, Pass},
    entry::{Carries, Entry, Life},
    gate::Pause,
    history::What,
    id::{EntryKey, Sha256Hex},
    integration::Catalog,
    issue,
    meaning::Finding,
    obstacle::Obstacle,
    outcome::{Answer, NotSent},
    place::{self, Place, Standing},
    ports::{Leave, PortError, Ports, Saved},
    rendered::Rendered,
    request::Request,
    ticket::{Act, Order, Ticket, TooManyHops},
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

    /// Asks the record and then the gate, where the input leads to a call.
    async fn ask<P: Ports>(
        &self,
        ports: &P,
        entry: &Entry,
        input: &Input,
        now: Timestamp,
        hands: &mut Hands,
    ) -> Result<Asked, PortError> {
        let found = self.catalog.find(&entry.integration);
        let Some((integration, destination)) = found else { return Ok(Asked::Nothing) };
        if let (Some(pass), true) = (hands.pass, calls_again(&entry.life, input)) {
            // Before the slot, because a token may take longer than a slot lasts.
            hands.renewed = ports.ready(entry, true).await;
            let door = door::again(ports, self.memory, destination, pass).await?;
            return Ok(hands.through(door));
        }
        if !wants_call(&entry.life, input, now) {
            return Ok(Asked::Nothing);
        }
        // Also for an order that comes too late to end the delivery: it is a ticket like any other then, and may send.
        if hands.place.is_none() {
            let checked = matches!(input, Input::Ordered(order) if order.checked);
            match place::enter(ports, integration, entry, self.lease, checked).await? {
                Standing::Free => {}
                Standing::Mine(place) => hands.place = Some(place),
                Standing::Not(obstacle) => return Ok(Asked::Record(obstacle)),
            }
        }
        let token = ports.token();
        let door = door::enter(ports, self.memory, destination, token, self.lease).await?;
        Ok(hands.through(door))
    }

    /// Gives leave back at once that a gate has just given, where the decision was not to call.
    async fn give_back<P: Ports>(&self, ports: &P, entry: &Entry, hands: &mut Hands) {
        let found = self.catalog.find(&entry.integration);
        if let (Some(pass), Some((_, destination))) = (hands.pass.take(), found) {
            // What is not given back ends with its lease.
            let _ = door::unused(ports, self.memory, destination, pass).await;
        }
    }

    /// Reports how a call went, where one was. The delivery is settled by then; a lost report costs only knowledge.
    async fn report<P: Ports>(&self, ports: &P, entry: &Entry, pass: Option<Pass>, input: &Input) {
        let (Input::Answered { answer, .. } | Input::Looked { answer, .. }) = input else { return };
        if let (Some(pass), Some((_, destination))) = (pass, self.catalog.find(&entry.integration))
        {
            let _ = door::leave(ports, self.memory, destination, pass, answer).await;
        }
    }

    /// Waits until a call or a question may leave; `None` when its slot is over already.
    async fn in_turn<P: Ports>(
        &self,
        ports: &P,
        entry: &Entry,
        hands: &Hands,
        fresh_secret: bool,
    ) -> Option<Leave> {
        let (found, pass) = (self.catalog.find(&entry.integration), hands.pass);
        let fresh_secret = fresh_secret && !hands.renewed;
        if !fresh_secret {
            // What it takes counts for the lead; whatever goes wrong, the call finds out again.
            ports.ready(entry, false).await;
        }
        if let (Some(pass), Some((_, destination))) = (pass, found)
            && !door::in_turn(ports, self.memory, &destination.name, pass).await
        {
            return None;
        }
        Some(Leave { fresh_secret, by: pass.and_then(Pass::leaves_by) })
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
    input: Input,
    hops: u8,
) -> Result<(), PortError> {
    entry.owner.answers = rules.catalog.answers(&entry);
    let mut hands = Hands::default();
    let driven = turns(ports, rules, &mut entry, input, hops, &mut hands).await;
    // After a call that is not settled the turn stays taken until its lease ends, as after a crash.
    if let Some(place) = hands.place.filter(|_| driven.is_ok() || !hands.called) {
        let _ = place::leave(ports, *place, hands.sent, &entry).await;
    }
    driven
}

/// What a dispatcher holds while it drives one delivery.
#[derive(Default)]
struct Hands {
    /// Leave to make one call.
    pass: Option<Pass>,
    /// The record's turn.
    place: Option<Box<Place>>,
    /// The credential was read anew after it was refused.
    renewed: bool,
    /// A call was begun.
    called: bool,
    /// Something left for the vendor.
    sent: bool,
}

impl Hands {
    fn through(&mut self, door: Door) -> Asked {
        match door {
            Door::Open(pass) => {
                self.pass = Some(pass);
                Asked::Open
            }
            Door::Closed { until, turn } => Asked::Gate(Closed { until, turn }),
        }
    }
}

/// What record and gate say of a call.
enum Asked {
    /// No call was wanted.
    Nothing,
    Open,
    Record(Obstacle),
    Gate(Closed),
}

async fn turns<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    entry: &mut Entry,
    mut input: Input,
    hops: u8,
    hands: &mut Hands,
) -> Result<(), PortError> {
    for _ in 0..MOST_TURNS {
        let mut now = ports.now();
        let held = hands.pass;
        let asked = rules.ask(ports, entry, &input, now, hands).await?;
        // Asking may have taken a moment; where nobody was asked, nothing may ripen in between.
        if !matches!(asked, Asked::Nothing) {
            now = ports.now();
        }
        let moment = moment(ports, asked, now, hops);
        let step = (rules.decide)(&entry.life, &input, rules.policy(entry).as_ref(), &moment);
        let Step { next, lines, commands } = step;
        let turn = match next {
            Some(life) => save(ports, entry, &input, life, lines, now).await?,
            None => Turn::Same,
        };
        let calls = matches!(turn, Turn::Saved(_) | Turn::Same) && commands.iter().any(is_call);
        if held.is_none() && !calls {
            rules.give_back(ports, entry, hands).await;
        }
        match turn {
            Turn::Saved(saved) => *entry = saved,
            Turn::Same => {}
            Turn::Lost(found) => {
                *entry = found;
                entry.owner.answers = rules.catalog.answers(entry);
                continue;
            }
            Turn::Gone => return Ok(()),
        }
        hands.sent |= matches!(&input, Input::Answered { answer, .. } if left(answer));
        hands.called |= commands.iter().any(|command| matches!(command, Command::Call { .. }));
        let ran = run(ports, rules, entry, commands, hops, hands).await;
        rules.report(ports, entry, hands.pass, &input).await;
        match ran? {
            Some(heard) => input = heard,
            None => return Ok(()),
        }
    }
    Err(PortError::new("drive the delivery", "it changed hands too often"))
}

fn moment<P: Ports>(ports: &P, asked: Asked, now: Timestamp, hops: u8) -> Moment {
    let (closed, obstacle) = match asked {
        Asked::Nothing | Asked::Open => (None, None),
        Asked::Record(obstacle) => (None, Some(obstacle)),
        Asked::Gate(closed) => (Some(closed), None),
    };
    Moment { now, token: ports.token(), jitter: ports.jitter(), hops, closed, obstacle }
}

fn is_call(command: &Command) -> bool {
    matches!(command, Command::Call { .. } | Command::Look { .. })
}

/// What became of a decision.
enum Turn {
    /// It stands in the ledger.
    Saved(Entry),
    /// There was nothing to write.
    Same,
    /// Someone else was quicker; this is what stands there.
    Lost(Entry),
    /// The entry has expired.
    Gone,
}

/// Saves a decision under the condition that nobody has made another since.
///
/// What the vendor calls the record is kept first: it was heard, so it is true whoever wins.
async fn save<P: Ports>(
    ports: &P,
    entry: &Entry,
    input: &Input,
    life: Life,
    lines: Vec<What>,
    now: Timestamp,
) -> Result<Turn, PortError> {
    if let Some(link) = learnt(entry, input, &life, now) {
        ports.link(&entry.destination, &link).await?;
    }
    let replaces = entry.life.version;
    let mut changed = entry.clone();
    let made = made(input).filter(|_| life.carries != entry.life.carries);
    changed.life = life;
    changed.life.version = replaces.next();
    changed.writer = ports.token();
    let added = lines.len();
    lines.into_iter().for_each(|what| changed.history.push(now, what));
    let saved = match made {
        Some((request, config)) => {
            changed.request = Some(request);
            changed.config_hash = config;
            ports.rewrite(&changed, replaces).await?
        }
        None => ports.save(&changed, replaces).await?,
    };
    match saved {
        Saved::Done => {
            let old = changed.history.lines.len().saturating_sub(added);
            ports.log(&changed, &changed.history.lines[old..]);
            Ok(Turn::Saved(changed))
        }
        Saved::Lost => Ok(ports.load(&entry.key).await?.map_or(Turn::Gone, Turn::Lost)),
    }
}

/// What is new about the record's name at the vendor. An update has it from the crosswalk, unless a person says another.
fn learnt(entry: &Entry, input: &Input, next: &Life, now: Timestamp) -> Option<Link> {
    let known = entry.life.vendor_id == next.vendor_id || next.carries == Carries::Update;
    let vendor_id = next.vendor_id.clone().filter(|_| !known || names(input))?;
    Some(Link { record: entry.record.name(), vendor_id, delivery: entry.id, at: now })
}

/// A person says what the vendor calls the record.
fn names(input: &Input) -> bool {
    matches!(input, Input::Ordered(Order { act: Act::Resolve { vendor_id: Some(_) }, .. }))
}

fn left(answer: &Answer) -> bool {
    match answer {
        Answer::NotSent(_) => false,
        Answer::Lost(_) | Answer::Replied(_) => true,
    }
}

fn made(input: &Input) -> Option<(Request, Sha256Hex)> {
    match input {
        Input::Rendered(Rendered::Made { request, config, .. }) => {
            Some((request.clone(), config.clone()))
        }
        _ => None,
    }
}

/// Runs commands in order. One that is answered ends them and gives the next input.
async fn run<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    entry: &Entry,
    commands: Vec<Command>,
    hops: u8,
    hands: &Hands,
) -> Result<Option<Input>, PortError> {
    for command in commands {
        match command {
            Command::Call { token, fresh_secret } => {
                let leave = rules.in_turn(ports, entry, hands, fresh_secret).await;
                let (answer, took) = match leave {
                    Some(leave) => ports.call(entry, leave).await,
                    None => (Answer::NotSent(NotSent::NoTime), Duration::ZERO),
                };
                return Ok(Some(Input::Answered { token, answer, took }));
            }
            Command::Look { token, fresh_secret } => {
                let leave = rules.in_turn(ports, entry, hands, fresh_secret).await;
                let (answer, finding, took) = match leave {
                    Some(leave) => ports.look(entry, leave).await,
                    None => (Answer::NotSent(NotSent::NoTime), Finding::Unclear, Duration::ZERO),
                };
                return Ok(Some(Input::Looked { token, answer, finding, took }));
            }
            Command::Send { queue, delay } => {
                ports.send(queue, &Ticket::of(entry, queue, hops, ports.stack()), delay).await?;
            }
            Command::Keep => {
                return Err(PortError::new("hold the ticket", TooManyHops));
            }
            Command::Pause => pause(ports, rules.catalog, entry).await?,
            Command::Publish => {
                issue::tell::tell(ports, rules.catalog, entry).await?;
                return Ok(Some(Input::Told { version: entry.life.version }));
            }
        }
    }
    Ok(None)
}

/// Stops the destination whose credential it is: the integration may name another one than at acceptance.
async fn pause<P: Ports>(ports: &P, catalog: &Catalog, entry: &Entry) -> Result<(), PortError> {
    let pause = Pause::refused(ports.now());
    let found = catalog.find(&entry.integration);
    let of = found.map_or(&entry.destination, |(_, destination)| &destination.name);
    door::pause(ports.gates(), of, Some(pause)).await.map(drop)
}
