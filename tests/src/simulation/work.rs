//! What functions do with what comes to them, as their handlers do, and what follows when they end.

use std::time::Duration;

use fairlead_core::{
    accept::{Accepted, accept},
    decide::Input,
    door,
    drive::drive,
    gate::Pause,
    id::{DestinationName, EntryKey, IdempotencyKey, IntegrationName},
    issue::look::look,
    ports::{PortError, Ports},
    release::release,
    render::render,
    stranded,
    ticket::{Step, Ticket},
};

use super::{
    agenda::{Happening, TaskId},
    bundle,
    fact::Told,
    fault::Fault,
    hand::{Hand, Touched},
    law::{About, Law},
    place::Place,
    plan::Event,
    render::{Renderer, complete},
    run::Done,
    sqs::Received,
    world::{Inside, World},
};

/// One piece of work.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// A message of a queue.
    Message(Place, String),
    /// A source system's POST; so many came before.
    Post(usize, u32),
    /// The one-minute schedule.
    Minute,
    /// The same schedule, for the issues.
    Watch,
    /// An operator pauses a destination, or resumes it.
    Pause(DestinationName, bool),
}

impl Work {
    pub(crate) fn of(received: &Received) -> Self {
        Self::Message(received.place, received.body.clone())
    }

    /// The delivery that it is about.
    pub(crate) fn key(&self) -> Option<EntryKey> {
        match self {
            Self::Message(_, body) => Ticket::read(body).ok().map(|ticket| ticket.entry),
            Self::Post(..) | Self::Minute | Self::Watch | Self::Pause(..) => None,
        }
    }
}

/// Does it.
pub(crate) async fn perform(hand: Hand, work: Work) -> Done {
    match work {
        Work::Message(Place::Intake, body) => take_in(&hand, &body).await,
        Work::Message(place, body) => ticket(&hand, place, &body).await,
        Work::Post(event, _) => post(&hand, event).await,
        Work::Watch => look(&hand, &hand.rules()).await.map(|_| None),
        Work::Minute => release(&hand, &hand.rules()).await.map(|_| None),
        Work::Pause(of, stop) => pause(&hand, &of, stop).await,
    }
}

async fn ticket(hand: &Hand, place: Place, body: &str) -> Done {
    let ticket = Ticket::read(body).map_err(|e| PortError::new("read the ticket", e))?;
    let input = match (place, ticket.step, &ticket.order) {
        (Place::Retry, _, _) => Input::Due,
        (Place::Alert, _, _) => Input::Tell { version: ticket.version },
        (_, Step::Retry, Some(order)) => Input::Ordered(order.clone()),
        _ => Input::Picked,
    };
    hand.note(|| format!("takes up {input:?}"));
    drive(hand, &hand.rules(), &ticket.entry, input, ticket.hops).await.map(|()| None)
}

/// API Gateway: one event, one answer.
async fn post(hand: &Hand, event: usize) -> Done {
    let event = &hand.world.plan.events[event];
    let Some(of) = event.wanted.first() else { return Ok(None) };
    let Some((integration, _)) = hand.instance.catalog.find(of) else {
        return Err(PortError::new("find the integration", "it is not in the bundle"));
    };
    if event.bad {
        // 422: nothing is kept, and the sender knows.
        return Ok(None);
    }
    let submission = complete(hand, integration, bundle::submission(event, of, "api")).await?;
    accept(hand, &hand.rules(), integration, submission).await.map(Some)
}

/// EventBridge's event: each integration that wants it gets its own delivery.
async fn take_in(hand: &Hand, body: &str) -> Done {
    if Ticket::is_meant(body) {
        let ticket = Ticket::read(body).map_err(|e| PortError::new("read the ticket", e))?;
        hand.note(|| "takes up a request to make".to_owned());
        let (rules, hops) = (hand.rules(), ticket.hops);
        return render(hand, &rules, &Renderer, &ticket.entry, hops).await.map(|()| None);
    }
    let place: usize = body.parse().map_err(|e| PortError::new("read the event", e))?;
    let event = hand.world.plan.events.get(place);
    let event = event.ok_or_else(|| PortError::new("read the event", "there is none"))?;
    let mut wanted = false;
    for of in &event.wanted {
        if let Some((integration, _)) = hand.instance.catalog.find(of) {
            wanted = true;
            let mut submission = bundle::submission(event, of, "eventbridge");
            if event.bad {
                submission.idempotency_key = own_key(place);
            }
            let mut submission = complete(hand, integration, submission).await?;
            let rules = hand.rules();
            let accepted = accept(hand, &rules, integration, submission.clone()).await?;
            if let Accepted::Conflict(first) = accepted {
                hand.world.inside.borrow_mut().hit(Fault::KeyReused);
                submission.idempotency_key = own_key(place);
                submission.content = fairlead_core::accept::Content::Conflict(first);
                accept(hand, &rules, integration, submission).await?;
            }
        }
    }
    look_back(hand, event).await?;
    if wanted { Ok(None) } else { Err(PortError::new("find the integration", "none wants it")) }
}

