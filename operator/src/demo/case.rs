//! The example events: what each is, how the vendor behaves, and the state it should reach.

use fairlead_core::{
    class::Class,
    entry::State,
    id::{EntryKey, IdempotencyKey, IntegrationName},
};
use serde_json::{Value, json};

use crate::vendor::{Step, Vendor};

/// One example event.
pub(crate) struct Case {
    /// What it shows.
    pub(crate) shows: &'static str,
    /// Its way in.
    pub(crate) via: Via,
    /// Whom it is for.
    pub(crate) integration: &'static str,
    /// The record, as its integration names it.
    pub(crate) record: &'static str,
    /// Its idempotency key, as its integration makes it.
    key: String,
    /// The event.
    pub(crate) event: Value,
    /// What the vendor does with it, call by call; normally what it is asked to.
    vendor: Vec<Step>,
    /// Where it should end.
    pub(crate) end: End,
}

/// The ways in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    Api,
    EventBridge,
}

/// The states that an example event should reach.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Delivered, with exactly this many attempts.
    Delivered(u32),
    /// Recognised as the event of another case; no delivery of its own.
    Duplicate,
    /// Answered 422; no delivery.
    Refused,
    /// Parked, its owner alerted.
    Parked(Class),
}

impl Case {
    /// Where its delivery's entry lies.
    pub(crate) fn entry(&self) -> EntryKey {
        EntryKey::of(&IntegrationName::new(self.integration), &IdempotencyKey::new(&self.key))
    }

    /// Whether it makes a delivery of its own.
    pub(crate) fn has_delivery(&self) -> bool {
        matches!(self.end, End::Delivered(_) | End::Parked(_))
    }

    /// Tells the vendor how to behave.
    pub(crate) fn prepare(&self, vendor: &Vendor) {
        if !self.vendor.is_empty() {
            vendor.behave(self.record, self.vendor.clone());
        }
    }
}

/// What is known of a case so far.
pub(crate) struct Row {
    pub(crate) case: Case,
    /// What the API answered, where it was asked.
    pub(crate) answered: Option<u16>,
    /// The API recognised it.
    pub(crate) duplicate: bool,
    /// How its delivery stands.
    pub(crate) state: Option<State>,
    /// Its calls so far.
    pub(crate) attempts: u32,
    /// The last line of its history.
    pub(crate) last: String,
    /// An alert about it has arrived.
    pub(crate) alerted: bool,
}

impl Row {
    pub(crate) fn new(case: Case) -> Self {
        Self {
            case,
            answered: None,
            duplicate: false,
            state: None,
            attempts: 0,
            last: String::new(),
            alerted: false,
        }
    }

    /// Whether it is where it should be.
    pub(crate) fn is_good(&self) -> bool {
        match self.case.end {
            End::Delivered(attempts) => {
                self.state == Some(State::Delivered) && self.attempts == attempts
            }
            End::Duplicate => self.duplicate,
            End::Refused => self.answered == Some(422),
            End::Parked(wanted) => {
                self.alerted
                    && matches!(self.state, Some(State::Parked { class, .. }) if class == wanted)
            }
        }
    }

    /// Whether it will not move any more by itself.
    pub(crate) fn at_rest(&self) -> bool {
        match self.case.end {
            End::Duplicate | End::Refused => self.answered.is_some(),
            End::Delivered(_) | End::Parked(_) => match self.state {
                Some(State::Delivered) => true,
                Some(State::Parked { .. }) => self.alerted,
                _ => false,
            },
        }
    }
}

/// All examples, in the order in which they are sent.
pub(crate) fn all() -> Vec<Case> {
    let lost = vec![Step::CommitThenDrop];
    let no = Step::Status {
        code: 422,
        retry_after: None,
        body: Some(
            json!({"error": {"code": "customer_blocked", "message": "customer A-7 is blocked"}}),
        ),
    };
    vec![
        won("delivered", "D-1042", vec![], End::Delivered(1)),
        won("the same event again", "D-1042", vec![], End::Duplicate),
        won(
            "vendor busy, then fine",
            "D-1043",
            vec![Step::retry_after(503, "2")],
            End::Delivered(2),
        ),
        won("vendor commits, answer lost", "D-1044", lost.clone(), End::Delivered(2)),
        won("vendor says no", "D-1045", vec![no], End::Parked(Class::Rejected)),
        Case {
            event: json!({"id": "evt-9", "data": {"deal": {"id": "D-1046"}}}),
            ..won("event breaks its schema", "D-1046", vec![], End::Refused)
        },
        refund("no keys, answer lost", "R-77", lost, End::Parked(Class::InDoubt)),
        order("by EventBridge", "O-501", "C-88", End::Delivered(1)),
    ]
}

fn won(shows: &'static str, id: &'static str, vendor: Vec<Step>, end: End) -> Case {
    let event = json!({"id": format!("evt-{id}"), "data": {"deal": {
        "id": id, "amount": "1250.00", "currency": "eur",
        "account": {"id": "A-7", "name": "Nordwind GmbH"},
    }}});
    let key = format!("deal-won:{id}");
    let integration = "deal-won-to-invoice";
    Case { shows, via: Via::Api, integration, record: id, key, event, vendor, end }
}

fn refund(shows: &'static str, id: &'static str, vendor: Vec<Step>, end: End) -> Case {
    let event = json!({"id": format!("evt-{id}"), "data": {"refund": {
        "id": id, "reason": "damaged", "currency": "eur", "customer": {"id": "C-31"},
        "lines": [{"text": "Lamp", "amount": "49.90"}],
    }}});
    let key = format!("refund:{id}");
    let integration = "refund-to-credit-note";
    Case { shows, via: Via::Api, integration, record: id, key, event, vendor, end }
}

/// The record of an order's event is its customer; the id is made to be told from all others.
fn order(shows: &'static str, id: &'static str, customer: &'static str, end: End) -> Case {
    let event = json!({"id": format!("evt-{id}"), "data": {"order": {
        "id": id, "version": 1, "updated_at": "2026-03-02T12:00:00Z", "status": "paid", "total": "129.00", "currency": "EUR",
        "customer": {"id": customer, "name": "Ada Byron", "email": "ada@example.com"},
    }}});
    let key = format!("order-updated:{id}:1");
    let integration = "order-updated-to-customer";
    Case {
        shows,
        via: Via::EventBridge,
        integration,
        record: customer,
        key,
        event,
        vendor: vec![],
        end,
    }
}
