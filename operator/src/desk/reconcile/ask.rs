//! Asks a vendor from the desk: with the operator's own rights, through the gate, and not above the declared rate.

use std::time::Duration;

use fairlead_aws::{
    credential::Credential,
    env::Places,
    secret::Secrets,
    vendor::{Call, Vendor},
};
use fairlead_core::{
    door::REACH,
    entry::Entry,
    gate::{Permit, ask},
    history::{one_line, said},
    id::Token,
    integration::{Destination, Integration, Lookup},
    meaning::Finding,
    outcome::{Answer, NotSent},
    pace::{Booking, Horizon, book},
    ports::{Gates, Saved},
    span::{after, until},
};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::desk::{Desk, DeskError};

/// A slot may be so far ahead as a dispatcher's; a booking that takes longer than half of that leaves no time to use it.
const MOST_LEAD: Duration = Duration::from_secs(1);

/// So many slots in a row that were over before their question could leave are no accident.
const MOST_MISSED: u32 = 10;

/// After so many questions the gate is asked again, so that a pause is heeded while many are asked.
const GATE_AGAIN: usize = 10;

/// So many characters of a vendor's text stand in a message.
pub(super) const MOST_SAID: usize = 200;

/// One destination, and what it is asked with.
pub(super) struct Asker<'d> {
    desk: &'d Desk,
    destination: &'d Destination,
    vendor: Vendor,
    secrets: Secrets,
    credential: Option<Credential>,
    /// How many questions were asked.
    asked: usize,
    /// How long before its slot a question must begin: twice what the last booking took.
    lead: Duration,
    /// So many slots in a row were over too soon.
    missed: u32,
}

impl Desk {
    pub(in crate::desk) fn places(&self) -> Result<Places, DeskError> {
        let parameter = |name: &str| self.parameters.get(name).map_or("", String::as_str);
        let stage = Some(parameter("Stage")).filter(|stage| !stage.is_empty()).unwrap_or("prod");
        Places::of_stack(&self.outputs.ledger, stage, parameter("LocalVendor"))
            .map_err(|e| DeskError::Stage(e.to_string()))
    }

    /// A destination that is paused, or whose breaker is open, is not asked from here either.
    pub(super) async fn gate_is_open(&self, of: &Destination) -> Result<(), DeskError> {
        let gate = self.ledger.gate(&of.name).await?.unwrap_or_default();
        let now = Timestamp::now();
        match ask(&gate, Token(Uuid::now_v7()), std::time::Duration::ZERO, now) {
            Permit::Go => Ok(()),
            Permit::Paused => Err(DeskError::Closed(of.name.to_string(), "is paused")),
            Permit::Wait(_) | Permit::Probe(_) => {
                Err(DeskError::Closed(of.name.to_string(), "does not answer: its gate is open"))
            }
        }
    }
}

impl<'d> Asker<'d> {
    pub(super) fn new(desk: &'d Desk, destination: &'d Destination) -> Result<Self, DeskError> {
        Ok(Self {
            desk,
            destination,
            vendor: Vendor::new(&desk.places()?),
            secrets: Secrets::new(&desk.config),
            credential: None,
            asked: 0,
            lead: Duration::ZERO,
            missed: 0,
        })
    }

    /// One page of the vendor's list.
    pub(super) async fn page(&mut self, path: &str) -> Result<Value, DeskError> {
        self.heed_gate().await?;
        let mut fresh = false;
        loop {
            // First, because it may take longer than a slot is kept.
            let credential = self.credential(fresh).await?.clone();
            let leave_by = self.wait_for_slot().await?;
            match self.vendor.page(self.destination, &credential, path, leave_by).await {
                Ok(answer) => return Ok(answer),
                Err(Answer::NotSent(NotSent::NoTime)) => self.miss()?,
                Err(Answer::Replied(reply)) if reply.status == 401 && !fresh => fresh = true,
                Err(answer) => return Err(self.failed(said(&answer))),
            }
        }
    }

    /// The path of the page that the vendor names.
    pub(super) fn next(&self, said: &str) -> Result<String, DeskError> {
        let elsewhere =
            |_| self.failed(format!("the next page lies elsewhere: {}", one_line(said, MOST_SAID)));
        self.vendor.next_path(self.destination, said).map_err(elsewhere)
    }

