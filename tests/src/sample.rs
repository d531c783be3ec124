//! One integration, one event: the deal that becomes an invoice.

use std::{collections::BTreeMap, time::Duration};

use fairlead_core::{
    accept::{Content, Submission},
    expression::{Comparison, Expression, Step},
    gate::BreakerPolicy,
    id::{DestinationName, IdempotencyKey, IntegrationName, SecretName, Sha256Hex},
    integration::{
        Auth, Catalog, Dedupe, Destination, Idempotency, Integration, Lookup, Method, Owner,
        RecordRule, RequestRule, ResponseRule, RetryPolicy, Source, Timeout,
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
    Dedupe::Key { header: "Idempotency-Key".to_owned(), max_age, quoted: false }
}

/// A vendor that can be asked `after` so long what it has under `body.items[].id`.
pub fn lookup_after(after: Duration) -> Lookup {
    let items = Box::new(answer("body.items"));
    let each = Box::new(Expression::Step { of: items, to: Step::Each, lenient: false });
    let found = Expression::Step { of: each, to: Step::Member("id".to_owned()), lenient: false };
    let get = "/v2/invoices?external_id=\\(.data.deal.id)".to_owned();
    Lookup { get, found, ours: None, absent_if: None, after }
}

/// The same integration, whose vendor can be asked a minute after a call.
pub fn asked(mut integration: Integration) -> Integration {
    integration.lookup = Some(lookup_after(Lookup::USUAL_AFTER));
    integration
}

/// The event that deal `id` was won, with the question whether the vendor has it.
pub fn deal_with_question(id: &str) -> Submission {
    let mut deal = deal(id);
    if let Content::Request(request) = &mut deal.content {
        request.lookup = Some(format!("/v2/invoices?external_id={id}"));
    }
    deal
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
            answers: fairlead_core::owner::Answers::Shown,
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
        response: ResponseRule::default(),
        dedupe,
        lookup: None,
        update: None,
        needs: BTreeMap::new(),
        order: None,
        reconcile: None,
        tables: BTreeMap::new(),
        retry,
        hash: Sha256Hex::of(b"deal-won-to-invoice"),
    }
}

/// A path into the answer, as in `body.error.code`.
pub fn answer(path: &str) -> Expression {
    path.split('.').fold(Expression::Input, |of, name| {
        let to = Step::Member(name.to_owned());
        Expression::Step { of: Box::new(of), to, lenient: false }
    })
}

/// Whether that place in the answer holds this value.
pub fn says(path: &str, value: impl Into<Value>) -> Expression {
    let value = Expression::Literal(value.into());
    Expression::Compare(Box::new(answer(path)), Comparison::Equal, Box::new(value))
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
        in_flight: None,
        breaker: Some(BreakerPolicy::default()),
        outcomes: vec![],
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
        ordered: None,
        payload_hash: Sha256Hex::of(event.as_bytes()),
        event,
        via: "api",
        content: Content::Request(Request {
            method: Method::Post,
            path: "/v2/invoices".to_owned(),
            body: format!(r#"{{"external_id":"{id}","amount":"1200.50"}}"#),
            lookup: None,
        }),
    }
}
