//! The bundle of a seed: integrations for each promise of a vendor and each bond between records, over three destinations.

use std::{collections::BTreeMap, time::Duration};

use fairlead_core::{
    accept::{Content, Submission},
    gate::BreakerPolicy,
    id::{DestinationName, IdempotencyKey, IntegrationName, SecretName, Sha256Hex},
    integration::{Auth, Catalog, Dedupe, Destination, RetryPolicy, Timeout, UpdateRule},
    pace::Rate,
    record::{Ordered, Record, RecordVersion},
    render::Found,
    violation::{Contract, Violation},
};

use super::{chance::Chance, plan::Event, render};
use crate::sample;

/// The destinations' names.
const DESTINATIONS: [&str; 3] = ["crm-api", "desk-api", "finance-api"];

/// The integration whose vendor is asked before anything is sent again.
pub(crate) const ASKED: &str = "claim-to-desk";

/// The integration whose updates never go backwards.
pub(crate) const STOCK: &str = "stock-to-shop";

/// The integration that creates a record once, and updates it from then on.
pub(crate) const CONTACTS: &str = "contact-to-crm";

/// The integration whose requests need the id of a contact.
pub(crate) const ORDERS: &str = "order-to-contact";

/// What kind of thing every record is.
pub(crate) const KIND: &str = "record";

/// After this a vendor shows what it has done, however late it did it (see `reaction`).
const VISIBLE: Duration = Duration::from_secs(100);

const HOUR: Duration = Duration::from_secs(3_600);

/// Lets vendors remember keys for longer than clocks leap: how old a key is, is told by two clocks.
pub(crate) fn outlast_leaps(catalog: &mut Catalog) {
    for integration in catalog.integrations.values_mut() {
        if matches!(integration.dedupe, Dedupe::Key { .. }) {
            integration.dedupe = sample::keyed();
        }
    }
}

/// Draws the bundle.
pub(crate) fn draw(chance: &mut Chance) -> Catalog {
    let short = chance.seconds(300, 1_800);
    // Sometimes everything goes to one destination.
    let crowded = chance.percent(25).then(|| *chance.one(&DESTINATIONS));
    let kinds = [
        ("deal-to-invoice", sample::keyed()),
        ("order-to-offer", sample::keyed_for(short)),
        ("customer-to-crm", Dedupe::Upsert),
        ("refund-to-ledger", Dedupe::None),
        (ASKED, Dedupe::None),
        (STOCK, Dedupe::Upsert),
        (CONTACTS, sample::keyed()),
        (ORDERS, sample::keyed()),
    ];
    // A crosswalk is one destination's.
    let bound = *chance.one(&DESTINATIONS);
    let integrations: BTreeMap<_, _> = kinds
        .into_iter()
        .map(|(name, dedupe)| {
            let mut integration = sample::integration(dedupe, retry(chance));
            integration.name = IntegrationName::new(name);
            integration.lookup = (name == ASKED).then(|| sample::lookup_after(VISIBLE));
            let any =
                if matches!(name, CONTACTS | ORDERS) { bound } else { chance.one(&DESTINATIONS) };
            integration.destination = DestinationName::new(crowded.unwrap_or(any));
            integration.update = (name == CONTACTS).then(|| UpdateRule {
                request: integration.request.clone(),
                dedupe: Dedupe::Upsert,
            });
            (integration.name.clone(), integration)
        })
        .collect();
    let destinations = DESTINATIONS.map(|name| destination(chance, name));
    let destinations = destinations.into_iter().map(|d| (d.name.clone(), d)).collect();
    Catalog { integrations, destinations, ..Catalog::default() }
}

fn retry(chance: &mut Chance) -> RetryPolicy {
    let schedules: [&[u64]; 4] = [
        &[10, 60, 300],
        &[5, 10, 20, 40, 80, 160, 320, 640],
        &[30, 1_200, 3_600],
        &[10, 60, 300, 900, 3_600, 10_800],
    ];
    RetryPolicy {
        give_up_after: *chance.one(&[2 * HOUR, 8 * HOUR, 24 * HOUR]),
        retry_after_max: *chance.one(&[HOUR / 6, HOUR]),
        ..sample::waits(chance.one::<&[u64]>(&schedules))
    }
}

fn destination(chance: &mut Chance, name: &str) -> Destination {
    let rate = |calls, seconds| Rate { calls, per: Duration::from_secs(seconds) };
    let rates = [rate(8, 60), rate(30, 60), rate(90, 60), rate(5, 1), rate(200, 3_600)];
    Destination {
        name: DestinationName::new(name),
        base_url: format!("https://{name}.example.com"),
        auth: Auth::Bearer { secret: SecretName::new(name) },
        timeout: Timeout { connect: Duration::from_secs(3), total: chance.seconds(5, 15) },
        private: false,
        outcomes: vec![],
        in_flight: chance.percent(25).then(|| *chance.one(&[1, 2, 4])),
        rate: chance.percent(50).then(|| *chance.one(&rates)),
        breaker: chance.percent(60).then(BreakerPolicy::default),
    }
}

/// The integrations whose records have nothing to do with each other.
pub(crate) fn plain(catalog: &Catalog) -> Vec<IntegrationName> {
    let bound = |name: &&IntegrationName| !matches!(name.as_str(), STOCK | CONTACTS | ORDERS);
    catalog.integrations.keys().filter(bound).cloned().collect()
}

/// Where an integration's requests go; the vendor knows by it what it has promised.
pub(crate) fn path(of: &IntegrationName) -> String {
    format!("/v1/{of}")
}

/// An event for one integration, as validate would render it where it needs nothing.
pub(crate) fn submission(event: &Event, of: &IntegrationName, via: &'static str) -> Submission {
    let version = event.version.map(|version| format!(r#","version":{version}"#));
    let contact = event.contact.as_ref().map(|contact| format!(r#","contact":"{contact}""#));
    let text = format!(
        r#"{{"record":"{}","payload":{}{}{}}}"#,
        event.record,
        event.payload,
        version.unwrap_or_default(),
        contact.unwrap_or_default()
    );
    let key = match event.version {
        Some(version) => format!("{of}:{}:{version}", event.record),
        None => format!("{of}:{}", event.record),
    };
    let content = if event.bad {
        Content::Violations(vec![Violation {
            pointer: "/record".to_owned(),
            detail: "is not what it should be".to_owned(),
            of: Contract::Event,
        }])
    } else {
        Content::Request(render::request(of, &text, &key, &Found::default()).1)
    };
    let ordered = event.version.map(|version| Ordered {
        by: event.record.clone(),
        version: Some(RecordVersion::Number(version.into())),
    });
    Submission {
        idempotency_key: IdempotencyKey::new(key),
        record: Record { kind: KIND.to_owned(), id: event.record.clone(), label: None, url: None },
        ordered,
        payload_hash: Sha256Hex::of(text.as_bytes()),
        event: text,
        via,
        content,
    }
}
