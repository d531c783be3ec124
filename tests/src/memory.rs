//! A world in memory on a virtual clock: ledger, queues, vendor and owner, driven by the real functions' rules.

mod issue;
mod ports;
mod queue;
mod run;
mod vendor;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use fairlead_core::{
    accept::{Accepted, Submission},
    alert::Alert,
    crosswalk::Link,
    entry::{Carries, Entry, Work},
    gate::Gate,
    history::What,
    id::DestinationName,
    id::{DeliveryId, EntryKey, Sha256Hex},
    integration::{Catalog, Integration},
    issue::{Issue, IssueId},
    pace::Pace,
    ports::PortError,
    record::Record,
    render::{Found, Need, Renders},
    request::Request,
    roll::Roll,
    running::Running,
    span::after,
    ticket::{Queue, Ticket},
    turn::Turn,
    violation::Violation,
    wait::Jitter,
};
use jiff::Timestamp;

pub use queue::Message;
pub use vendor::{Call, Says, Told, Vendor};

use crate::sample;

/// How long a dispatcher may run.
pub const DISPATCH_TIMEOUT: Duration = Duration::from_secs(30);

/// What was written, sent and told, for stories about cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Writes of entries, the first included.
    pub entry_writes: u32,
    /// Of these, the ones that changed where an entry stands in the index of what is due or parked.
    pub index_writes: u32,
    /// Writes of issues.
    pub issue_writes: u32,
    /// Reads of turns and of the crosswalk.
    pub small_reads: u32,
    /// Writes of turns and of the crosswalk.
    pub small_writes: u32,
    /// Tickets sent, by queue.
    pub sends: BTreeMap<Queue, u32>,
}

/// All there is. Stories change and look at it between runs.
pub struct World {
    /// The integrations of the deployed bundle.
    pub catalog: RefCell<Catalog>,
    /// The integration that events come in for.
    pub integration: Integration,
    /// What makes requests after acceptance.
    pub renders: Box<dyn Renders>,
    /// The vendor and what it has seen.
    pub vendor: RefCell<Vendor>,
    /// Corrected events that operators have laid down, rendered as validate would.
    pub corrected: RefCell<BTreeMap<Sha256Hex, Submission>>,
    /// Where between its bounds every wait lies.
    pub jitter: Jitter,
    inside: RefCell<Inside>,
}

#[derive(Default)]
struct Inside {
    now: Timestamp,
    drawn: u128,
    ledger: BTreeMap<EntryKey, Entry>,
    /// The sparse index.
    work: BTreeMap<EntryKey, Work>,
    gates: BTreeMap<DestinationName, Gate>,
    paces: BTreeMap<DestinationName, Pace>,
    issues: BTreeMap<IssueId, Issue>,
    /// Messages so far.
    named: u64,
    turns: BTreeMap<String, Turn>,
    links: BTreeMap<String, Link>,
    running: BTreeMap<DestinationName, Running>,
    roll: Option<Roll>,
    messages: Vec<Message>,
    dead: Vec<Message>,
    alerts: Vec<Alert>,
    /// After so many tickets no further one is sent.
    sends_left: Option<u32>,
    /// The next write of an entry takes so long.
    slow_save: Duration,
    /// Every write of an entry or of a pace takes so long.
    slow_saves: Duration,
    /// Reading a credential anew takes so long.
    slow_secret: Duration,
    /// So many alerts fail before one arrives.
    deaf: u32,
    /// Every alert takes so long and then fails; zero where channels answer.
    hangs: Duration,
    /// How often a channel was called.
    called: u32,
    counts: Counts,
    /// What the log was told of each write: the lines that it has added.
    logged: Vec<Vec<What>>,
    /// These entries cannot be read.
    broken: BTreeSet<EntryKey>,
    broken_issues: BTreeSet<IssueId>,
}

/// Where every request is made at acceptance.
struct Never;

impl Renders for Never {
    fn needs(&self, _: &Entry) -> Result<Vec<Need>, Vec<Violation>> {
        Err(vec![])
    }

    fn render(&self, _: &Entry, _: &Found) -> Result<(Carries, Request), Vec<Violation>> {
        Err(vec![])
    }
}

impl World {
    /// A world with this integration, and a vendor that does what it is asked.
    pub fn new(integration: Integration) -> Self {
        let catalog = sample::catalog(&integration);
        Self::with(catalog, integration, Box::new(Never))
    }

    /// A world with this bundle; `integration` is the one that [`World::submit`] is for.
    pub fn with(catalog: Catalog, integration: Integration, renders: Box<dyn Renders>) -> Self {
        let inside = Inside { now: sample::noon(), ..Inside::default() };
        Self {
            catalog: RefCell::new(catalog),
            vendor: RefCell::new(Vendor::new(&integration.dedupe)),
            integration,
            renders,
            corrected: RefCell::default(),
            jitter: Jitter(0),
            inside: RefCell::new(inside),
        }
    }

    /// The API takes in an event.
    ///
    /// # Errors
    /// As [`fairlead_core::accept::accept`].
    pub fn submit(&self, submission: Submission) -> Result<Accepted, PortError> {
        run::submit(self, &self.integration, submission)
    }

    /// The same for another integration of the bundle.
    ///
    /// # Errors
    /// As [`World::submit`].
    pub fn submit_for(
        &self,
        integration: &Integration,
        submission: Submission,
    ) -> Result<Accepted, PortError> {
        run::submit(self, integration, submission)
    }

    /// All functions run, and time passes, until nothing moves by itself any more.
    pub fn settle(&self) {
        run::until_quiet(self);
    }

    /// The same, but no longer than until `end`.
    pub fn settle_until(&self, end: Timestamp) {
        run::until(self, end);
    }

