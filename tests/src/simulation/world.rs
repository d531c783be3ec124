//! The world of one run: clock, ledger, queues, vendors, secrets, and what was seen of them.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    time::Duration,
};

use fairlead_core::{
    entry::{End, Entry, State, Work},
    id::{DestinationName, EntryKey},
    integration::Catalog,
    issue::Cause,
    span::after,
};
use jiff::Timestamp;

use super::{
    agenda::{Agenda, Happening, RunId},
    chance::Chance,
    fact::{Facts, Trouble, Write},
    fault::{Coverage, Fault},
    law::{About, Law, Violation},
    ledger::Ledger,
    mutation::Mutation,
    place::Place,
    plan::{Plan, Service, Weather},
    secret::Store,
    sqs::Sqs,
    trace::Trace,
    vendor::Vendor,
};
use crate::memory::DISPATCH_TIMEOUT;

/// Everything that one run shares.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) mutation: Option<Mutation>,
    pub(crate) lease: Duration,
    pub(crate) inside: RefCell<Inside>,
}

/// What changes.
pub(crate) struct Inside {
    pub(crate) now: Timestamp,
    /// From here on nothing goes wrong.
    pub(crate) calm: Timestamp,
    /// When a delivery was parked last.
    pub(crate) parked_at: Timestamp,
    /// So many more looks at the issues are made when nothing else moves.
    pub(crate) looks: u32,
    pub(crate) chance: Chance,
    pub(crate) agenda: Agenda,
    pub(crate) ledger: Ledger,
    /// How entries stood in the index before their last change, and when that was.
    pub(crate) older: BTreeMap<EntryKey, (Option<Work>, Timestamp)>,
    pub(crate) queues: Sqs,
    pub(crate) vendors: BTreeMap<DestinationName, Vendor>,
    pub(crate) store: Store,
    pub(crate) weather: Weather,
    pub(crate) down: BTreeSet<Service>,
    pub(crate) bundle: Rc<Catalog>,
    pub(crate) facts: Facts,
    pub(crate) covered: Coverage,
    pub(crate) trace: Trace,
    /// Numbers that were given out as tokens and ids.
    pub(crate) drawn: u128,
    /// The function that must die now.
    pub(crate) dies: Option<RunId>,
    /// Functions in which a service hangs: their timeout is no fault of theirs.
    pub(crate) hangs: BTreeSet<RunId>,
    /// Sandboxes that are frozen, and until when.
    pub(crate) frozen: BTreeMap<RunId, Timestamp>,
}

impl World {
    pub(crate) fn new(
        plan: Plan,
        mutation: Option<Mutation>,
        chance: Chance,
        traced: bool,
    ) -> Self {
        let vendors = plan.catalog.destinations.values();
        let vendors = vendors.map(|d| (d.name.clone(), Vendor::new(d, &plan.catalog))).collect();
        let inside = Inside {
            now: crate::sample::noon(),
            calm: plan.calm,
            parked_at: crate::sample::noon(),
            looks: 5,
            chance,
            agenda: Agenda::default(),
            ledger: Ledger::default(),
            older: BTreeMap::new(),
            queues: Sqs::default(),
            vendors,
            store: Store::new(&plan.catalog),
            weather: plan.weather,
            down: BTreeSet::new(),
            bundle: Rc::new(plan.catalog.clone()),
            facts: Facts::default(),
            covered: Coverage::default(),
            trace: Trace::new(traced),
            drawn: 0,
            dies: None,
            hangs: BTreeSet::new(),
            frozen: BTreeMap::new(),
        };
        let lease = DISPATCH_TIMEOUT + Duration::from_secs(5);
        Self { plan, mutation, lease, inside: RefCell::new(inside) }
    }

    pub(crate) fn is(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inside.borrow().now
    }
}

impl Inside {
    /// Something happens later.
    pub(crate) fn later(&mut self, wait: Duration, what: Happening) {
        let at = after(self.now, wait);
        self.at(at, what);
    }

    /// Something happens at a moment; what is past happens now.
    pub(crate) fn at(&mut self, at: Timestamp, what: Happening) {
        let tie = self.chance.next();
        self.agenda.put(at.max(self.now), tie, what);
    }

    /// A message comes to lie on a queue; whoever reads it will look.
    pub(crate) fn put(&mut self, place: Place, body: String, delay: Duration) {
        let visible_at = after(self.now, delay);
        self.queues.put(place, body, visible_at);
        self.look(place, visible_at);
    }

    pub(crate) fn look(&mut self, place: Place, at: Timestamp) {
        if place.reader().is_some() {
            let poll = self.chance.span(Duration::ZERO, super::sqs::POLL);
            self.at(after(at, poll), Happening::Look(place));
        }
    }

    pub(crate) fn number(&mut self) -> u128 {
        self.drawn += 1;
        self.drawn
    }

    /// Whether a fault that comes so often comes now.
    pub(crate) fn befalls(&mut self, of_ten_thousand: u64) -> bool {
        of_ten_thousand > 0 && self.chance.of_ten_thousand(of_ten_thousand)
    }

    pub(crate) fn broke(&mut self, law: Law, about: About, what: impl Into<String>) {
        let violation = Violation { law, at: self.now, what: what.into(), about };
        self.facts.broken.push(violation);
    }

    /// A ticket of this delivery met trouble: it may be gone for as long as its queue hides it.
    pub(crate) fn trouble(&mut self, key: &EntryKey, patience: Duration) {
        let trouble = Trouble { at: self.now, patience };
        self.facts.trouble.entry(key.clone()).or_default().push(trouble);
    }

    pub(crate) fn hit(&mut self, fault: Fault) {
        self.covered.hit(fault);
    }

    /// The ledger has taken a write of an entry.
    pub(crate) fn wrote(&mut self, before: Option<&Entry>, entry: &Entry) {
        self.older.insert(entry.key.clone(), (before.and_then(Entry::work), self.now));
        self.facts.writes.push(Write {
            at: self.now,
            delivery: entry.id,
            key: entry.key.clone(),
            version: entry.life.version,
            state: entry.life.state.clone(),
            issue: Cause::of(entry).map(|cause| cause.id()),
        });
        if matches!(entry.life.state, State::Closed { how: End::Superseded }) {
            self.hit(Fault::Superseded);
        }
        if matches!(entry.life.state, State::Parked { .. }) {
            self.parked_at = self.now;
        }
        super::check::at_write(self, before, entry);
        self.covered.count(entered(&entry.life.state), 1);
    }
}

/// What the report counts of states.
fn entered(state: &State) -> &'static str {
    match state {
        State::Accepted => "entered accepted",
        State::Sending { .. } => "entered sending",
        State::Looking { .. } => "entered looking",
        State::Waiting { .. } => "entered waiting",
        State::Delivered => "entered delivered",
        State::Closed { .. } => "entered closed",
        State::Parked { told: false, .. } => "entered parked",
        State::Parked { .. } => "entered parked, owner told",
    }
}
