//! What the vendor has on its books: invoices and customers.
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One invoice, or another document that a POST made; a second one for the same `external_id` is a duplicate.
#[derive(Clone, Debug, Serialize)]
pub struct Invoice {
    /// Where it was posted: `finance-api`.
    pub destination: String,
    /// The vendor's own id: `INV-1001`.
    pub id: String,
    /// The caller's id of the business thing: `D-1042`.
    pub external_id: String,
    /// `draft`, until somebody changes it in the vendor's own system.
    pub status: String,
    /// When it was stored.
    pub created_at: Timestamp,
    /// The `Idempotency-Key` that it was created with.
    pub idempotency_key: Option<String>,
    /// The body of the request, unknown fields and all.
    pub fields: Map<String, Value>,
}

/// One customer, as the last write left it.
#[derive(Clone, Debug, Serialize)]
pub struct Customer {
    /// Where it was written: `crm-api`.
    pub destination: String,
    /// The id in the path.
    pub id: String,
    /// How many PUT and PATCH requests took effect.
    pub writes: u32,
    /// The fields now.
    pub fields: Map<String, Value>,
}

#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) invoices: Vec<Invoice>,
    /// So many invoices were ever made: no number is given twice.
    made: usize,
    customers: BTreeMap<(String, String), Customer>,
}

impl Books {
    /// Stores an invoice under the next number.
    pub(super) fn add_invoice(
        &mut self,
        destination: &str,
        external_id: &str,
        key: Option<&str>,
        fields: Map<String, Value>,
    ) -> &Invoice {
        let invoice = Invoice {
            destination: destination.to_owned(),
            id: format!("INV-{}", 1001 + self.made),
            external_id: external_id.to_owned(),
            status: "draft".to_owned(),
            created_at: super::request::now(),
            idempotency_key: key.map(str::to_owned),
            fields,
        };
        self.made += 1;
        self.invoices.push(invoice);
        &self.invoices[self.invoices.len() - 1]
    }

    /// Somebody takes an invoice away in the vendor's own system; says whether there was one.
    pub(super) fn remove_invoice(&mut self, external_id: &str) -> bool {
        let before = self.invoices.len();
        self.invoices.retain(|invoice| invoice.external_id != external_id);
        self.invoices.len() < before
    }

    /// Somebody changes an invoice in the vendor's own system; says whether there was one.
    pub(super) fn alter_invoice(&mut self, external_id: &str, fields: Map<String, Value>) -> bool {
        let mut found = false;
        let same = |invoice: &&mut Invoice| invoice.external_id == external_id;
        for invoice in self.invoices.iter_mut().filter(same) {
            found = true;
            for (name, value) in fields.clone() {
                match (name.as_str(), value.as_str()) {
                    ("status", Some(status)) => invoice.status = status.to_owned(),
                    _ => drop(invoice.fields.insert(name, value)),
                }
            }
        }
        found
    }

    /// Replaces (PUT) or merges (PATCH) a customer; the answer says whether it is new.
    pub(super) fn write_customer(
        &mut self,
        destination: &str,
        id: &str,
        fields: Map<String, Value>,
        merge: bool,
    ) -> (&Customer, bool) {
        let place = (destination.to_owned(), id.to_owned());
        let customer = self.customers.entry(place).or_insert_with(|| Customer {
            destination: destination.to_owned(),
            id: id.to_owned(),
            writes: 0,
            fields: Map::new(),
        });
        customer.writes += 1;
        if merge {
            customer.fields.extend(fields);
        } else {
            customer.fields = fields;
        }
        let new = customer.writes == 1;
        (customer, new)
    }

    pub(super) fn customer(&self, destination: &str, id: &str) -> Option<&Customer> {
        self.customers.get(&(destination.to_owned(), id.to_owned()))
    }

    pub(super) fn customers(&self) -> impl Iterator<Item = &Customer> {
        self.customers.values()
    }

    /// How many invoices each external id has, over all destinations.
    pub(super) fn created(&self) -> BTreeMap<&str, u32> {
        let mut created = BTreeMap::new();
        for invoice in &self.invoices {
            *created.entry(invoice.external_id.as_str()).or_default() += 1;
        }
        created
    }
}

impl Invoice {
    /// The invoice as the vendor's API shows it: its own fields win over those of the caller.
    pub(super) fn shown(&self) -> Value {
        let mut shown = Map::new();
        shown.insert("id".to_owned(), self.id.as_str().into());
        shown.insert("external_id".to_owned(), self.external_id.as_str().into());
        shown.insert("status".to_owned(), self.status.as_str().into());
        fill(shown, &self.fields)
    }
}

impl Customer {
    /// The customer as the vendor's API shows it.
    pub(super) fn shown(&self) -> Value {
        let mut shown = Map::new();
        shown.insert("id".to_owned(), self.id.as_str().into());
        fill(shown, &self.fields)
    }
}

fn fill(mut shown: Map<String, Value>, fields: &Map<String, Value>) -> Value {
    for (name, value) in fields {
        shown.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Value::Object(shown)
}
