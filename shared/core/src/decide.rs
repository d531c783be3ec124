//! The only place where a delivery's fate is decided. Pure and total: any input, in any state, at any time.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    class::Class,
    entry::{Carries, Entry, Held, Life, State},
    history::What,
    id::{Token, Version},
    integration::{Catalog, Dedupe, Lookup, RetryPolicy},
    look,
    meaning::Finding,
    obstacle::{self, Obstacle},
    order::ordered,
    orphan,
    outcome::{Answer, Outcome, Reason, judge},
    rendered::{self, Rendered, onward},
    settle,
    span::{after, until},
    tell,
    ticket::{Act, Order, Queue, Ticket},
    wait::{self, Jitter},
};

/// What the delivery's integration has declared, as far as its fate depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    /// What the vendor can promise about a repeated request.
    pub dedupe: &'a Dedupe,
    /// How the vendor is asked whether it has the delivery, where it can be asked.
    pub lookup: Option<&'a Lookup>,
    /// When to try again, and when to stop.
    pub retry: &'a RetryPolicy,
    /// How long a dispatcher may hold a delivery; longer than its function can run.
    pub lease: Duration,
}

impl<'a> Policy<'a> {
    /// What the entry's integration has declared; none when it is not in the bundle.
    pub fn of(catalog: &'a Catalog, entry: &Entry, lease: Duration) -> Option<Self> {
        let integration = catalog.integrations.get(&entry.integration)?;
        // The question is rendered at acceptance; an older entry has none.
        let asked = entry.request.as_ref().is_some_and(|request| request.lookup.is_some());
        Some(Self {
            dedupe: integration.dedupe_of(entry.life.carries),
            lookup: integration.lookup.as_ref().filter(|_| asked),
            retry: &integration.retry,
            lease,
        })
    }
}

/// All that is not the same every time: drawn by the driver before each decision.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The time.
    pub now: Timestamp,
    /// Fresh: becomes the lease's owner if the decision is to claim.
    pub token: Token,
    /// Where between its bounds a wait shall lie.
    pub jitter: Jitter,
    /// How many queues the ticket at hand has passed.
    pub hops: u8,
    /// The destination's gate is closed, where a call was asked for.
    pub closed: Option<Closed>,
    /// The record does not allow a call now, where one was asked for.
    pub obstacle: Option<Obstacle>,
}

/// Why no call may be made now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Not before this.
    pub until: Timestamp,
    /// Only its turn has not come: it may come back by itself at that time.
    pub turn: bool,
}

/// Something that happened to a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// Its event came in: for the first time, or once more.
    Submitted,
    /// A dispatcher has picked up its ticket.
    Picked,
    /// Its wait may be over.
    Due,
    /// The call made under this token's lease has ended.
    Answered {
        /// The lease's owner.
        token: Token,
        /// What the wire told.
        answer: Answer,
        /// How long the call took.
        took: Duration,
    },
    /// The lookup made under this token's lease has ended.
    Looked {
        /// The lease's owner.
        token: Token,
        /// What the wire told.
        answer: Answer,
        /// What that says.
        finding: Finding,
        /// How long it took.
        took: Duration,
    },
    /// The alert step has picked up its ticket.
    Tell {
        /// The version at which the delivery was parked; tickets of an older form do not name it.
        version: Option<Version>,
    },
    /// The owner has been told about the parking of this version.
    Told {
        /// The version at which it was parked.
        version: Version,
    },
    /// A person has given an order about it.
    Ordered(Order),
    /// validate has tried to make its request.
    Rendered(Rendered),
}

/// What is to be done, in order, after the next state is saved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Make the HTTP call under the lease of `token`, then come back with [`Input::Answered`].
    Call {
        /// The lease's owner.
        token: Token,
        /// Read the secret anew: the last one was refused.
        fresh_secret: bool,
    },
    /// Ask the vendor whether it has the delivery, then come back with [`Input::Looked`].
    Look {
        /// The lease's owner.
        token: Token,
        /// Read the secret anew: the last one was refused.
        fresh_secret: bool,
    },
    /// Send the delivery's ticket.
    Send {
        /// Where to.
        queue: Queue,
        /// Not visible before this has passed; at most [`wait::LONGEST_DELAY`].
        delay: Duration,
    },
    /// Stop all calls to the destination: it refuses our credential, and would refuse the next one too.
    Pause,
    /// Tell the owner, then come back with [`Input::Told`].
    Publish,
    /// Leave the ticket on its queue, which shows it again by itself: its chain is too long for another.
    Keep,
}

/// A decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The life to save, where it changes.
    pub next: Option<Life>,
    /// What the history says of it.
    pub lines: Vec<What>,
    /// What to do once that is saved.
    pub commands: Vec<Command>,
}

