//! A vendor: what it has promised, what it holds, and what it does with a call.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use fairlead_core::{
    id::{DestinationName, SecretName},
    integration::{Catalog, Dedupe, Destination},
    pace::Rate,
    span::after,
};
use jiff::Timestamp;

use super::{
    bundle,
    chance::Chance,
    fault::Fault,
    plan::Mood,
    reaction::{self, Meeting, Script},
    secret,
};

/// One vendor's API.
pub(crate) struct Vendor {
    pub(crate) name: DestinationName,
    pub(crate) secret: SecretName,
    pub(crate) mood: Mood,
    /// The credentials it takes, the newest last.
    pub(crate) takes: Vec<String>,
    promises: BTreeMap<String, Dedupe>,
    keys: BTreeMap<(String, String), Key>,
    rate: Option<Rate>,
    recent: VecDeque<Timestamp>,
}

/// What a vendor remembers of a key.
#[derive(Clone, Copy)]
struct Key {
    since: Timestamp,
    done: bool,
}

/// A request on the wire.
pub(crate) struct Arriving<'a> {
    pub(crate) path: &'a str,
    pub(crate) key: Option<&'a str>,
    pub(crate) credential: &'a str,
}

impl Vendor {
    pub(crate) fn new(destination: &Destination, catalog: &Catalog) -> Self {
        let theirs = catalog.integrations.values().filter(|i| i.destination == destination.name);
        Self {
            name: destination.name.clone(),
            secret: destination.auth.secret().clone(),
            mood: Mood::Usual,
            takes: vec![secret::first()],
            promises: theirs.map(|i| (bundle::path(&i.name), i.dedupe.clone())).collect(),
            keys: BTreeMap::new(),
            rate: destination.rate,
            recent: VecDeque::new(),
        }
    }

    /// Whether there is a connection, and what the vendor does with the call that comes over it.
    pub(crate) fn meet(
        &mut self,
        request: &Arriving<'_>,
        chance: &mut Chance,
        bad: u64,
        now: Timestamp,
    ) -> (Meeting, Option<Fault>) {
        let meeting = reaction::draw(chance, self.mood, bad, now);
        let Meeting::Call(script) = meeting else {
            return (Meeting::Refused, Some(Fault::NoConnection));
        };
        let script = self.heed(request, script, chance, now);
        let fault = script.fault;
        (Meeting::Call(script), fault)
    }

    /// What the vendor checks before it does what it was about to do.
    fn heed(
        &mut self,
        request: &Arriving<'_>,
        script: Script,
        chance: &mut Chance,
        now: Timestamp,
    ) -> Script {
        let quick = chance.millis(10, 80);
        if !self.takes.iter().any(|taken| taken == request.credential) {
            return Script::says(quick, *chance.one(&[401, 403]), Fault::Unauthorized);
        }
        if self.is_over_rate(now) {
            return Script::says(quick, 429, Fault::BusyBare);
        }
        let known = request.key.filter(|_| self.heeds_keys(request.path));
        let Some(key) = known else { return script };
        let place = (request.path.to_owned(), key.to_owned());
        match self.keys.get(&place).copied() {
            Some(Key { since, .. }) if now >= after(since, self.memory(request.path)) => {
                self.keys.remove(&place);
                self.reserve(place, script, now)
            }
            Some(Key { done: true, .. }) => Script {
                commits: None,
                fault: Some(script.fault.unwrap_or(Fault::KeyRecognised)),
                ..script
            },
            Some(Key { done: false, .. }) => Script::says(quick, 409, Fault::InProgress),
            None => self.reserve(place, script, now),
        }
    }

    /// From its first request that will take effect a key is remembered.
    fn reserve(&mut self, place: (String, String), script: Script, now: Timestamp) -> Script {
        if script.commits.is_some() {
            self.keys.insert(place, Key { since: now, done: false });
        }
        script
    }

    fn is_over_rate(&mut self, now: Timestamp) -> bool {
        let Some(rate) = self.rate else { return false };
        self.recent.push_back(now);
        while self.recent.front().is_some_and(|first| after(*first, rate.per) <= now) {
            self.recent.pop_front();
        }
        self.recent.len() > usize::try_from(rate.calls).unwrap_or(usize::MAX)
    }

    /// The vendor does what was asked; says whether that is something new.
    pub(crate) fn commit(&mut self, path: &str, key: Option<&str>) {
        if let (Some(key), true) = (key, self.heeds_keys(path))
            && let Some(found) = self.keys.get_mut(&(path.to_owned(), key.to_owned()))
        {
            found.done = true;
        }
    }

    fn heeds_keys(&self, path: &str) -> bool {
        matches!(self.promise(path), Some(Dedupe::Key { .. }))
    }

    fn memory(&self, path: &str) -> Duration {
        match self.promise(path) {
            Some(Dedupe::Key { max_age, .. }) => *max_age,
            _ => Duration::ZERO,
        }
    }

    /// Whether doing a thing again is doing it once.
    pub(crate) fn replaces(&self, path: &str) -> bool {
        matches!(self.promise(path), Some(Dedupe::Upsert))
    }

    /// What is promised at a path; what lies below one that creates is a record, and is replaced.
    fn promise(&self, path: &str) -> Option<&Dedupe> {
        let below =
            |of: &&String| path.strip_prefix(of.as_str()).is_some_and(|p| p.starts_with('/'));
        let record = self.promises.keys().find(below).map(|_| &Dedupe::Upsert);
        record.or_else(|| self.promises.get(path))
    }
}
