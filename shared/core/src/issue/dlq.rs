//! What lies on the DLQs: tickets that crashed, which nobody else tells of, and messages about deliveries that are
//! parked no longer.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    future::Future,
    time::Duration,
};

use jiff::Timestamp;

use super::{
    Cause, Issue, Sighting, crashed,
    send::Unsent,
    step::{Input, Looked},
};
use crate::{
    drive::Rules,
    entry::{Entry, Held, State},
    id::{DeliveryId, Version},
    integration::Catalog,
    ports::{PortError, Ports},
    span::after,
    ticket::{Order, Ticket},
};

/// The DLQ of one of our queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dlq {
    /// Events that could not be accepted.
    Intake,
    /// Tickets for dispatch, and one readable message per parked delivery.
    Dispatch,
    /// Tickets that could not be held.
    Retry,
    /// Parkings whose owners could not be told.
    Alert,
}

/// A message that was looked at, and shows again by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peeked {
    /// The queue's name for the message; the same at every look.
    pub id: String,
    /// Its text.
    pub body: String,
    /// What takes it off the queue.
    pub handle: String,
}

/// The DLQs as the schedule sees them.
pub trait Dlqs {
    /// About how many messages lie there, those that someone is looking at included.
    fn held(&self, dlq: Dlq) -> impl Future<Output = Result<u64, PortError>>;

    /// Some of them, at most ten; they are hidden for half a minute.
    fn peek(&self, dlq: Dlq) -> impl Future<Output = Result<Vec<Peeked>, PortError>>;

    /// Takes one off.
    fn remove(&self, dlq: Dlq, message: &Peeked) -> impl Future<Output = Result<(), PortError>>;
}

impl Dlq {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Intake, Self::Dispatch, Self::Retry, Self::Alert];

    /// Its queue's name: `dispatch`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Dispatch => "dispatch",
            Self::Retry => "retry",
            Self::Alert => "alert",
        }
    }

    /// The function that gave its messages up, as the template names it.
    pub fn function(self) -> &'static str {
        match self {
            Self::Intake => "ValidateFunction",
            Self::Dispatch => "DispatchFunction",
            Self::Retry => "RetryFunction",
            Self::Alert => "AlertFunction",
        }
    }

    /// The step that failed.
    pub(super) fn step(self) -> &'static str {
        match self {
            Self::Intake => "validate",
            Self::Dispatch | Self::Retry | Self::Alert => self.word(),
        }
    }

    /// How many messages one look takes at most, time allowing.
    fn most(self, held: u64, known: u64, crashed: u64, now: Timestamp) -> usize {
        // Two faults may cancel each other out in the numbers, so now and then they are not believed.
        let checks = now.as_second() / 60 % CHECKED == 0;
        match held.cmp(&(known + crashed)) {
            _ if checks => ALL,
            Ordering::Equal => 0,
            // Some of them are about deliveries that are parked no longer, or have crashed.
            Ordering::Greater if self == Self::Dispatch => ALL,
            // What has crashed may be gone; that is known when all that is left was seen.
            Ordering::Less if crashed > 0 => ALL,
            Ordering::Greater | Ordering::Less => 100,
        }
    }
}

/// Every so many minutes a look takes all there is, whatever the numbers say.
const CHECKED: i64 = 15;

/// So many messages of one DLQ are all that a look can take.
const ALL: usize = 2_000;

/// What one look at a DLQ has found.
#[derive(Debug, Default)]
struct Found {
    messages: BTreeSet<String>,
    kept: BTreeSet<(DeliveryId, Version)>,
    removed: u64,
    crashed: BTreeMap<Cause, Crashed>,
    /// What could not be read, said once all the others are judged.
    wrong: Vec<PortError>,
}

/// The crashed tickets of one cause.
#[derive(Debug)]
struct Crashed {
    /// One of them.
    sighting: Sighting,
    /// The deliveries that they name.
    deliveries: BTreeSet<Option<DeliveryId>>,
    count: u64,
}

/// What is known before a DLQ is looked at.
#[derive(Debug)]
pub(super) struct Known<'a> {
    /// How many of its messages are about parked deliveries.
    pub(super) parked: u64,
    /// The watched issues of class crashed.
    pub(super) crashed: &'a [Issue],
    /// When the look must come to an end.
    pub(super) until: Timestamp,
}

/// Looks at a DLQ: first a page, then more of it as long as there is time.
///
/// Gives how many messages were removed.
///
/// # Errors
/// When the world did not do its part; the next look takes up what is left.
pub(super) async fn look<P: Ports + Dlqs>(
    ports: &P,
    rules: &Rules<'_>,
    dlq: Dlq,
    known: &Known<'_>,
    unsent: &mut Unsent,
) -> Result<u64, PortError> {
    let ours = |issue: &&Issue| issue.cause.code.as_deref() == Some(dlq.word());
    let issues = known.crashed;
    let crashed: u64 = issues.iter().filter(ours).map(|issue| issue.count).sum();
    let held = ports.held(dlq).await?;
    let most = dlq.most(held, known.parked, crashed, ports.now());
    let mut found = Found::default();
    while found.messages.len() < most {
        let page = ports.peek(dlq).await?;
        let before = found.messages.len();
        for message in page {
            if found.messages.insert(message.id.clone()) {
                found.judge(ports, rules.catalog, dlq, &message).await?;
            }
        }
        if found.messages.len() == before || ports.now() >= known.until {
            break;
        }
    }
    found.tell(ports, issues.iter().filter(ours), held, known, unsent).await;
    found.wrong.into_iter().next().map_or(Ok(found.removed), Err)
}

