//! What happens at its moment: work, events, the minute, and the turns of the plan.

use std::{collections::BTreeSet, rc::Rc, time::Duration};

use fairlead_core::{
    entry::{Entry, Held, State},
    id::IntegrationName,
    span::after,
};
use jiff::Timestamp;

use super::{
    agenda::Happening,
    fault::Fault,
    law::About,
    ledger::Ledger,
    operate::{self, Act},
    place::{Function, Place},
    plan::{Mood, Turn, Weather},
    run::Runner,
    secret, wire,
    work::Work,
    world::{Inside, World},
};

/// How far a clock leaps at most, in milliseconds: far over a lease.
pub(super) const LEAP: u64 = 15 * 60 * 1_000;

/// Puts on the agenda what is known beforehand.
pub(crate) fn begin(world: &World) {
    let mut inside = world.inside.borrow_mut();
    for (place, event) in world.plan.events.iter().enumerate() {
        for at in &event.sent {
            let what = if event.by_bus { Happening::Bus(place) } else { Happening::Post(place, 0) };
            inside.at(*at, what);
        }
        let gaps = event.sent.windows(2).map(|two| two[0] == two[1]);
        for at_once in gaps {
            inside.hit(if at_once { Fault::SentAtOnce } else { Fault::SentAgain });
        }
        if event.bad {
            inside.hit(Fault::BadEvent);
        }
    }
    for (at, turn) in &world.plan.turns {
        inside.at(*at, Happening::Turn(turn.clone()));
    }
    let first = inside.chance.seconds(300, 1_200);
    inside.later(first, Happening::Act(Act::Round));
    minute(&mut inside);
}

/// Something happens.
pub(crate) fn happen(runner: &mut Runner, what: Happening) {
    let world = Rc::clone(&runner.world);
    match what {
        Happening::Wake(task) => runner.wake(task),
        Happening::Deadline(run) => runner.deadline(run),
        Happening::Look(place) => runner.look(place),
        Happening::Begin(function, items) => runner.start(function, items),
        Happening::Minute => look_at_index(runner),
        Happening::Commit(call) => wire::commit(&mut world.inside.borrow_mut(), call),
        Happening::Post(event, tries) => {
            runner.start(Function::Validate, vec![(Work::Post(event, tries), None)]);
        }
        Happening::Bus(event) => {
            world.inside.borrow_mut().put(Place::Intake, event.to_string(), Duration::ZERO);
        }
        Happening::Turn(turn) => take(runner, &turn),
        Happening::Act(act) => do_act(&world, act),
    }
}

fn do_act(world: &World, act: Act) {
    let mut inside = world.inside.borrow_mut();
    match act {
        Act::Send(text) => inside.put(Place::Dispatch, text, Duration::ZERO),
        Act::Round => {
            let calm = inside.now >= world.plan.calm;
            operate::round(&mut inside, calm);
            if !calm {
                let next = inside.chance.seconds(300, 1_800);
                inside.later(next, Happening::Act(Act::Round));
            }
        }
    }
}

/// Nothing is left to happen: an operator redrives what died. Says whether that started something.
pub(crate) fn last_round(runner: &Runner) -> bool {
    let mut inside = runner.world.inside.borrow_mut();
    let busy = operate::round(&mut inside, true);
    let waits = next_look(&inside).is_some() || inside.looks > 0;
    if waits {
        inside.looks = inside.looks.saturating_sub(1);
        next_minute(&mut inside);
    }
    busy || waits
}

/// The schedule: every whole minute. Minutes in which nothing in the index is due are left out.
fn look_at_index(runner: &mut Runner) {
    let (times, watch, fault) = {
        let mut inside = runner.world.inside.borrow_mut();
        let watch = must_watch(&inside);
        let often = inside.weather.minute;
        let missed = inside.befalls(often);
        let twice = !missed && inside.befalls(often);
        minute(&mut inside);
        if missed {
            let now = inside.now;
            inside.facts.missed.push(now);
        }
        match (missed, twice) {
            (true, _) => (0, watch, Some(Fault::MinuteMissed)),
            (_, true) => (2, watch, Some(Fault::MinuteTwice)),
            _ => (1, watch, None),
        }
    };
    fault.into_iter().for_each(|fault| runner.world.inside.borrow_mut().hit(fault));
    for _ in 0..times {
        runner.start(Function::Retry, vec![(Work::Minute, None)]);
        if watch {
            runner.start(Function::Alert, vec![(Work::Watch, None)]);
        }
    }
}

/// Whether a look at the issues may change something; otherwise one in ten minutes will do.
fn must_watch(inside: &Inside) -> bool {
    let unsent = inside.ledger.issues().any(|issue| !issue.outbox.is_empty());
    let tenth = inside.now.as_second() / 60 % 10 == 0;
    unsent || tenth || inside.now < after(inside.parked_at, Duration::from_secs(300))
}

