//! A bundle for stories of records: contacts are created and updated in turn, and orders need their contact.

use std::{fs, sync::Arc};

use fairlead_contracts::{Contracts, Event, compile};
use fairlead_core::{
    accept::Accepted,
    entry::Entry,
    id::{IdempotencyKey, IntegrationName},
    integration::Integration,
    ticket::{Act, Order, Queue, Step, Ticket},
};
use fairlead_tests::memory::{Says, World};
use futures::executor::block_on;
use serde_json::{Value, json};

const DESTINATIONS: &str = "
fairlead: 1
destinations:
  crm-api: {base_url: https://api.crm.example.com, auth: {bearer: {secret: crm-api}}, timeout: {connect: 3s, total: 20s}}
";

const CONTACT: &str = r"
fairlead: 1
name: saved-to-contact
description: When a customer is saved, create or update the contact.
owner: {team: revenue-ops, contact: revenue-ops@example.com}
source: {event: shop.customer.saved, schema: any.json}
record: {kind: customer, id: .customer}
idempotency: {key: 'saved:\(.customer):\(.version)', header: Idempotency-Key}
destination: crm-api
request:
  create: {method: POST, path: /v3/contacts, map: contact.jq, schema: any.json}
  update: {method: PUT, path: '/v3/contacts/\($vendor_id)', map: contact.jq, schema: any.json}
response: {record_id: .body.id}
order: {by: .customer, version: .version}
retry: {schedule: [10s, 1m, 5m]}
";

const ORDER: &str = r"
fairlead: 1
name: placed-to-order
description: When an order is placed, create it at its contact.
owner: {team: revenue-ops, contact: revenue-ops@example.com}
source: {event: shop.order.placed, schema: any.json}
record: {kind: order, id: .order}
idempotency: {key: 'placed:\(.order)', header: Idempotency-Key}
destination: crm-api
needs: {contact_id: {kind: customer, id: .customer, wait: 20m}}
request: {method: POST, path: '/v3/contacts/\($needs.contact_id)/orders', map: order.jq, schema: any.json}
retry: {schedule: [10s, 1m, 5m]}
";

const NOTE: &str = r"
fairlead: 1
name: noted-to-note
description: When a note is made, create it; its sender gives it a key.
owner: {team: revenue-ops, contact: revenue-ops@example.com}
source: {event: shop.note.made, schema: any.json}
record: {kind: note, id: .note}
idempotency: {key: $header, header: Idempotency-Key}
destination: crm-api
request: {method: POST, path: /v3/notes, map: note.jq, schema: any.json}
retry: {schedule: [10s, 1m, 5m]}
";

/// A world with this bundle, and the contracts that validate has in it.
pub(crate) struct Bundle {
    pub(crate) world: World,
    pub(crate) contracts: Arc<Contracts>,
}

impl Bundle {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        };
        write("destinations.yaml", DESTINATIONS);
        write("saved-to-contact/integration.yaml", CONTACT);
        write("saved-to-contact/any.json", "true");
        write("saved-to-contact/contact.jq", "{id: .customer, version: .version}");
        write("placed-to-order/integration.yaml", ORDER);
        write("placed-to-order/any.json", "true");
        write("placed-to-order/order.jq", "{contact: $needs.contact_id, order: .order}");
        write("noted-to-note/integration.yaml", NOTE);
        write("noted-to-note/any.json", "true");
        write("noted-to-note/note.jq", "{note, text}");
        let catalog = compile(folder.path()).unwrap_or_else(|report| panic!("{report}"));
        let contact = catalog.integrations[&IntegrationName::new("saved-to-contact")].clone();
        let contracts = || Contracts::new(Arc::new(catalog.clone()));
        let world = World::with(catalog.clone(), contact, Box::new(contracts()));
        Self { world, contracts: Arc::new(contracts()) }
    }

    /// A customer was saved in this version.
    pub(crate) fn saved(&self, customer: &str, version: u64) -> Entry {
        let event = json!({"customer": customer, "version": version});
        self.take("saved-to-contact", &event, None)
    }

    /// An order of this customer was placed.
    pub(crate) fn placed(&self, order: &str, customer: &str) -> Entry {
        self.take("placed-to-order", &json!({"order": order, "customer": customer}), None)
    }

    /// A note was made, to which its sender gives this key.
    pub(crate) fn noted(&self, note: &str, key: &str) -> Entry {
        let event = json!({"note": note, "text": "cal back"});
        self.take("noted-to-note", &event, Some(&IdempotencyKey::new(key)))
    }

    fn take(&self, name: &str, event: &Value, key: Option<&IdempotencyKey>) -> Entry {
        let text = event.to_string();
        let event = Event::read(text.as_bytes()).expect("an event");
        let of: Integration =
            self.world.catalog.borrow().integrations[&IntegrationName::new(name)].clone();
        let submission = self.contracts.submission(&self.world, &of, &event, key, text, "api");
        let submission = block_on(submission).expect("it fits");
        let accepted = self.world.submit_for(&of, submission).expect("accepted");
        let Accepted::New(id) = accepted else { panic!("{accepted:?}") };
        self.world.entries().into_iter().find(|entry| entry.id == id).expect("it lies there")
    }

    /// The entry as it stands now.
    pub(crate) fn now(&self, of: &Entry) -> Entry {
        self.world.entries().into_iter().find(|entry| entry.id == of.id).expect("it lies there")
    }

    /// The entry's history as people read it.
    pub(crate) fn history(&self, of: &Entry) -> String {
        let lines = self.now(of).history.lines;
        lines.iter().map(|line| format!("{:.0}  {}\n", line.at, line.what.text())).collect()
    }

    /// What the vendor says next.
    pub(crate) fn says(&self, script: impl IntoIterator<Item = Says>) {
        self.world.vendor.borrow_mut().script = script.into_iter().collect();
    }

    /// Method, path and body of each call so far.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.world.vendor.borrow().calls.iter().map(|call| call.request.clone()).collect()
    }

    /// A person orders a retry.
    pub(crate) fn order(&self, of: &Entry) {
        self.world.put(Queue::Dispatch, &self.ordered(of, Act::Retry));
    }

    /// A person has entered it by hand, and says what the vendor calls it.
    pub(crate) fn resolve(&self, of: &Entry, vendor_id: &str) {
        let act = Act::Resolve { vendor_id: Some(vendor_id.to_owned()) };
        self.world.put(Queue::Dispatch, &self.ordered(of, act));
    }

    /// The order as it travels.
    pub(crate) fn ordered(&self, of: &Entry, act: Act) -> String {
        let entry = self.now(of);
        let mut ticket = Ticket::new(Step::Retry, entry.key, entry.id);
        let (by, reason) = ("kim".to_owned(), "mended".to_owned());
        ticket.order = Some(Order { by, reason, version: entry.life.version, checked: false, act });
        ticket.text()
    }
}

/// The contact is there, and this is what the vendor calls it.
pub(crate) fn created() -> Says {
    Says::CreatedAs(201, r#"{"id":"cust_9"}"#)
}