    /// Whether the vendor has this delivery.
    pub(super) async fn find(
        &mut self,
        integration: &Integration,
        lookup: &Lookup,
        entry: &Entry,
    ) -> Result<Finding, DeskError> {
        let Some(request) = entry.request.as_ref().filter(|request| request.lookup.is_some())
        else {
            return Ok(Finding::Unclear);
        };
        self.heed_gate().await?;
        let mut fresh = false;
        loop {
            let credential = self.credential(fresh).await?.clone();
            let leave_by = self.wait_for_slot().await?;
            let call = Call {
                destination: self.destination,
                dedupe: integration.dedupe_of(entry.life.carries),
                request,
                idempotency_key: &entry.idempotency_key,
                response: &integration.response,
                event: &entry.event,
                credential: &credential,
                deadline: None,
                leave_by,
            };
            match self.vendor.look(&call, lookup).await {
                (Answer::Replied(reply), _) if reply.status == 401 && !fresh => fresh = true,
                (Answer::Replied(reply), finding) if ends(reply.status, &finding) => {
                    return Err(self.failed(said(&Answer::Replied(reply))));
                }
                (Answer::Replied(_), finding) => return Ok(finding),
                (Answer::NotSent(NotSent::NoTime), _) => self.miss()?,
                (answer, _) => return Err(self.failed(said(&answer))),
            }
        }
    }

    /// Counts a question; now and then it asks first whether any may be asked still.
    async fn heed_gate(&mut self) -> Result<(), DeskError> {
        if self.asked.is_multiple_of(GATE_AGAIN) {
            self.desk.gate_is_open(self.destination).await?;
        }
        (self.asked, self.missed) = (self.asked + 1, 0);
        Ok(())
    }

    /// Its slot was over before the question could leave; the next one is booked sooner.
    fn miss(&mut self) -> Result<(), DeskError> {
        self.missed += 1;
        if self.missed < MOST_MISSED {
            return Ok(());
        }
        let why =
            "the ledger is too slow from here to keep its rate; ask from nearer to the region";
        Err(self.failed(why.to_owned()))
    }

    async fn credential(&mut self, fresh: bool) -> Result<&Credential, DeskError> {
        if self.credential.is_none() || fresh {
            let secret = self.destination.auth.secret();
            let read = |fresh| self.secrets.get(secret, fresh);
            let found = self.vendor.credential(self.destination, fresh, None, read).await;
            let found = found.map_err(|why| self.failed(said(&Answer::NotSent(why))))?;
            self.credential = Some(found);
        }
        self.credential
            .as_ref()
            .ok_or_else(|| self.failed(said(&Answer::NotSent(NotSent::NoSecret))))
    }

    /// The desk takes its slots where dispatch does, so both together keep the rate. Until when its slot may be used.
    async fn wait_for_slot(&mut self) -> Result<Option<Timestamp>, DeskError> {
        let Some(rate) = self.destination.rate else { return Ok(None) };
        let (name, ledger) = (&self.destination.name, &self.desk.ledger);
        loop {
            let now = Timestamp::now();
            let horizon = Horizon { lead: self.lead, reach: REACH };
            let pace = ledger.pace(name).await?.unwrap_or_default();
            let (mut next, at, leave_by) = match book(&pace, rate, 1, horizon, now) {
                Booking::Block(next, mut block) => match block.take(now) {
                    Some(at) => (next, at, Some(after(at, block.tolerance))),
                    None => continue,
                },
                Booking::Later(next, at) => (next, at, None),
            };
            next.version = pace.version.next();
            if ledger.save_pace(name, &next, pace.version).await? == Saved::Done {
                let saved = Timestamp::now();
                self.lead = (until(now, saved) * 2).min(MOST_LEAD);
                tokio::time::sleep(until(saved, at)).await;
                if leave_by.is_some() {
                    return Ok(leave_by);
                }
            }
        }
    }

    fn failed(&self, why: String) -> DeskError {
        DeskError::Vendor(self.destination.name.to_string(), why)
    }
}

/// Whether the vendor answers no further question either: it refuses us, or asks for fewer.
fn ends(status: u16, finding: &Finding) -> bool {
    *finding == Finding::Unclear && matches!(status, 401 | 403 | 429 | 503)
}
