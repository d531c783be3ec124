//! Calls as the tests make them: a destination, a request, and short times.

use std::time::{Duration, Instant};

use fairlead_aws::{
    credential::Credential,
    env::Places,
    secret::Secret,
    vendor::{self, Vendor},
};
use fairlead_core::{
    id::{DestinationName, IdempotencyKey, SecretName},
    integration::{Auth, Dedupe, Destination, Method, ResponseRule, Timeout},
    outcome::{Answer, Lost, NotSent, Reply},
    request::Request,
};

/// What no text of ours may show.
pub(crate) const CANARY: &str = "canary-5ecret/+ value";

pub(crate) const KEY: &str = "deal-won:D-1042";

pub(crate) const EVENT: &str = r#"{"id":"D-1042"}"#;

pub(crate) const BODY: &str = r#"{"external_id":"D-1042"}"#;

pub(crate) const NO_CONNECTION: Answer = Answer::NotSent(NotSent::NoConnection);
pub(crate) const NOT_ALLOWED: Answer = Answer::NotSent(NotSent::NotAllowed);
pub(crate) const RESET: Answer = Answer::Lost(Lost::Reset);
pub(crate) const TRUNCATED: Answer = Answer::Lost(Lost::Truncated);
pub(crate) const TIMEOUT: Answer = Answer::Lost(Lost::Timeout);

/// One kind of call; fields are changed before it is made.
pub(crate) struct Call {
    pub(crate) destination: Destination,
    pub(crate) dedupe: Dedupe,
    pub(crate) request: Request,
    pub(crate) key: IdempotencyKey,
    pub(crate) credential: Credential,
    pub(crate) response: ResponseRule,
}

impl Call {
    /// A POST with an idempotency key and a bearer secret.
    pub(crate) fn new() -> Self {
        let name = SecretName::new("finance-api");
        Self {
            destination: Destination {
                name: DestinationName::new("finance-api"),
                base_url: "https://api.finance.example.com".to_owned(),
                auth: Auth::Bearer { secret: name },
                timeout: Timeout { connect: Duration::from_secs(2), total: Duration::from_secs(3) },
                private: false,
                rate: None,
                in_flight: None,
                breaker: None,
                outcomes: vec![],
            },
            dedupe: Dedupe::Key {
                header: "Idempotency-Key".to_owned(),
                max_age: Duration::from_secs(60),
                quoted: false,
            },
            request: Request {
                method: Method::Post,
                path: "/v2/invoices".to_owned(),
                body: BODY.to_owned(),
                lookup: None,
            },
            key: IdempotencyKey::new(KEY),
            credential: Credential::from(Secret::new(CANARY)),
            response: ResponseRule::default(),
        }
    }

    /// One that has little time, for vendors that take it.
    pub(crate) fn short() -> Self {
        let mut call = Self::new();
        call.destination.timeout =
            Timeout { connect: Duration::from_millis(200), total: Duration::from_millis(250) };
        call
    }

    /// With this way to prove who we are.
    pub(crate) fn by(auth: Auth) -> Self {
        let mut call = Self::new();
        call.destination.auth = auth;
        call
    }

    /// At a vendor that promises nothing about a repeated request.
    pub(crate) fn once() -> Self {
        Self { dedupe: Dedupe::None, ..Self::new() }
    }

    /// All that the vendor is told.
    pub(crate) fn whole(&self) -> vendor::Call<'_> {
        vendor::Call {
            destination: &self.destination,
            dedupe: &self.dedupe,
            request: &self.request,
            idempotency_key: &self.key,
            credential: &self.credential,
            response: &self.response,
            event: EVENT,
            deadline: None,
            leave_by: None,
        }
    }

    pub(crate) async fn make(&self, vendor: &Vendor) -> Answer {
        let begun = Instant::now();
        let answer = vendor.call(&self.whole()).await;
        let late = begun.elapsed().saturating_sub(self.destination.timeout.total);
        assert!(late < Duration::from_millis(600), "the deadline did not hold: {late:?} late");
        answer
    }
}

/// Vendors of a deployment whose every vendor is this URL.
pub(crate) fn local(url: &str) -> Vendor {
    places(Some(url.to_owned()))
}

/// The one on this port.
pub(crate) fn at(port: u16) -> Vendor {
    local(&format!("http://127.0.0.1:{port}"))
}

/// Vendors as they are reached from AWS.
pub(crate) fn world() -> Vendor {
    places(None)
}

fn places(local_vendor: Option<String>) -> Vendor {
    let dispatch_timeout = Duration::from_secs(30);
    Vendor::new(&Places { local_vendor, dispatch_timeout, ..Places::default() })
}

/// The reply, which there must be.
#[track_caller]
pub(crate) fn replied(answer: Answer) -> Reply {
    match answer {
        Answer::Replied(reply) => reply,
        other => panic!("{other:?}"),
    }
}
