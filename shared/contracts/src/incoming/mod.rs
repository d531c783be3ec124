//! What came in, before any integration is asked: one event or a batch, plain or as CloudEvents.

mod cloud;
mod format;
mod message;
#[cfg(test)]
mod tests;

pub use cloud::Cloud;
pub use message::{Message, To};

use fairlead_core::{headers::Headers, integration::Source, problem::Problem};

use crate::event::{BadEvent, Event, MAX_BYTES};
use format::Format;

/// The most events that one request may bring.
pub const MAX_BATCH: usize = 100;

/// The most bytes that a batch may have; each of its events may have [`MAX_BYTES`] as ever.
pub const MAX_BATCH_BYTES: usize = 1_000_000;

/// What one request brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// One event.
    One(Arrived),
    /// A list of them, in the order in which they came; some may be no events.
    Batch(Vec<Result<Arrived, Problem>>),
}

/// One event that arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrived {
    /// What schema and mapping see; a CloudEvent with its envelope, in each of its modes.
    pub event: Event,
    /// The event as text, as the ledger keeps it.
    pub text: String,
    /// What a CloudEvent says of itself.
    pub cloud: Option<Cloud>,
}

impl Incoming {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// When it is neither an event nor a batch of them.
    pub fn read(headers: &Headers, body: &[u8]) -> Result<Self, Problem> {
        match format::of(headers)? {
            Format::Plain if is_list(body) => batch(body, |event| Ok(Arrived::plain(event))),
            Format::Plain => one(body, |event| Ok(Arrived::plain(event))),
            Format::Structured => one(body, cloud::structured),
            Format::Batch => batch(body, cloud::structured),
            Format::Binary => cloud::binary(headers, body).map(Self::One),
        }
    }
}

impl Arrived {
    fn plain(event: Event) -> Self {
        Self { text: event.body().to_string(), event, cloud: None }
    }

    /// Whether it is one of those that the integration takes in. Only a CloudEvent says what it is.
    ///
    /// # Errors
    /// When it says that it is something else.
    pub fn fits(&self, source: &Source) -> Result<(), Problem> {
        let Some(cloud) = &self.cloud else { return Ok(()) };
        if source.wants(&cloud.kind, &cloud.source) {
            return Ok(());
        }
        let named = |kind: &str, from: Option<&str>| match from {
            Some(from) => format!("of type {kind} from {from}"),
            None => format!("of type {kind}"),
        };
        let from = source.from.as_deref();
        Err(Problem::WrongType {
            given: crate::text::shorten(&named(&cloud.kind, from.map(|_| &*cloud.source)), 300),
            wanted: named(&source.event, from),
        })
    }
}

impl From<BadEvent> for Problem {
    fn from(why: BadEvent) -> Self {
        match why {
            BadEvent::TooLarge { .. } => Self::TooLarge { most: MAX_BYTES },
            other => Self::BadBody(other.to_string()),
        }
    }
}

type Each = fn(Event) -> Result<Arrived, Problem>;

fn one(body: &[u8], arrived: Each) -> Result<Incoming, Problem> {
    let mut arrived = arrived(Event::read(body)?)?;
    // What came is kept to the byte; it is UTF-8, or it would not have been read.
    arrived.text = String::from_utf8_lossy(body).into_owned();
    Ok(Incoming::One(arrived))
}

fn batch(body: &[u8], arrived: Each) -> Result<Incoming, Problem> {
    if body.len() > MAX_BATCH_BYTES {
        return Err(Problem::TooLarge { most: MAX_BATCH_BYTES });
    }
    let events = Event::read_list(body)?;
    match events.len() {
        0 => Err(Problem::BadBody("the batch is empty; send at least one event".to_owned())),
        n if n > MAX_BATCH => Err(Problem::TooMany { most: MAX_BATCH }),
        _ => {
            let each =
                events.into_iter().map(|event| event.map_err(Problem::from).and_then(arrived));
            Ok(Incoming::Batch(each.collect()))
        }
    }
}

fn is_list(body: &[u8]) -> bool {
    body.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[')
}