/// Puts the next minute that matters on the agenda; in calm weather none where the index is empty.
fn minute(inside: &mut Inside) {
    let busy = inside.now < after(inside.calm, Duration::from_secs(600));
    let Some(from) = busy.then_some(inside.now).or(next_look(inside)) else { return };
    let from = from.max(inside.now);
    whole_minute(inside, from);
}

/// The schedule runs once more, whatever the index holds.
fn next_minute(inside: &mut Inside) {
    let from = next_look(inside).unwrap_or(inside.now).max(inside.now);
    whole_minute(inside, from);
}

fn whole_minute(inside: &mut Inside, from: Timestamp) {
    let from = from.as_second();
    let next = Timestamp::from_second((from / 60 + 1) * 60).unwrap_or(Timestamp::MAX);
    inside.at(next, Happening::Minute);
}

/// When the index must be looked at.
fn next_look(inside: &Inside) -> Option<Timestamp> {
    let now = inside.now;
    let look = |entry: &Entry| match (&entry.life.state, entry.work()) {
        (State::Waiting { held: Held::Gate, .. }, _) => Some(now),
        (State::Waiting { .. }, Some(work)) => Some(work.at),
        _ => None,
    };
    inside.ledger.entries().filter_map(look).min()
}

/// A turn of the plan.
fn take(runner: &mut Runner, turn: &Turn) {
    let world = Rc::clone(&runner.world);
    {
        let mut inside = world.inside.borrow_mut();
        turn.fault().into_iter().for_each(|fault| inside.hit(fault));
        let now = inside.now;
        inside.trace.note(now, "plan", About::All, format!("{turn:?}"));
    }
    match turn {
        Turn::Redeploy(without) => {
            deploy(&world, without.as_ref());
            runner.redeploy();
        }
        Turn::ClockStep => runner.step_clocks(world.plan.skew),
        Turn::ClockLeap => runner.step_clocks(LEAP),
        Turn::Pause(of) => {
            runner.start(Function::Desk, vec![(Work::Pause(of.clone(), true), None)]);
        }
        Turn::Resume(of) => {
            runner.start(Function::Desk, vec![(Work::Pause(of.clone(), false), None)]);
        }
        Turn::Calm => {
            deploy(&world, None);
            runner.redeploy();
            let paused = calm(&mut world.inside.borrow_mut());
            for of in paused {
                runner.start(Function::Desk, vec![(Work::Pause(of, false), None)]);
            }
        }
        other => weather(&mut world.inside.borrow_mut(), other),
    }
}

fn weather(inside: &mut Inside, turn: &Turn) {
    let now = inside.now;
    match turn {
        Turn::Down(service) => {
            inside.down.insert(*service);
        }
        Turn::Up(service) => {
            inside.down.remove(service);
        }
        Turn::Mood(of, mood) => {
            inside.vendors.get_mut(of).into_iter().for_each(|vendor| vendor.mood = *mood);
        }
        Turn::Rotate(of, how) => {
            if let Some(vendor) = inside.vendors.get_mut(of) {
                secret::rotate(vendor, &mut inside.store, &mut inside.facts, *how, now);
            }
        }
        Turn::Expire(of) => {
            inside.vendors.get_mut(of).into_iter().for_each(|vendor| {
                vendor.takes.drain(..vendor.takes.len().saturating_sub(1));
            });
        }
        Turn::Mend(of) => {
            if let Some(vendor) = inside.vendors.get(of) {
                secret::mend(vendor, &mut inside.store, &mut inside.facts, now);
            }
        }
        Turn::Poison(place) => inside.put(*place, "{not json".to_owned(), Duration::ZERO),
        Turn::Redeploy(_)
        | Turn::ClockStep
        | Turn::ClockLeap
        | Turn::Pause(_)
        | Turn::Resume(_)
        | Turn::Calm => {}
    }
}

/// A bundle is deployed, with one integration missing or with all.
fn deploy(world: &World, without: Option<&IntegrationName>) {
    let mut inside = world.inside.borrow_mut();
    let mut catalog = world.plan.catalog.clone();
    if let Some(gone) = without {
        catalog.integrations.remove(gone);
    } else if inside.bundle.integrations.len() < catalog.integrations.len() {
        inside.hit(Fault::Removed);
    }
    inside.bundle = Rc::new(catalog);
}

/// From here on nothing goes wrong: services are up, vendors well, credentials right. Gives what is still paused.
fn calm(inside: &mut Inside) -> BTreeSet<fairlead_core::id::DestinationName> {
    inside.weather = Weather::default();
    inside.down.clear();
    let now = inside.now;
    for vendor in inside.vendors.values_mut() {
        vendor.mood = Mood::Usual;
        secret::mend(vendor, &mut inside.store, &mut inside.facts, now);
    }
    let paused = |name: &&fairlead_core::id::DestinationName| is_paused(&inside.ledger, name);
    inside.vendors.keys().filter(paused).cloned().collect()
}

fn is_paused(ledger: &Ledger, name: &fairlead_core::id::DestinationName) -> bool {
    ledger.gate(name).is_some_and(|gate| gate.pause.is_some())
}
