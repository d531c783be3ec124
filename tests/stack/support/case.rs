//! Events of the example integrations, and where their deliveries lie.

use fairlead_core::id::{EntryKey, IdempotencyKey, IntegrationName};
use serde_json::{Value, json};

use super::bundle::catalog;

/// One event, for one integration.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Whom it is for.
    pub(crate) integration: &'static str,
    /// The record's id: what the vendor's plans and the vendor's log know it by.
    pub(crate) id: String,
    /// Its idempotency key, as its integration makes it.
    pub(crate) key: String,
    /// The id that an invoice gets.
    pub(crate) external: String,
    /// The event.
    pub(crate) event: Value,
}

impl Case {
    /// A deal was won: becomes an invoice at a vendor that honours our key.
    pub(crate) fn deal(id: &str) -> Self {
        let event = json!({"id": format!("evt-{id}"), "data": {"deal": {
            "id": id, "amount": "1250.00", "currency": "eur",
            "account": {"id": "A-7", "name": "Nordwind GmbH"},
        }}});
        Self::new("deal-won-to-invoice", id, format!("deal-won:{id}"), format!("deal-{id}"), event)
    }

    /// A payment was refunded: becomes a credit note at a vendor that knows no keys.
    pub(crate) fn refund(id: &str) -> Self {
        let event = json!({"id": format!("evt-{id}"), "data": {"refund": {
            "id": id, "reason": "damaged", "currency": "eur", "customer": {"id": "C-31"},
            "lines": [{"text": "Lamp", "amount": "49.90"}],
        }}});
        Self::new(
            "refund-to-credit-note",
            id,
            format!("refund:{id}"),
            format!("refund-{id}"),
            event,
        )
    }

    /// An invoice was paid: becomes a receipt at a vendor that knows no keys, but can be asked.
    pub(crate) fn payment(id: &str) -> Self {
        let event = json!({"id": format!("evt-{id}"), "data": {"payment": {
            "id": id, "amount": "119.00", "currency": "eur", "customer": {"id": "C-31"},
        }}});
        Self::new(
            "invoice-paid-to-receipt",
            id,
            format!("invoice-paid:{id}"),
            format!("receipt-{id}"),
            event,
        )
    }

    /// An order changed: becomes a customer, written by PUT. The record is the customer.
    pub(crate) fn order(order: &str, customer: &str) -> Self {
        let event = json!({"id": format!("evt-{order}"), "data": {"order": {
            "id": order, "version": 1, "updated_at": "2026-03-02T12:00:00Z", "status": "paid", "total": "129.00", "currency": "EUR",
            "customer": {"id": customer, "name": "Ada Byron", "email": "ada@example.com"},
        }}});
        let key = format!("order-updated:{order}:1");
        Self::new("order-updated-to-customer", customer, key, String::new(), event)
    }

    /// A thing of one of the tests' own integrations: becomes an invoice at that one's destination.
    pub(crate) fn thing(integration: &'static str, id: &str) -> Self {
        let event = json!({"data": {"thing": {"id": id}}});
        Self::new(integration, id, format!("thing:{id}"), id.to_owned(), event)
    }

    /// Somebody was hired: becomes an account in the directory, written by PUT.
    pub(crate) fn hired(number: &str) -> Self {
        let event = json!({"id": format!("evt-{number}"), "data": {"employee": {
            "number": number, "first_name": "Ada", "last_name": "Lovelace", "department": "eng",
            "first_day": "2026-04-01", "manager": "E-7",
        }}});
        let key = format!("hired:{number}:evt-{number}");
        Self::new("employee-hired-to-account", number, key, String::new(), event)
    }

    /// The invoice of a deal was paid: needs what the vendor calls that invoice.
    pub(crate) fn paid(id: &str, deal: &str) -> Self {
        let event = json!({"id": format!("evt_{id}"), "object": "event", "type": "payment_intent.succeeded",
            "created": 1_767_225_700, "data": {"object": {"id": id, "object": "payment_intent",
            "amount": 125_000, "amount_received": 125_000, "currency": "eur", "created": 1_767_225_600,
            "metadata": {"deal": deal}}}});
        let key = format!("payment:{id}");
        Self::new("payment-received-to-invoice-paid", id, key, id.to_owned(), event)
    }

    fn new(of: &'static str, id: &str, key: String, external: String, event: Value) -> Self {
        Self { integration: of, id: id.to_owned(), key, external, event }
    }

    /// The type of its events on the bus.
    pub(crate) fn kind(&self) -> &'static str {
        let name = IntegrationName::new(self.integration);
        let (integration, _) = catalog().find(&name).expect("the integrations are in the bundle");
        &integration.source.event
    }

    /// Where its delivery's entry lies.
    pub(crate) fn entry(&self) -> EntryKey {
        entry_key(self.integration, &self.key)
    }
}

/// Where the entry of this key lies.
pub(crate) fn entry_key(integration: &str, key: &str) -> EntryKey {
    EntryKey::of(&IntegrationName::new(integration), &IdempotencyKey::new(key))
}
