//! What a seed plans: the bundle, its vendors, the events, the weather, and what turns and when.

use std::time::Duration;

use fairlead_core::{
    id::{DestinationName, IntegrationName},
    integration::Catalog,
    span::after,
};
use jiff::Timestamp;

use super::{bundle, chance::Chance, fault::Fault, place::Place, story};
use crate::sample;

/// All that a seed decides beforehand; everything else is drawn as it comes.
pub(crate) struct Plan {
    pub(crate) catalog: Catalog,
    pub(crate) events: Vec<Event>,
    pub(crate) turns: Vec<(Timestamp, Turn)>,
    pub(crate) weather: Weather,
    /// From here on nothing goes wrong any more.
    pub(crate) calm: Timestamp,
    /// How far an instance's clock may be off, in milliseconds. Assumed, as AWS's time service promises far less.
    pub(crate) skew: u64,
    /// Clocks leap much further than is assumed: only what must survive that is asked for.
    pub(crate) leaps: bool,
    /// How many copies of each function may run at once.
    pub(crate) copies: usize,
}

/// One event of a source system.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The record's id, which is in the key and in every request made from it.
    pub(crate) record: String,
    /// What the sender says it is about: two events with one key and two payloads are a conflict.
    pub(crate) payload: u8,
    /// The integrations that want it; several only by EventBridge.
    pub(crate) wanted: Vec<IntegrationName>,
    pub(crate) by_bus: bool,
    /// It breaks its contract.
    pub(crate) bad: bool,
    /// Which version of the record it brings, where its integration orders them.
    pub(crate) version: Option<u32>,
    /// The record whose id at the vendor its request needs.
    pub(crate) contact: Option<String>,
    /// When it is sent; every time after the first repeats it.
    pub(crate) sent: Vec<Timestamp>,
}

/// Something that begins or ends by plan.
#[derive(Clone, Debug)]
pub(crate) enum Turn {
    Down(Service),
    Up(Service),
    Mood(DestinationName, Mood),
    Rotate(DestinationName, Rotation),
    /// The old credential is no longer taken.
    Expire(DestinationName),
    /// The right credential is put into the store.
    Mend(DestinationName),
    Redeploy(Option<IntegrationName>),
    ClockStep,
    ClockLeap,
    Poison(Place),
    Pause(DestinationName),
    Resume(DestinationName),
    Calm,
}

/// What may be down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    Ledger,
    Queues,
    Secrets,
    Alerts,
}

/// How a vendor is for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Usual,
    Dead,
    Ill,
    Busy,
}

/// How a credential changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// Store and vendor at the same moment.
    AtOnce,
    /// The vendor takes the old one for a while.
    Gentle,
    /// The vendor changes, and the store is mended later.
    Unannounced,
}

/// How likely things go wrong, in ten thousand requests, deliveries or looks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weather {
    pub(crate) crash: u64,
    pub(crate) refused: u64,
    pub(crate) unheard: u64,
    pub(crate) hang: u64,
    pub(crate) slow: u64,
    pub(crate) frozen: u64,
    pub(crate) stale: u64,
    pub(crate) minute: u64,
    pub(crate) undeleted: u64,
    pub(crate) unanswered: u64,
    /// In a hundred calls.
    pub(crate) vendor: u64,
    /// SQS shows messages twice.
    pub(crate) restless: bool,
}

impl Weather {
    fn draw(chance: &mut Chance) -> Self {
        // Each seed has some troubles and not others, so that no trouble hides another.
        let mut some = |most: u64| if chance.percent(55) { chance.within(1, most) } else { 0 };
        Self {
            crash: some(120),
            refused: some(500),
            unheard: some(400),
            hang: some(20),
            slow: some(300),
            frozen: some(150),
            stale: some(4_000),
            minute: some(3_000),
            undeleted: some(400),
            unanswered: some(500),
            vendor: some(60),
            restless: some(2) > 0,
        }
    }
}

