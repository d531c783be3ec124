//! One integration, one event: the deal that becomes an invoice.

use std::{collections::BTreeMap, time::Duration};

use fairlead_core::{
    accept::{Content, Submission},
    gate::BreakerPolicy,
    id::{DestinationName, IdempotencyKey, IntegrationName, SecretName, Sha256Hex},
    integration::{
        Auth, Catalog, Dedupe, Destination, Idempotency, Integration, Method, Owner, RecordRule,
        RequestRule, RetryPolicy, Source, Timeout,
    },
    record::Record,
    request::Request,
};
use jiff::Timestamp;
use serde_json::Value;

/// The moment at which every world begins.
pub fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("a time")
}

/// A vendor that recognises our key for a day.
pub fn keyed() -> Dedupe {
    keyed_for(Duration::from_secs(86_400))
}

/// A vendor that recognises our key for `max_age`.
pub fn keyed_for(max_age: Duration) -> Dedupe {
    Dedupe::Key { header: "Idempotency-Key".to_owned(), max_age }
}

/// Waits of so many seconds each; gives up after a day.
pub fn waits(seconds: &[u64]) -> RetryPolicy {
    RetryPolicy {
        schedule: seconds.iter().map(|s| Duration::from_secs(*s)).collect(),
        give_up_after: Duration::from_secs(86_400),
        retry_after_max: Duration::from_secs(21_600),
    }
}

/// The integration `deal-won-to-invoice`.
pub fn integration(dedupe: Dedupe, retry: RetryPolicy) -> Integration {
    Integration {
        name: IntegrationName::new("deal-won-to-invoice"),
        description: "When a deal is won in the CRM, create one draft invoice.".to_owned(),
        owner: Owner {
            team: "finance-ops".to_owned(),
            contact: "finance-ops@example.com".to_owned(),
            runbook: Some("https://wiki.example.com/runbooks/deal-won".to_owned()),
            escalate: Vec::new(),
        },
        source: Source {
            event: "crm.deal.won".to_owned(),
            schema: Value::Bool(true),
            from: None,
            when: None,
            verify: None,
        },
        record: RecordRule {
            kind: "deal".to_owned(),
            id: ".data.deal.id".to_owned(),
            label: None,
            url: None,
        },
        idempotency: Idempotency {
            key: "deal-won:\\(.data.deal.id)".to_owned(),
            keep: Duration::from_secs(400 * 86_400),
        },
        destination: DestinationName::new("finance-api"),
        request: RequestRule {
            method: Method::Post,
            path: "/v2/invoices".to_owned(),
            map: ".".to_owned(),
            schema: Value::Bool(true),
        },
        dedupe,
        tables: BTreeMap::new(),
        retry,
        hash: Sha256Hex::of(b"deal-won-to-invoice"),
    }
}

/// A bundle with this one integration.
pub fn catalog(integration: &Integration) -> Catalog {
    let destination = Destination {
        name: integration.destination.clone(),
        base_url: "https://finance.example.com".to_owned(),
        auth: Auth::Bearer { secret: SecretName::new("finance-api") },
        timeout: Timeout { connect: Duration::from_secs(3), total: Duration::from_secs(10) },
        private: false,
        rate: None,
        breaker: Some(BreakerPolicy::default()),
    };
    Catalog {
        integrations: BTreeMap::from([(integration.name.clone(), integration.clone())]),
        destinations: BTreeMap::from([(destination.name.clone(), destination)]),
        stages: BTreeMap::new(),
    }
}

/// The event that deal `id` was won, checked and rendered.
pub fn deal(id: &str) -> Submission {
    let event = format!(r#"{{"data":{{"deal":{{"id":"{id}","amount":"1200.50"}}}}}}"#);
    Submission {
        idempotency_key: IdempotencyKey::new(format!("deal-won:{id}")),
        record: Record {
            kind: "deal".to_owned(),
            id: id.to_owned(),
            label: Some("Nordwind GmbH".to_owned()),
            url: Some(format!("https://crm.example.com/deals/{id}")),
        },
        payload_hash: Sha256Hex::of(event.as_bytes()),
        event,
        via: "api",
        content: Content::Request(Request {
            method: Method::Post,
            path: "/v2/invoices".to_owned(),
            body: format!(r#"{{"external_id":"{id}","amount":"1200.50"}}"#),
        }),
    }
}
