//! Where each request is judged: key, rate limit, plan, effect, answer, all under one lock.
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::answer::Answer;
use super::api;
use super::channel;
use super::destination::Destination;
use super::plan::Plans;
use super::record::Books;
use super::reply::{self, Reply};
use super::request::{Call, Request};
use super::wire::Wire;

/// All that the vendor knows, shared between its connections and its owner.
#[derive(Clone, Debug, Default)]
pub(super) struct Desk(Arc<Mutex<State>>);

#[derive(Debug)]
pub(super) struct State {
    pub(super) destinations: BTreeMap<String, Destination>,
    pub(super) plans: Plans,
    pub(super) books: Books,
    pub(super) log: Vec<Request>,
    /// Grows with each reset, so that a late answer finds no entry of another life.
    life: u32,
    pub(super) connections: Connections,
}

/// TCP connections accepted; those that came to control the vendor are told apart.
#[derive(Debug, Default)]
pub(super) struct Connections {
    pub(super) accepted: u64,
    pub(super) control: u64,
}

/// Where in the log a request stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place(u32, usize);

impl Desk {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Judges a request, waits if it is told to, and says how to answer.
    pub(super) async fn receive(&self, call: Call) -> Result<Answer, Wire> {
        let (place, reply) = self.state().judge(call, Instant::now());
        match reply {
            Reply::Now(answer) => Ok(answer),
            Reply::Wire(wire) => Err(wire),
            Reply::Later(wait, answer) => {
                tokio::time::sleep(wait).await;
                self.state().answered(place, answer.status);
                Ok(answer)
            }
        }
    }
}

impl State {
    pub(super) fn reset(&mut self) {
        *self = State { life: self.life + 1, ..State::default() };
    }

    fn judge(&mut self, mut call: Call, now: Instant) -> (Place, Reply) {
        let reply = self.decide(&mut call, now);
        call.seen.answered = match &reply {
            Reply::Now(answer) => Some(answer.status),
            Reply::Later(..) => None,
            Reply::Wire(wire) => wire.status(),
        };
        self.log.push(call.seen);
        (Place(self.life, self.log.len() - 1), reply)
    }

    fn decide(&mut self, call: &mut Call, now: Instant) -> Reply {
        let name = &call.seen.destination;
        if name == channel::NAME {
            return self.told(call);
        }
        let Some(destination) = self.destinations.get_mut(name) else {
            let answer =
                Answer::refusal(404, "not_found", format!("there is no destination {name}"));
            call.seen.done = "unknown destination".to_owned();
            return Reply::Now(answer);
        };
        destination.arrived.add(now);
        if !destination.knows(call.authorization.as_deref()) {
            call.seen.done = "wrong key".to_owned();
            return Reply::Now(Answer::refusal(
                401,
                "invalid_key",
                "the bearer key is missing or wrong",
            ));
        }
        if let Some(limit) = destination.per_second
            && let Err(wait) = destination.admitted.admit(now, limit)
        {
            call.seen.done = "over the rate limit".to_owned();
            return Reply::Now(reply::too_many(limit, wait));
        }
        let planned = self.plans.take(&call.seen.method, &call.seen.text());
        let step = planned.unwrap_or_else(|| destination.usual.clone());
        call.seen.done = step.name();
        if !step.commits() {
            return reply::without_effect(step, call);
        }
        let (answer, effect) = api::handle(call, destination, &mut self.books);
        call.seen.effect = effect;
        reply::with_effect(step, answer)
    }

    /// The channels of owners have no bearer key and no books, and can be told to misbehave all the same.
    fn told(&mut self, call: &mut Call) -> Reply {
        let step = self.plans.take(&call.seen.method, &call.seen.text()).unwrap_or_default();
        call.seen.done = step.name();
        let answer = channel::handle(call);
        if step.commits() {
            reply::with_effect(step, answer)
        } else {
            reply::without_effect(step, call)
        }
    }

    fn answered(&mut self, Place(life, at): Place, status: u16) {
        if life == self.life
            && let Some(request) = self.log.get_mut(at)
        {
            request.answered = Some(status);
        }
    }

    /// The counters, as `/_vendor/counts` shows them.
    pub(super) fn counts(&self) -> Value {
        let peaks: BTreeMap<&str, usize> = self
            .destinations
            .iter()
            .map(|(name, one)| (name.as_str(), one.arrived.peak()))
            .collect();
        json!({
            "connections": self.connections.vendor(),
            "requests": self.log.len(),
            "invoices": self.books.invoices.len(),
            "customers": self.books.customers().count(),
            "peak_per_second": peaks,
        })
    }
}

impl Default for State {
    fn default() -> State {
        State {
            destinations: Destination::all(),
            plans: Plans::default(),
            books: Books::default(),
            log: Vec::new(),
            life: 0,
            connections: Connections::default(),
        }
    }
}

impl Connections {
    /// Those that did not come to control the vendor.
    pub(super) fn vendor(&self) -> u64 {
        self.accepted.saturating_sub(self.control)
    }
}