/// So often clocks leap in a run in which they do.
const MOST_LEAPS: u32 = 30;

impl Plan {
    pub(crate) fn draw(chance: &mut Chance, deliveries: usize, leaps: bool) -> Self {
        let start = sample::noon();
        let mut catalog = bundle::draw(chance);
        if leaps {
            bundle::outlast_leaps(&mut catalog);
        }
        let most = *chance.one(&[5, 60, 2_400]);
        let busy = chance.seconds(1, most);
        let calm = after(start, busy + chance.seconds(1_800, 5 * 3_600));
        let events = events(chance, &catalog, deliveries, start, busy);
        let mut turns = turns(chance, &catalog, start, calm);
        let skew = skew(chance, &catalog);
        let copies = *chance.one(&[2, 3, 5]);
        let weather = Weather::draw(chance);
        // Drawn last, so that a seed without leaps is what it always was.
        for _ in 0..if leaps { MOST_LEAPS } else { 0 } {
            let length = Duration::try_from(calm.duration_since(start)).unwrap_or_default();
            // Half of them while most happens.
            let within = *chance.one(&[busy.min(length), length]);
            turns.push((after(start, chance.span(Duration::ZERO, within)), Turn::ClockLeap));
        }
        Self { catalog, events, turns, weather, calm, skew, leaps, copies }
    }
}

/// A rate by the second is kept only as exactly as clocks agree: its slots lie a tenth further apart than it asks.
fn skew(chance: &mut Chance, catalog: &Catalog) -> u64 {
    let second = Duration::from_secs(1);
    let exact = catalog.destinations.values().filter_map(|d| d.rate).any(|rate| rate.per <= second);
    if exact { *chance.one(&[0, 10]) } else { *chance.one(&[0, 20, 100, 400]) }
}

fn events(
    chance: &mut Chance,
    catalog: &Catalog,
    deliveries: usize,
    start: Timestamp,
    busy: Duration,
) -> Vec<Event> {
    let (mut events, mut made) = (Vec::<Event>::new(), 0);
    while made < deliveries {
        let at = after(start, chance.span(Duration::ZERO, busy));
        if chance.percent(15) {
            let story = story::draw(chance, events.len(), at);
            made += story.len();
            events.extend(story);
            continue;
        }
        let names = bundle::plain(catalog);
        let by_bus = chance.percent(30);
        let fan = by_bus && made + 1 < deliveries && chance.percent(30);
        let first = chance.place(names.len());
        let mut wanted = vec![names[first].clone()];
        if fan {
            wanted.push(names[(first + 1) % names.len()].clone());
        }
        let mut sent = vec![at];
        if chance.percent(25) {
            // Once more: at the same moment, soon, or long after.
            let later = *chance.one(&[0, 40, 5_000, 600_000, 5_400_000]);
            sent.push(after(at, Duration::from_millis(later)));
        }
        let bad = chance.percent(4);
        // What the API refuses never becomes a delivery.
        made += if bad && !by_bus { 0 } else { wanted.len() };
        let record = format!("R-{:03}", events.len());
        let event =
            Event { record, payload: 1, wanted, by_bus, bad, sent, version: None, contact: None };
        if chance.percent(4) && !bad {
            let mut other = event.clone();
            other.payload = 2;
            other.sent = vec![after(event.sent[0], chance.seconds(0, 900))];
            events.push(event);
            events.push(other);
        } else {
            events.push(event);
        }
    }
    events
}