/// An integration may have taken it in half, and then have left the bundle.
async fn look_back(hand: &Hand, event: &Event) -> Result<(), PortError> {
    let Some(of) = event.wanted.first() else { return Ok(()) };
    let payload = bundle::submission(event, of, "eventbridge").payload_hash;
    let keys: Vec<EntryKey> =
        hand.world.inside.borrow().ledger.entries().map(|entry| entry.key.clone()).collect();
    stranded::carry_on(hand, &hand.rules(), &payload, keys).await.map(|_| ())
}

/// The key of an event that must not occupy its own.
fn own_key(event: usize) -> IdempotencyKey {
    IdempotencyKey::new(format!("eventbridge:{event}"))
}

/// Where the entry of an event lies for one integration that wants it.
pub(crate) fn keys(place: usize, event: &Event, of: &IntegrationName) -> [EntryKey; 2] {
    let submission = bundle::submission(event, of, "");
    [EntryKey::of(of, &submission.idempotency_key), EntryKey::of(of, &own_key(place))]
}

async fn pause(hand: &Hand, of: &DestinationName, stop: bool) -> Done {
    let pause = stop.then(|| Pause {
        by: "ada".to_owned(),
        reason: "the vendor asked".to_owned(),
        since: hand.now(),
    });
    door::pause(hand, of, pause).await.map(|_| None)
}

/// A piece of work ended and its caller knows so: calls that it heard of are settled by now.
pub(crate) fn ended_well(world: &World, by: TaskId, work: &Work) {
    let mut inside = world.inside.borrow_mut();
    let Some(key) = work.key() else { return };
    let Some(entry) = inside.ledger.load(&key) else { return };
    let (id, state) = (entry.id, entry.life.state.clone());
    let request = entry.request.clone();
    let external = entry.idempotency_key.to_string();
    let Some(request) = request else { return };
    let heard = inside.facts.calls.iter().any(|call| {
        call.by == by
            && call.external == external
            && call.path == request.path
            && call.heard.is_some()
            && (200..300).contains(&call.status)
    });
    if heard && !state.is_over() {
        let what = format!("a call heard a success, and the entry is {state:?}");
        inside.broke(Law::SuccessRecorded, About::Delivery(id), what);
    }
}

/// It failed or died; its message shows again when its time has come.
pub(crate) fn ended_ill(world: &World, touched: &Touched) {
    for key in &*touched.borrow() {
        world.inside.borrow_mut().trouble(key, Duration::from_secs(360));
    }
}

/// A message was received too often; it lies on a DLQ until a person redrives it.
pub(crate) fn died(world: &World, inside: &mut Inside, body: &str) {
    let keys: Vec<EntryKey> = match (Ticket::read(body), body.parse::<usize>()) {
        (Ok(ticket), _) => vec![ticket.entry],
        (_, Ok(place)) => {
            let event = &world.plan.events[place];
            event.wanted.iter().flat_map(|of| keys(place, event, of)).collect()
        }
        _ => vec![],
    };
    keys.iter().for_each(|key| inside.trouble(key, Duration::from_secs(3 * 3_600)));
}

/// The message of a piece of work is deleted, mostly.
pub(crate) fn acknowledge(world: &World, received: &Received) {
    let mut inside = world.inside.borrow_mut();
    let often = inside.weather.undeleted;
    if inside.befalls(often) {
        return inside.hit(Fault::DeleteLost);
    }
    inside.queues.delete(received);
    if inside.befalls(often / 2) {
        inside.hit(Fault::Undeleted);
        let wait = inside.chance.millis(10, 600_000);
        let at = fairlead_core::span::after(inside.now, wait);
        inside.queues.revive(received, at);
        inside.look(received.place, at);
    }
}

/// The source system hears an answer, or none, and knows what to do with it.
pub(crate) fn answered(world: &World, work: &Work, done: Option<&Done>) {
    let Work::Post(event, tries) = *work else { return };
    let mut inside = world.inside.borrow_mut();
    let unheard = inside.weather.unanswered;
    let unheard = inside.befalls(unheard);
    match done {
        Some(Ok(Some(answer))) if !unheard => {
            inside.facts.told.push(Told { event, answer: *answer });
            super::check::at_answer(&mut inside, event, *answer);
        }
        Some(Ok(None)) => {}
        _ => {
            if unheard {
                inside.hit(Fault::AnswerUnheard);
            }
            let wait = inside.chance.seconds(1, 30 << tries.min(5));
            inside.later(wait, Happening::Post(event, tries + 1));
        }
    }
}

/// How far a clock is off.
pub(crate) fn skew(inside: &mut Inside, most: u64) -> i64 {
    let drawn = inside.chance.below(2 * most + 1);
    i64::try_from(drawn).unwrap_or(0) - i64::try_from(most).unwrap_or(0)
}
