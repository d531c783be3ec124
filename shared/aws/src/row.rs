//! The form of an entry in DynamoDB. It outlives a deploy, so it is apart from the domain type and carries `v`.

use fairlead_core::{
    class::Class,
    entry::{Carries, End, Entry, Held, Life, State},
    history::{History, Line},
    id::{
        DeliveryId, DestinationName, EntryKey, IdempotencyKey, IntegrationName, Mark, Sha256Hex,
        Token, VendorId, Version,
    },
    integration::{Method, Owner},
    record::{Ordered, Record},
    request::Request,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::pack::{pack, unpack};

/// The attributes that a save replaces or removes; all others are fixed at acceptance.
pub const LIFE: [&str; 24] = [
    "status",
    "version",
    "writer",
    "begun_at",
    "attempts",
    "failures",
    "first_sent_at",
    "doubt",
    "doubted_at",
    "refused",
    "carries",
    "vendor_id",
    "lease",
    "lease_until",
    "due_at",
    "class",
    "parked_since",
    "told",
    "work",
    "work_at",
    "history",
    "dropped",
    "keep_until",
    "expires_at",
];

/// What is replaced besides when the request is made after acceptance.
pub const REQUEST: [&str; 6] = ["method", "path", "body", "body_gz", "lookup", "config_hash"];

/// Over how many partitions of the index `ran` one day's deliveries are spread.
///
/// One partition takes 1,000 index writes a second (DynamoDB's limit per partition).
pub const RAN_SHARDS: u8 = 8;

/// The newest form that this release writes and reads.
const FORM: u8 = 1;

/// One entry as one flat item.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    v: u8,
    pk: EntryKey,
    id: DeliveryId,
    /// Partition of the index `ran`: day and shard.
    ran: String,
    integration: IntegrationName,
    destination: DestinationName,
    record: Record,
    owner: Owner,
    idempotency_key: IdempotencyKey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ordered: Option<Ordered>,
    payload_hash: Sha256Hex,
    config_hash: Sha256Hex,
    /// As it is, so that it can be read in the DynamoDB console; a long one is compressed instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_gz: Option<ByteBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<Method>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Where to ask whether the vendor has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lookup: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_gz: Option<ByteBuf>,
    #[serde(flatten)]
    changing: Changing,
}

/// The part of a row that a save replaces.
#[derive(Debug, Serialize, Deserialize)]
struct Changing {
    status: String,
    version: Version,
    writer: Token,
    begun_at: Timestamp,
    attempts: u32,
    failures: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_sent_at: Option<Timestamp>,
    doubt: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doubted_at: Option<Timestamp>,
    refused: bool,
    /// Entries of the first release do not say it; there it follows from whether there is a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    carries: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vendor_id: Option<VendorId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease: Option<Token>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<Class>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parked_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<bool>,
    /// Partition of the sparse index `work`.
    #[serde(skip_serializing_if = "Option::is_none")]
    work: Option<String>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    work_at: Option<i64>,
    history: Vec<Line>,
    #[serde(default)]
    dropped: u32,
    /// How long its key is kept, in seconds since 1970. Entries of the first release do not say it apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keep_until: Option<i64>,
    /// Seconds since 1970, as TTL wants it: out of reach while something is left to be done.
    expires_at: i64,
}

/// The end of the year 9999.
const NEVER: i64 = 253_402_300_799;

