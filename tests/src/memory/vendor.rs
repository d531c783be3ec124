//! A vendor that says what a story tells it to, and remembers every call.

use std::{collections::VecDeque, time::Duration};

use fairlead_core::{
    entry::Entry,
    integration::Dedupe,
    outcome::{Answer, Lost, NotSent, Reply},
};
use jiff::Timestamp;

/// What the vendor does at one call.
#[derive(Clone, Debug)]
pub enum Says {
    /// It creates the invoice and says 201.
    Created,
    /// It creates the invoice and answers with this status and body.
    CreatedAs(u16, &'static str),
    /// It creates the invoice, and the answer is lost.
    CreatedUnheard,
    /// It creates nothing and answers so, with a time to come back where it names one.
    Status(u16, Option<Duration>, &'static str),
    /// It creates nothing and says nothing.
    Silence,
    /// Nobody is there.
    Absent,
    /// It is not called, because the secret with its credential is not there.
    NoSecret,
}

/// What the vendor says when it is asked whether it has a record.
#[derive(Clone, Debug)]
pub enum Told {
    /// This.
    Status(u16, &'static str),
    /// Nothing.
    Silence,
}

/// One call as the vendor saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When.
    pub at: Timestamp,
    /// The idempotency key.
    pub key: String,
    /// Method, path and body.
    pub request: String,
    /// The credential that came with it.
    pub secret: &'static str,
}

/// The vendor's side.
pub struct Vendor {
    /// What it says at the next calls; afterwards `usually`.
    pub script: VecDeque<Says>,
    /// What it says when the script is over.
    pub usually: Says,
    /// Until then it is down and answers 500.
    pub down_until: Timestamp,
    /// The credential that it takes.
    pub takes: &'static str,
    /// The credential in the secret store.
    pub stored: &'static str,
    /// The credential that dispatch has read and kept.
    pub cached: &'static str,
    /// Every call so far.
    pub calls: Vec<Call>,
    /// What it says at the next questions whether it has a record; afterwards what it has.
    pub told: VecDeque<Told>,
    /// Every such question so far.
    pub questions: Vec<Call>,
    /// The keys of the invoices created; twice the same key only where it does not heed them.
    pub created: Vec<String>,
    heeds_keys: bool,
}

impl Vendor {
    pub(super) fn new(dedupe: &Dedupe) -> Self {
        Self {
            script: VecDeque::new(),
            usually: Says::Created,
            down_until: Timestamp::UNIX_EPOCH,
            takes: "first",
            stored: "first",
            cached: "first",
            calls: vec![],
            told: VecDeque::new(),
            questions: vec![],
            created: vec![],
            heeds_keys: *dedupe != Dedupe::None,
        }
    }

    /// When it was called.
    pub fn called_at(&self) -> Vec<Timestamp> {
        self.calls.iter().map(|call| call.at).collect()
    }

    /// Dispatch reads the credential anew.
    pub(super) fn read_secret(&mut self) -> bool {
        self.cached = self.stored;
        true
    }

    pub(super) fn call(&mut self, entry: &Entry, fresh_secret: bool, now: Timestamp) -> Answer {
        let Some(request) = &entry.request else { return Answer::NotSent(NotSent::NotAllowed) };
        if fresh_secret {
            self.read_secret();
        }
        let key = entry.idempotency_key.as_str().to_owned();
        let text = format!("{} {} {}", request.method.as_str(), request.path, request.body);
        self.calls.push(Call { at: now, key: key.clone(), request: text, secret: self.cached });
        if self.cached != self.takes {
            return reply(401, None, r#"{"error":"unknown key"}"#);
        }
        if now < self.down_until {
            return reply(500, None, "down");
        }
        match self.script.pop_front().unwrap_or_else(|| self.usually.clone()) {
            Says::Created => {
                self.create(key);
                reply(201, None, "")
            }
            Says::CreatedAs(status, body) => {
                self.create(key);
                reply(status, None, body)
            }
            Says::CreatedUnheard => {
                self.create(key);
                Answer::Lost(Lost::Reset)
            }
            Says::Status(status, retry_after, body) => reply(status, retry_after, body),
            Says::Silence => Answer::Lost(Lost::Timeout),
            Says::Absent => Answer::NotSent(NotSent::NoConnection),
            Says::NoSecret => Answer::NotSent(NotSent::NoSecret),
        }
    }

    /// It is asked whether it has the delivery's record.
    pub(super) fn asked(&mut self, entry: &Entry, fresh_secret: bool, now: Timestamp) -> Answer {
        let Some(path) = entry.request.as_ref().and_then(|request| request.lookup.as_ref()) else {
            return Answer::NotSent(NotSent::NotAllowed);
        };
        if fresh_secret {
            self.read_secret();
        }
        let key = entry.idempotency_key.as_str().to_owned();
        let request = format!("GET {path}");
        self.questions.push(Call { at: now, key: key.clone(), request, secret: self.cached });
        if self.cached != self.takes {
            return reply(401, None, r#"{"error":"unknown key"}"#);
        }
        match self.told.pop_front() {
            Some(Told::Status(status, body)) => reply(status, None, body),
            Some(Told::Silence) => Answer::Lost(Lost::Timeout),
            None => {
                let ours = self.created.iter().filter(|created| **created == key);
                let items = ours.map(|key| format!("{{\"id\":\"inv-{key}\"}}"));
                let items: Vec<String> = items.collect();
                reply(200, None, &format!("{{\"items\":[{}]}}", items.join(",")))
            }
        }
    }

    fn create(&mut self, key: String) {
        if !(self.heeds_keys && self.created.contains(&key)) {
            self.created.push(key);
        }
    }
}

fn reply(status: u16, retry_after: Option<Duration>, excerpt: &str) -> Answer {
    Answer::Replied(Reply::plain(status, retry_after, excerpt))
}
