//! What a vendor holds, asked page by page: for the desk, which compares it with the ledger.

use fairlead_core::{
    id::IdempotencyKey,
    integration::{Auth, Dedupe, Destination, Method, ResponseRule},
    outcome::{Answer, NotSent},
    reading,
    request::Request,
};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
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

    /// The path of the next page, where the vendor gives a whole URL or a path. The parameter that proves who we are
    /// is added to each call, so the one that the vendor repeats is taken out.
    ///
    /// # Errors
    /// When it leads to another host than the destination's.
    pub fn next_path(&self, destination: &Destination, said: &str) -> Result<String, Answer> {
        let base = self.base_url(destination);
        let path = said.strip_prefix(&base).or_else(|| said.strip_prefix(&destination.base_url));
        let path = path.unwrap_or(said);
        if path.starts_with('/') && !path.starts_with("//") {
            return Ok(match &destination.auth {
                Auth::Query { name, .. } => without(path, name),
                Auth::Bearer { .. }
                | Auth::Header { .. }
                | Auth::Basic { .. }
                | Auth::StandardWebhooks { .. }
                | Auth::Oauth2(_) => path.to_owned(),
            });
        }
        Err(Answer::NotSent(NotSent::NotAllowed))
    }
}

/// The path without this parameter of its query.
fn without(path: &str, name: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let is_it = |part: &&str| {
        let said = part.split('=').next().unwrap_or_default().replace('+', " ");
        percent_decode_str(&said).eq(name.bytes())
    };
    let rest: Vec<&str> = query.split('&').filter(|part| !is_it(part)).collect();
    if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use fairlead_core::{
        id::{DestinationName, SecretName},
        integration::Timeout,
    };

    use super::*;
    use crate::env::Places;

    /// The page that this leads to, where the vendor takes our key in this parameter.
    fn next(parameter: &str, said: &str) -> Option<String> {
        let (name, secret) = (parameter.to_owned(), SecretName::new("finance-api"));
        let destination = Destination {
            name: DestinationName::new("finance-api"),
            base_url: "https://finance.example.com".to_owned(),
            auth: Auth::Query { name, secret },
            timeout: Timeout { connect: Duration::from_secs(3), total: Duration::from_secs(10) },
            private: false,
            rate: None,
            in_flight: None,
            breaker: None,
            outcomes: Vec::new(),
        };
        Vendor::new(&Places::default()).next_path(&destination, said).ok()
    }

    #[test]
    fn the_parameter_that_proves_who_we_are_is_taken_out_of_a_next_page() {
        for (said, wanted) in [
            (
                "https://finance.example.com/v2/invoices?api_key=%5Bsecret%5D&cursor=c2",
                "/v2/invoices?cursor=c2",
            ),
            ("/v2/invoices?cursor=c2&api%5Fkey=x", "/v2/invoices?cursor=c2"),
            ("/v2/invoices?api_key", "/v2/invoices"),
            ("/v2?my_api_key=1&q=api_key%3D1&x=%", "/v2?my_api_key=1&q=api_key%3D1&x=%"),
            ("/v2/invoices", "/v2/invoices"),
        ] {
            assert_eq!(next("api_key", said).as_deref(), Some(wanted));
        }
        assert_eq!(next("our key", "/a?our+key=1&b=2").as_deref(), Some("/a?b=2"));
        assert_eq!(next("api_key", "https://elsewhere.example.com/v2?api_key=x"), None);
    }
}
