//! What a vendor holds, asked page by page: for the desk, which compares it with the ledger.

use fairlead_core::{
    id::IdempotencyKey,
    integration::{Dedupe, Destination, Method, ResponseRule},
    outcome::{Answer, NotSent},
    reading,
    request::Request,
};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    credential::Credential,
    reply,
    vendor::{Call, Vendor},
};

/// The most of a page that is read.
const MOST_PAGE: usize = 4 * 1024 * 1024;

impl Vendor {
    /// Asks for one page: the answer as expressions look at it, `{status, headers, body}`, without our secret.
    ///
    /// # Errors
    /// What came instead of a whole answer.
    pub async fn page(
        &self,
        destination: &Destination,
        credential: &Credential,
        path: &str,
        leave_by: Option<Timestamp>,
    ) -> Result<Value, Answer> {
        let request = Request {
            method: Method::Post,
            path: path.to_owned(),
            body: String::new(),
            lookup: Some(path.to_owned()),
        };
        let call = Call {
            destination,
            dedupe: &Dedupe::None,
            request: &request,
            idempotency_key: &IdempotencyKey::new("reconcile"),
            response: &ResponseRule::default(),
            event: "null",
            credential,
            deadline: None,
            leave_by,
        };
        let heard = self.ask_for(&call, MOST_PAGE).await?;
        if !(200..300).contains(&heard.status) || heard.cut {
            let excerpt = reply::excerpt(&heard, &call, Timestamp::now());
            return Err(Answer::Replied(excerpt));
        }
        let clean = |text: &str| credential.redact(text, false);
        let body = clean(&String::from_utf8_lossy(&heard.body));
        let headers = heard.headers.iter().map(|(name, value)| (name.clone(), clean(value)));
        let headers: Vec<_> = headers.collect();
        let (status, cut) = (heard.status, heard.cut);
        Ok(reading::Heard { status, headers: &headers, body: body.as_bytes(), cut }.value())
    }

    /// The path of the next page, where the vendor gives a whole URL or a path.
    ///
    /// # Errors
    /// When it leads to another host than the destination's.
    pub fn next_path(&self, destination: &Destination, said: &str) -> Result<String, Answer> {
        let base = self.base_url(destination);
        let path = said.strip_prefix(&base).or_else(|| said.strip_prefix(&destination.base_url));
        let path = path.unwrap_or(said);
        if path.starts_with('/') && !path.starts_with("//") {
            return Ok(path.to_owned());
        }
        Err(Answer::NotSent(NotSent::NotAllowed))
    }
}