impl Found {
    /// Tells the issues of this DLQ what was found.
    async fn tell<'a, P: Ports>(
        &mut self,
        ports: &P,
        issues: impl Iterator<Item = &'a Issue>,
        held: u64,
        known: &Known<'_>,
        unsent: &mut Unsent,
    ) {
        let saw_all = u64::try_from(self.messages.len()).unwrap_or(u64::MAX) >= held;
        for issue in issues {
            match self.crashed.get_mut(&issue.cause) {
                // What was not met may lie among those that were not looked at.
                Some(met) if !saw_all => met.count = issue.count.max(met.count),
                Some(met) => {
                    let is_gone = !met.deliveries.contains(&issue.delivery);
                    if is_gone || met.sighting.owner != issue.owner {
                        let shown = Input::Shown(Box::new(met.sighting.clone()));
                        self.wrong.extend(unsent.change(ports, &issue.id, shown).await.err());
                    }
                }
                None => {
                    // Where there are no more than parked deliveries have, none of them has crashed.
                    let gone = saw_all || held <= known.parked;
                    let count = if gone { 0 } else { issue.count };
                    let looked = Input::Looked(Looked { count, newest: None });
                    self.wrong.extend(unsent.change(ports, &issue.id, looked).await.err());
                }
            }
        }
        for (cause, Crashed { sighting, count, .. }) in std::mem::take(&mut self.crashed) {
            let (id, looked) = (cause.id(), Looked { count, newest: None });
            let seen = Input::Seen(Box::new(sighting));
            self.wrong.extend(unsent.change(ports, &id, seen).await.err());
            self.wrong.extend(unsent.change(ports, &id, Input::Looked(looked)).await.err());
        }
    }

    async fn judge<P: Ports + Dlqs>(
        &mut self,
        ports: &P,
        catalog: &Catalog,
        dlq: Dlq,
        message: &Peeked,
    ) -> Result<(), PortError> {
        let ticket = Ticket::read(&message.body).ok();
        let loaded = match &ticket {
            Some(ticket) => ports.load(&ticket.entry).await,
            None => Ok(None),
        };
        let is_parked = ticket.as_ref().is_some_and(|ticket| ticket.notice.is_some());
        let entry = match loaded {
            Ok(entry) => entry,
            Err(error) => {
                self.wrong.push(error);
                // Nothing is known of its delivery, so its message stays; a ticket has crashed all the same.
                if is_parked {
                    return Ok(());
                }
                None
            }
        };
        if let Some(Ticket { notice: Some(_), order: Some(order), delivery, .. }) = &ticket {
            let fate = entry.as_ref().map_or(Fate::Over, |e| fate(order, e, catalog, ports.now()));
            // A second message about the same parking is one too many.
            let is_first = fate == Fate::Needed && self.kept.insert((*delivery, order.version));
            if fate != Fate::Stuck {
                if !is_first {
                    ports.remove(dlq, message).await?;
                    self.removed += 1;
                }
                return Ok(());
            }
        }
        let sighting =
            crashed::sighting(dlq, ticket.as_ref(), entry.as_ref(), catalog, ports.now());
        self.meet(sighting);
        Ok(())
    }
}

impl Found {
    fn meet(&mut self, sighting: Sighting) {
        let delivery = sighting.delivery;
        let met = self.crashed.entry(sighting.cause.clone()).or_insert_with(|| Crashed {
            sighting,
            deliveries: BTreeSet::new(),
            count: 0,
        });
        met.deliveries.insert(delivery);
        met.count += 1;
    }
}

/// Whether the order is about the parking that the delivery is in; the alert may have counted its version up by one.
pub fn is_about(order: &Order, entry: &Entry) -> bool {
    let version = entry.life.version;
    let same = version == order.version || version == order.version.next();
    same && matches!(entry.life.state, State::Parked { .. })
}

/// What becomes of the message about a parking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The delivery is parked, or this may be its only ticket.
    Needed,
    /// It is over, parked anew, or the index brings it back by itself.
    Over,
    /// The order was obeyed, its function died, and nothing has moved the delivery since.
    Stuck,
}

/// So long after its time a delivery that should move by itself is taken for stuck: as long as a ticket is tried.
const STUCK: Duration = Duration::from_secs(900);

fn fate(order: &Order, entry: &Entry, catalog: &Catalog, now: Timestamp) -> Fate {
    let time = match &entry.life.state {
        State::Parked { .. } if is_about(order, entry) => return Fate::Needed,
        State::Parked { .. } | State::Delivered | State::Closed { .. } => return Fate::Over,
        State::Waiting { held: Held::Index { .. }, .. } => return Fate::Over,
        // Nobody looks at the place of a destination that left the bundle.
        State::Waiting { held: Held::Gate, .. } => {
            let is_there = catalog.destinations.contains_key(&entry.destination);
            return if is_there { Fate::Over } else { Fate::Needed };
        }
        State::Waiting { due_at, held: Held::Queue } => *due_at,
        State::Sending { until, .. } | State::Looking { until, .. } => *until,
        State::Accepted => entry.history.lines.last().map_or(entry.life.begun_at, |line| line.at),
    };
    if after(time, STUCK) <= now { Fate::Stuck } else { Fate::Needed }
}