fn turns(
    chance: &mut Chance,
    catalog: &Catalog,
    start: Timestamp,
    calm: Timestamp,
) -> Vec<(Timestamp, Turn)> {
    let mut turns = vec![(calm, Turn::Calm)];
    let length = Duration::try_from(calm.duration_since(start)).unwrap_or_default();
    let mut at = |chance: &mut Chance| after(start, chance.span(Duration::ZERO, length));
    for service in [Service::Ledger, Service::Queues, Service::Secrets, Service::Alerts] {
        if chance.percent(20) {
            let begin = at(chance);
            let most = if service == Service::Alerts { 5_400 } else { 600 };
            turns.push((begin, Turn::Down(service)));
            turns.push((after(begin, chance.seconds(5, most)), Turn::Up(service)));
        }
    }
    for name in catalog.destinations.keys() {
        destination(chance, name, &mut at, &mut turns);
    }
    for _ in 0..chance.within(0, 3) {
        turns.push((at(chance), Turn::Redeploy(None)));
    }
    if chance.percent(15) {
        let begin = at(chance);
        let names: Vec<_> = catalog.integrations.keys().cloned().collect();
        let gone = chance.one(&names).clone();
        turns.push((begin, Turn::Redeploy(Some(gone))));
        turns.push((after(begin, chance.seconds(60, 1_800)), Turn::Redeploy(None)));
    }
    for _ in 0..chance.within(0, 6) {
        turns.push((at(chance), Turn::ClockStep));
    }
    if chance.percent(30) {
        let place = *chance.one(&Place::READ);
        turns.push((at(chance), Turn::Poison(place)));
    }
    turns
}

fn destination(
    chance: &mut Chance,
    name: &DestinationName,
    at: &mut impl FnMut(&mut Chance) -> Timestamp,
    turns: &mut Vec<(Timestamp, Turn)>,
) {
    if chance.percent(45) {
        let begin = at(chance);
        let mood = *chance.one(&[Mood::Dead, Mood::Ill, Mood::Busy]);
        let long = *chance.one(&[120, 900, 7_200]);
        turns.push((begin, Turn::Mood(name.clone(), mood)));
        turns.push((after(begin, chance.seconds(10, long)), Turn::Mood(name.clone(), Mood::Usual)));
    }
    if chance.percent(35) {
        let begin = at(chance);
        let how = *chance.one(&[Rotation::AtOnce, Rotation::Gentle, Rotation::Unannounced]);
        turns.push((begin, Turn::Rotate(name.clone(), how)));
        let later = after(begin, chance.seconds(30, 1_200));
        match how {
            Rotation::AtOnce => {}
            Rotation::Gentle => turns.push((later, Turn::Expire(name.clone()))),
            Rotation::Unannounced => turns.push((later, Turn::Mend(name.clone()))),
        }
    }
    if chance.percent(20) {
        let begin = at(chance);
        turns.push((begin, Turn::Pause(name.clone())));
        turns.push((after(begin, chance.seconds(30, 3_600)), Turn::Resume(name.clone())));
    }
}

impl Turn {
    /// The fault that it is, where it is one.
    pub(crate) fn fault(&self) -> Option<Fault> {
        Some(match self {
            Self::Down(Service::Ledger) => Fault::LedgerDown,
            Self::Down(Service::Queues) => Fault::QueueDown,
            Self::Down(Service::Secrets) => Fault::SecretsDown,
            Self::Down(Service::Alerts) => Fault::AlertsDown,
            Self::Mood(_, Mood::Dead) => Fault::VendorDead,
            Self::Mood(_, Mood::Ill) => Fault::VendorIll,
            Self::Mood(_, Mood::Busy) => Fault::VendorBusy,
            Self::Rotate(_, Rotation::AtOnce) => Fault::Rotated,
            Self::Rotate(_, Rotation::Gentle) => Fault::RotatedGently,
            Self::Rotate(_, Rotation::Unannounced) => Fault::WrongSecret,
            Self::Redeploy(None) => Fault::Redeployed,
            Self::Redeploy(Some(_)) => Fault::Unbundled,
            Self::ClockStep => Fault::ClockStep,
            Self::ClockLeap => Fault::ClockLeap,
            Self::Poison(_) => Fault::Poison,
            Self::Pause(_) => Fault::Paused,
            Self::Up(_)
            | Self::Mood(_, Mood::Usual)
            | Self::Expire(_)
            | Self::Mend(_)
            | Self::Resume(_)
            | Self::Calm => return None,
        })
    }
}
