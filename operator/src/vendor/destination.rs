//! One destination of the vendor: which API it speaks, its key, its limit, its memory.
use std::collections::{BTreeMap, HashMap};

use super::answer::Answer;
use super::step::Step;
use super::window::Window;

/// The bearer key that every destination accepts until told otherwise.
pub const DEMO_KEY: &str = "demo-key";

/// The API that a destination speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// Invoices, payments, comments and journals; the same `Idempotency-Key` with the same body makes one.
    KeyedInvoices,
    /// Invoices; keys are ignored and every POST makes one more.
    PlainInvoices,
    /// Customers and accounts, written by PUT and PATCH under the caller's id.
    Customers,
}

#[derive(Debug)]
pub(super) struct Destination {
    pub(super) api: Api,
    pub(super) key: String,
    /// Accepted as well, while a key is being replaced.
    pub(super) next_key: Option<String>,
    pub(super) per_second: Option<u32>,
    /// What is done with a request that no plan speaks for.
    pub(super) usual: Step,
    /// Every request that arrived, refused or not.
    pub(super) arrived: Window,
    /// The requests that the rate limit let through.
    pub(super) admitted: Window,
    /// Idempotency keys with the body they came with and the first answer.
    pub(super) remembered: HashMap<String, Remembered>,
}

#[derive(Debug)]
pub(super) struct Remembered {
    pub(super) body_sha256: String,
    pub(super) invoice: String,
    pub(super) answer: Answer,
}

impl Destination {
    pub(super) fn new(api: Api) -> Destination {
        Destination {
            api,
            key: DEMO_KEY.to_owned(),
            next_key: None,
            per_second: None,
            usual: Step::Ok,
            arrived: Window::default(),
            admitted: Window::default(),
            remembered: HashMap::new(),
        }
    }

    /// The destinations of the demo.
    pub(super) fn all() -> BTreeMap<String, Destination> {
        let all = [
            ("finance-api", Api::KeyedInvoices),
            ("plain-finance", Api::PlainInvoices),
            ("crm-api", Api::Customers),
            ("directory-api", Api::Customers),
            ("helpdesk-api", Api::KeyedInvoices),
            ("books-api", Api::KeyedInvoices),
        ];
        all.into_iter().map(|(name, api)| (name.to_owned(), Destination::new(api))).collect()
    }

    /// Whether the `Authorization` header carries the key accepted now.
    pub(super) fn knows(&self, authorization: Option<&str>) -> bool {
        let given = authorization.and_then(|value| value.strip_prefix("Bearer "));
        given.is_some_and(|given| given == self.key || self.next_key.as_deref() == Some(given))
    }
}