/// The signature of [`decide`], so that a test can seed a mistake and see a law catch it.
pub type Decide = fn(&Life, &Input, Option<&Policy<'_>>, &Moment) -> Step;

/// What happens next in the life of a delivery.
///
/// Without a policy (the integration is no longer in the bundle) nothing is sent and the delivery is parked.
pub fn decide(life: &Life, input: &Input, policy: Option<&Policy<'_>>, moment: &Moment) -> Step {
    match (input, policy) {
        (Input::Submitted, _) => submitted(life),
        (Input::Picked, Some(policy)) => picked(life, policy, moment),
        (Input::Picked, None) => orphan::orphaned(life, moment),
        (Input::Due, _) => due(life, moment),
        (Input::Answered { token, answer, took }, _) => {
            settle::settle(life, settle::Heard { token, answer, took: *took }, policy, moment)
        }
        (Input::Looked { token, answer, finding, took }, _) => {
            let looked = look::Looked { token, answer, finding, took: *took };
            look::looked(life, looked, policy, moment)
        }
        (Input::Tell { version }, _) => tell::tell(life, *version),
        (Input::Told { version }, _) => tell::told(life, *version),
        (Input::Ordered(order), _) => ordered(life, order, policy, moment),
        (Input::Rendered(rendered), Some(policy)) => {
            rendered::rendered(life, rendered, policy, moment)
        }
        (Input::Rendered(_), None) => orphan::orphaned(life, moment),
    }
}

/// A duplicate of an event that never got its ticket sends it again: the first sender may have crashed in between.
fn submitted(life: &Life) -> Step {
    match &life.state {
        State::Accepted => Step::run([send(onward(life))]),
        State::Parked { told: false, .. } => Step::run(announce()),
        State::Sending { .. }
        | State::Looking { .. }
        | State::Waiting { .. }
        | State::Delivered
        | State::Closed { .. }
        | State::Parked { .. } => Step::default(),
    }
}

pub(crate) fn picked(life: &Life, policy: &Policy<'_>, moment: &Moment) -> Step {
    match &life.state {
        State::Accepted => claim(life, policy, moment),
        // The ticket must outlive the lease: its holder may be dead, and this may be the only ticket left.
        State::Sending { until: end, .. } | State::Looking { until: end, .. }
            if moment.now < *end =>
        {
            hold(life, *end, moment)
        }
        State::Sending { .. } => settle::lease_over(life, policy, moment),
        State::Looking { .. } => look::lease_over(life, policy, moment),
        State::Waiting { due_at, .. } if moment.now < *due_at => hold(life, *due_at, moment),
        State::Waiting { .. } => claim(life, policy, moment),
        State::Parked { told: false, .. } => Step::run(announce()),
        State::Parked { .. } | State::Delivered | State::Closed { .. } => Step::default(),
    }
}

/// Begins an attempt, unless time or doubt forbid it; in doubt, a lookup where the vendor can be asked.
pub(crate) fn claim(life: &Life, policy: &Policy<'_>, moment: &Moment) -> Step {
    if let Some(step) = obstacle::end(life, moment) {
        return step;
    }
    if after(life.begun_at, policy.retry.give_up_after) <= moment.now {
        return settle::park(life.clone(), Class::Exhausted, String::new(), moment);
    }
    let looks = life.doubt && !may_repeat(life, policy, moment.now);
    match look::ready_at(life, policy) {
        None if looks => return settle::park(life.clone(), Class::InDoubt, String::new(), moment),
        Some(ready_at) if looks && moment.now < ready_at => {
            return settle::wait_until(life.clone(), ready_at, policy, moment);
        }
        None | Some(_) => {}
    }
    go(life.clone(), looks, policy, moment)
}

/// Calls, unless there is nothing to send yet, or record or gate are in the way.
fn go(life: Life, looks: bool, policy: &Policy<'_>, moment: &Moment) -> Step {
    match (life.carries, &moment.obstacle, moment.closed) {
        (Carries::Nothing, _, _) => rendered::ask_for_it(life, moment),
        (_, Some(obstacle), _) => obstacle::around(life, obstacle, policy, moment),
        (_, None, Some(closed)) => hold_back(life, closed, policy, moment),
        (_, None, None) if looks => look::look(life, policy, moment),
        (Carries::Request | Carries::Update | Carries::Refused, None, None) => {
            call(life, policy, moment)
        }
    }
}

/// The gate is closed. That is not the delivery's fault, so no attempt and no failure is counted.
pub(crate) fn hold_back(
    mut life: Life,
    closed: Closed,
    policy: &Policy<'_>,
    moment: &Moment,
) -> Step {
    let due_at = closed.until.min(after(life.begun_at, policy.retry.give_up_after));
    let delay = until(moment.now, due_at);
    let (held, commands) = if closed.turn && wait::fits_queue(delay, moment.hops) {
        (Held::Queue, vec![Command::Send { queue: Queue::Retry, delay }])
    } else {
        (Held::Gate, vec![])
    };
    life.state = State::Waiting { due_at, held };
    Step { next: Some(life), lines: vec![What::HeldBack { until: due_at }], commands }
}

/// Whether the input leads to a call, so that the gate must be asked first.
pub fn wants_call(life: &Life, input: &Input, now: Timestamp) -> bool {
    let ripe = match &life.state {
        State::Accepted => true,
        State::Waiting { due_at, .. } => *due_at <= now,
        State::Parked { .. } => matches!(input, Input::Ordered(order) if order.act == Act::Retry),
        State::Sending { .. } | State::Looking { .. } | State::Delivered | State::Closed { .. } => {
            false
        }
    };
    let can_be_sent = life.carries != Carries::Nothing;
    ripe && can_be_sent && matches!(input, Input::Picked | Input::Ordered(_))
}

/// Whether the input leads to one more call at once, under the leave of the last one: its credential was refused.
pub fn calls_again(life: &Life, input: &Input) -> bool {
    let (token, theirs, answer) = match (&life.state, input) {
        (State::Sending { token, .. }, Input::Answered { token: theirs, answer, .. })
        | (State::Looking { token, .. }, Input::Looked { token: theirs, answer, .. }) => {
            (token, theirs, answer)
        }
        _ => return false,
    };
    let refused = judge(answer) == Outcome::NoEffect(Reason::Unauthorized);
    token == theirs && refused && !life.refused
}

/// The one way into a call: the lease stands in the ledger before any byte leaves.
pub(crate) fn call(mut life: Life, policy: &Policy<'_>, moment: &Moment) -> Step {
    life.attempts = life.attempts.saturating_add(1);
    // Without doubt the vendor has nothing of ours, so its memory of our key begins with this call.
    if !life.doubt || life.first_sent_at.is_none() {
        life.first_sent_at = Some(moment.now);
    }
    life.state = State::Sending { token: moment.token, until: after(moment.now, policy.lease) };
    Step {
        lines: vec![What::Sending { attempt: life.attempts }],
        commands: vec![Command::Call { token: moment.token, fresh_secret: life.refused }],
        next: Some(life),
    }
}

/// Keeps a ticket until `end`: on the retry queue, or in the due index when the wait or the chain is too long.
pub(crate) fn hold(life: &Life, end: Timestamp, moment: &Moment) -> Step {
    let delay = until(moment.now, end);
    match &life.state {
        State::Waiting { held: Held::Index { .. } | Held::Gate, .. } => Step::default(),
        State::Waiting { due_at, .. } if !wait::fits_queue(delay, moment.hops) => {
            let mut next = life.clone();
            next.state = State::Waiting { due_at: *due_at, held: Held::Index { look_at: *due_at } };
            Step { next: Some(next), ..Step::default() }
        }
        _ if !wait::fits_queue(delay.min(wait::LONGEST_DELAY), moment.hops) => {
            Step::run([Command::Keep])
        }
        _ => Step::run([Command::Send {
            queue: Queue::Retry,
            delay: delay.min(wait::LONGEST_DELAY),
        }]),
    }
}

/// A wait may be over: what is due goes on its way.
pub(crate) fn due(life: &Life, moment: &Moment) -> Step {
    match &life.state {
        // Whoever looks at these has asked the gate.
        State::Waiting { held: Held::Gate, .. } => {
            let look_at = after(moment.now, wait::LOOK_AGAIN);
            let mut next = life.clone();
            next.state = State::Waiting { due_at: moment.now, held: Held::Index { look_at } };
            Step { next: Some(next), lines: vec![], commands: vec![send(onward(life))] }
        }
        State::Waiting { due_at, .. } if moment.now < *due_at => hold(life, *due_at, moment),
        // A stale page of the index: this look has been made already.
        State::Waiting { held: Held::Index { look_at }, .. } if moment.now < *look_at => {
            Step::default()
        }
        State::Waiting { due_at, held: Held::Index { .. } } => {
            // Stays in the index: should the ticket be lost, the next look sends another.
            let look_at = after(moment.now, wait::LOOK_AGAIN);
            let mut next = life.clone();
            next.state = State::Waiting { due_at: *due_at, held: Held::Index { look_at } };
            Step { next: Some(next), lines: vec![], commands: vec![send(onward(life))] }
        }
        State::Sending { until: end, .. } | State::Looking { until: end, .. }
            if moment.now < *end =>
        {
            hold(life, *end, moment)
        }
        State::Accepted | State::Waiting { .. } | State::Sending { .. } | State::Looking { .. } => {
            Step::run([send(onward(life))])
        }
        State::Parked { told: false, .. } => Step::run([send(Queue::Dispatch)]),
        State::Parked { .. } | State::Delivered | State::Closed { .. } => Step::default(),
    }
}

/// Whether a call that begins at `at` may repeat an effect. It may leave as late as its lease ends.
pub(crate) fn may_repeat(life: &Life, policy: &Policy<'_>, at: Timestamp) -> bool {
    wait::may_repeat(life, policy.dedupe, after(at, policy.lease))
}

/// What a parked delivery sends: first the readable message, then the alert, so that an alert implies the message.
pub(crate) fn announce() -> [Command; 2] {
    [send(Queue::Dlq), send(Queue::Alert)]
}

pub(crate) fn send(queue: Queue) -> Command {
    Command::Send { queue, delay: Duration::ZERO }
}

impl Step {
    pub(crate) fn run<const N: usize>(commands: [Command; N]) -> Self {
        Self { next: None, lines: vec![], commands: commands.to_vec() }
    }
}

const _: () = assert!(Ticket::MOST_HOPS < 16);