/// Why an item is no entry.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// It comes from a newer release.
    #[error("the entry has form {0}; this release reads form {FORM}")]
    TooNew(u8),
    /// An attribute that its status needs is missing.
    #[error("the entry is \"{0}\" and has no {1}")]
    Missing(String, &'static str),
    /// What it carries is none of ours.
    #[error("the entry carries the unknown \"{0}\"")]
    UnknownContent(String),
    /// Its status is none of ours.
    #[error("the entry has the unknown status \"{0}\"")]
    UnknownStatus(String),
    /// A packed text cannot be unpacked.
    #[error("a packed text cannot be read: {0}")]
    Unpack(#[from] std::io::Error),
}

impl Row {
    /// The row of an entry.
    ///
    /// # Errors
    /// When a text cannot be packed.
    pub fn of(entry: &Entry) -> Result<Self, RowError> {
        let (event, event_gz) = pack(&entry.event)?;
        let request = entry.request.as_ref();
        let (body, body_gz) = request.map_or(Ok((None, None)), |r| pack(&r.body))?;
        Ok(Self {
            v: FORM,
            pk: entry.key.clone(),
            id: entry.id,
            ran: ran_partition(entry.id),
            integration: entry.integration.clone(),
            destination: entry.destination.clone(),
            record: entry.record.clone(),
            owner: entry.owner.clone(),
            idempotency_key: entry.idempotency_key.clone(),
            ordered: entry.ordered.clone(),
            payload_hash: entry.payload_hash.clone(),
            config_hash: entry.config_hash.clone(),
            event,
            event_gz,
            method: request.map(|r| r.method),
            path: request.map(|r| r.path.clone()),
            lookup: request.and_then(|r| r.lookup.clone()),
            body,
            body_gz,
            changing: Changing::of(entry),
        })
    }

    /// The entry of a row.
    ///
    /// # Errors
    /// When the row comes from a newer release or is damaged.
    pub fn into_entry(self) -> Result<Entry, RowError> {
        if self.v > FORM {
            return Err(RowError::TooNew(self.v));
        }
        let changing = self.changing;
        let life = changing.life(self.method.is_some())?;
        let body = unpack(self.body, self.body_gz)?;
        let request = match (self.method, self.path, body) {
            (Some(method), Some(path), Some(body)) => {
                Some(Request { method, path, body, lookup: self.lookup })
            }
            _ => None,
        };
        Ok(Entry {
            key: self.pk,
            id: self.id,
            integration: self.integration,
            destination: self.destination,
            record: self.record,
            owner: self.owner,
            idempotency_key: self.idempotency_key,
            ordered: self.ordered,
            payload_hash: self.payload_hash,
            event: unpack(self.event, self.event_gz)?.unwrap_or_default(),
            request,
            config_hash: self.config_hash,
            expires_at: Timestamp::from_second(changing.keep_until.unwrap_or(changing.expires_at))
                .unwrap_or(Timestamp::MAX),
            life,
            history: History { lines: changing.history, dropped: changing.dropped },
            writer: changing.writer,
        })
    }
}

impl Changing {
    fn life(&self, rendered: bool) -> Result<Life, RowError> {
        Ok(Life {
            state: self.state()?,
            version: self.version,
            begun_at: self.begun_at,
            attempts: self.attempts,
            failures: self.failures,
            first_sent_at: self.first_sent_at,
            doubt: self.doubt,
            doubted_at: self.doubted_at,
            refused: self.refused,
            carries: self.carries(rendered)?,
            vendor_id: self.vendor_id.clone(),
        })
    }

    fn of(entry: &Entry) -> Self {
        let (life, work) = (&entry.life, entry.work());
        let mut changing = Self {
            status: life.state.word().to_owned(),
            version: life.version,
            writer: entry.writer,
            begun_at: life.begun_at,
            attempts: life.attempts,
            failures: life.failures,
            first_sent_at: life.first_sent_at,
            doubt: life.doubt,
            doubted_at: life.doubted_at,
            refused: life.refused,
            carries: Some(life.carries.word().to_owned()),
            vendor_id: life.vendor_id.clone(),
            lease: None,
            lease_until: None,
            due_at: None,
            class: None,
            parked_since: None,
            told: None,
            work_at: work.as_ref().map(|w| w.at.as_millisecond()),
            work: work.map(|w| w.partition),
            history: entry.history.lines.clone(),
            dropped: entry.history.dropped,
            keep_until: Some(entry.expires_at.as_second()),
            expires_at: entry.forgotten_at().map_or(NEVER, Timestamp::as_second),
        };
        changing.set_state(&life.state);
        changing
    }

    fn set_state(&mut self, state: &State) {
        match state {
            State::Accepted | State::Delivered | State::Closed { .. } => {}
            State::Sending { token, until } | State::Looking { token, until } => {
                self.lease = Some(*token);
                self.lease_until = Some(*until);
            }
            State::Waiting { due_at, .. } => self.due_at = Some(*due_at),
            State::Parked { class, since, told } => {
                self.class = Some(*class);
                self.parked_since = Some(*since);
                self.told = Some(*told);
            }
        }
    }

    fn carries(&self, made: bool) -> Result<Carries, RowError> {
        match self.carries.as_deref() {
            None if made => Ok(Carries::Request),
            None => Ok(Carries::Refused),
            Some(word) => Carries::ALL
                .into_iter()
                .find(|carries| carries.word() == word)
                .ok_or_else(|| RowError::UnknownContent(word.to_owned())),
        }
    }

    fn state(&self) -> Result<State, RowError> {
        let missing = |name| RowError::Missing(self.status.clone(), name);
        match self.status.as_str() {
            "accepted" => Ok(State::Accepted),
            "delivered" => Ok(State::Delivered),
            held @ ("sending" | "looking") => {
                let token = self.lease.ok_or_else(|| missing("lease"))?;
                let until = self.lease_until.ok_or_else(|| missing("lease_until"))?;
                Ok(if held == "looking" {
                    State::Looking { token, until }
                } else {
                    State::Sending { token, until }
                })
            }
            "waiting" => {
                let look_at = self.work_at.and_then(|at| Timestamp::from_millisecond(at).ok());
                let gate = self.work.as_deref().is_some_and(|work| work.starts_with("gate#"));
                let held = match look_at {
                    Some(_) if gate => Held::Gate,
                    Some(look_at) => Held::Index { look_at },
                    None => Held::Queue,
                };
                Ok(State::Waiting { due_at: self.due_at.ok_or_else(|| missing("due_at"))?, held })
            }
            "parked" => Ok(State::Parked {
                class: self.class.ok_or_else(|| missing("class"))?,
                since: self.parked_since.ok_or_else(|| missing("parked_since"))?,
                told: self.told.unwrap_or(false),
            }),
            other => End::ALL
                .into_iter()
                .find(|how| how.word() == other)
                .map(|how| State::Closed { how })
                .ok_or_else(|| RowError::UnknownStatus(other.to_owned())),
        }
    }
}

/// The partition of the index `ran` that an id lies in; it follows from the id, so the id finds its entry.
pub fn ran_partition(id: DeliveryId) -> String {
    format!("{}#{}", &id.accepted_at().to_string()[..10], ran_shard(id.mark()))
}

/// Which partition of a day: all deliveries of one record lie in the same.
pub fn ran_shard(mark: Mark) -> u8 {
    mark.0[1] % RAN_SHARDS
}

#[cfg(test)]
mod largest;
#[cfg(test)]
mod tests;