    /// The time.
    pub fn clock(&self) -> Timestamp {
        self.inside.borrow().now
    }

    /// Every entry of the ledger.
    pub fn entries(&self) -> Vec<Entry> {
        self.inside.borrow().ledger.values().cloned().collect()
    }

    /// The ledger's only entry.
    pub fn entry(&self) -> Entry {
        let entries = self.entries();
        assert_eq!(entries.len(), 1, "the ledger has one entry");
        entries[0].clone()
    }

    /// The delivery's history as people read it.
    pub fn history(&self) -> String {
        let lines = self.entry().history.lines;
        lines.iter().map(|line| format!("{:.0}  {}\n", line.at, line.what.text())).collect()
    }

    /// What the owner was told.
    pub fn alerts(&self) -> Vec<Alert> {
        self.inside.borrow().alerts.clone()
    }

    /// Every issue that ever was.
    pub fn issues(&self) -> Vec<Issue> {
        self.inside.borrow().issues.values().cloned().collect()
    }

    /// The next alerts, so many, do not arrive.
    pub fn fail_alerts(&self, times: u32) {
        self.inside.borrow_mut().deaf = times;
    }

    /// From now on every alert takes so long and then does not arrive; zero mends that.
    pub fn hang_alerts(&self, length: Duration) {
        self.inside.borrow_mut().hangs = length;
    }

    /// How often a channel was called so far, whether it took the alert or not.
    pub fn channel_calls(&self) -> u32 {
        self.inside.borrow().called
    }

    /// The schedule looks at issues and DLQs once, now.
    pub fn look_at_issues(&self) {
        run::look_now(self);
    }

    /// After so many more tickets the queues refuse every further one, as to a function that dies there.
    pub fn fail_sends_after(&self, tickets: u32) {
        self.inside.borrow_mut().sends_left = Some(tickets);
    }

    /// The next write of an entry takes so long.
    pub fn slow_save(&self, length: Duration) {
        self.inside.borrow_mut().slow_save = length;
    }

    /// Every write of an entry or of a pace takes so long from now on.
    pub fn slow_saves(&self, length: Duration) {
        self.inside.borrow_mut().slow_saves = length;
    }

    /// Reading a credential anew takes so long from now on.
    pub fn slow_secret(&self, length: Duration) {
        self.inside.borrow_mut().slow_secret = length;
    }

    /// This entry cannot be read, as if a newer release had written it.
    pub fn break_entry(&self, key: &EntryKey) {
        self.inside.borrow_mut().broken.insert(key.clone());
    }

    /// This issue cannot be read, as if a newer release had written it.
    pub fn break_issue(&self, id: &IssueId) {
        self.inside.borrow_mut().broken_issues.insert(id.clone());
    }

    /// What the log was told so far, write by write.
    pub fn logged(&self) -> Vec<Vec<What>> {
        self.inside.borrow().logged.clone()
    }

    /// The queues take tickets again.
    pub fn mend_sends(&self) {
        self.inside.borrow_mut().sends_left = None;
    }

    /// What was written and sent so far.
    pub fn counts(&self) -> Counts {
        self.inside.borrow().counts.clone()
    }

    /// A message is put on a queue from outside.
    pub fn put(&self, queue: Queue, body: &str) {
        self.inside.borrow_mut().put(queue, body.to_owned(), Duration::ZERO);
    }

    /// The bodies that lie on a queue.
    pub fn bodies(&self, queue: Queue) -> Vec<String> {
        let inside = self.inside.borrow();
        inside.messages.iter().filter(|m| m.queue == queue).map(|m| m.body.clone()).collect()
    }

    /// The bodies that were received too often, with the queue that they came from.
    pub fn dead(&self) -> Vec<Message> {
        self.inside.borrow().dead.clone()
    }

    /// Takes away what was received too often, as who redrives or purges a DLQ does.
    pub fn bury(&self) {
        self.inside.borrow_mut().dead.clear();
    }

    /// The readable messages on the DLQ.
    pub fn parked_messages(&self) -> Vec<Ticket> {
        let bodies = self.bodies(Queue::Dlq);
        bodies.iter().map(|body| Ticket::read(body).expect("a ticket of ours")).collect()
    }

    /// Moves every message of the DLQ to the dispatch queue, as a redrive does.
    pub fn redrive(&self) {
        self.inside.borrow_mut().redrive();
    }

    /// Takes what can be received from a queue now.
    pub fn take(&self, queue: Queue) -> Vec<String> {
        let mut inside = self.inside.borrow_mut();
        let now = inside.now;
        let ripe = |m: &mut Message| m.queue == queue && m.is_visible(now);
        inside.messages.extract_if(.., ripe).map(|m| m.body).collect()
    }

    /// Takes one message off a queue, visible or not, as a person does at the console of SQS.
    pub fn take_off(&self, queue: Queue, body: &str) {
        let mut inside = self.inside.borrow_mut();
        let place = inside.messages.iter().position(|m| m.queue == queue && m.body == body);
        inside.messages.remove(place.expect("the message lies there"));
    }

    /// Lets so much time pass while no function runs.
    pub fn pass(&self, length: Duration) {
        let now = &mut self.inside.borrow_mut().now;
        *now = after(*now, length);
    }

    fn next_number(&self) -> u128 {
        let mut inside = self.inside.borrow_mut();
        inside.drawn += 1;
        inside.drawn
    }

    fn name_delivery(&self, record: &Record) -> DeliveryId {
        let drawn = uuid::Uuid::from_u128(0x0199_c200 << 96 | self.next_number() << 16);
        DeliveryId::of(drawn, record.mark())
    }
}
