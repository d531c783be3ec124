//! The HTTP call to the vendor: the rendered bytes, the proof of who we are, and what came of it.

use std::{future::Future, time::Duration};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use fairlead_core::{
    door::longest_wait,
    id::IdempotencyKey,
    integration::{Auth, Dedupe, Destination, Lookup, Oauth2, ResponseRule},
    meaning::Finding,
    outcome::{Answer, NotSent},
    request::Request,
    span::until,
};
use jiff::Timestamp;

use crate::{
    credential::{Credential, Message},
    dns::Zone,
    env::Places,
    reply,
    secret::Secret,
    token::{self, Grant, Refusal, Tokens},
    trace,
    wire::{Bounds, Heard, Line, Wire},
};

/// The most of a vendor's answer that is read.
const MOST_BODY: usize = 256 * 1024;

/// The most of a token endpoint's answer that is read; some tokens carry all of a user's groups.
const MOST_TOKEN: usize = 64 * 1024;

/// How long a token may take, so that the call still fits behind it.
const LONGEST_GRANT: Duration = Duration::from_secs(8);

/// What a function needs after a call to record it and send the next ticket.
const TO_RECORD: Duration = Duration::from_secs(2);

/// Reaches vendors.
#[derive(Debug)]
pub struct Vendor {
    wire: Wire,
    tokens: Tokens,
    local: Option<String>,
    /// The longest call that the function's own timeout allows.
    longest: Duration,
}

/// One call.
#[derive(Debug)]
pub struct Call<'a> {
    /// Where to.
    pub destination: &'a Destination,
    /// Whether and where the idempotency key is sent.
    pub dedupe: &'a Dedupe,
    /// What was rendered at acceptance.
    pub request: &'a Request,
    /// The same for all attempts.
    pub idempotency_key: &'a IdempotencyKey,
    /// What its answer means.
    pub response: &'a ResponseRule,
    /// The event as it was accepted, which the answer may be compared with.
    pub event: &'a str,
    /// Proves who we are.
    pub credential: &'a Credential,
    /// When Lambda will end the function.
    pub deadline: Option<Timestamp>,
    /// When it has to be on its way, where it has a slot: its credential may have taken long.
    pub leave_by: Option<Timestamp>,
}

impl Vendor {
    /// Vendors as this deployment reaches them.
    pub fn new(places: &Places) -> Self {
        Self {
            wire: Wire::default(),
            tokens: Tokens::default(),
            local: places.local_vendor.clone(),
            longest: places.dispatch_timeout.saturating_sub(TO_RECORD + Duration::from_secs(1)),
        }
    }

    /// What calls to a destination prove themselves by. `read` reads the secret; its argument says that the cached
    /// one will not do. With `fresh`, secret and token are both read anew.
    ///
    /// # Errors
    /// Why no call can be made.
    pub async fn credential<F>(
        &self,
        destination: &Destination,
        fresh: bool,
        deadline: Option<Timestamp>,
        read: impl Fn(bool) -> F,
    ) -> Result<Credential, NotSent>
    where
        F: Future<Output = Result<Secret, NotSent>>,
    {
        let left = deadline.map_or(self.longest, |end| until(Timestamp::now(), end));
        let found = async {
            let secret = read(fresh).await?;
            let Auth::Oauth2(client) = &destination.auth else { return Ok(secret.into()) };
            let ask = self.ask(destination, client, &secret, || read(true), fresh);
            let token = self.tokens.get(&destination.name, fresh, ask).await?;
            Ok(Credential::granted(secret, token))
        };
        let patience = left.saturating_sub(TO_RECORD);
        tokio::time::timeout(patience, found).await.unwrap_or(Err(NotSent::NoTime))
    }

    /// Makes the call.
    pub async fn call(&self, call: &Call<'_>) -> Answer {
        let request = |now| self.request(call, now);
        match self.exchange(call, request, *call.dedupe != Dedupe::None, MOST_BODY).await {
            Ok(heard) => Answer::Replied(reply::reply(&heard, call, Timestamp::now())),
            Err(answer) => answer,
        }
    }

    /// Asks whether the vendor has what the call would send. A question may be asked twice, so connections are kept.
    pub async fn look(&self, call: &Call<'_>, lookup: &Lookup) -> (Answer, Finding) {
        match self.ask_for(call, MOST_BODY).await {
            Ok(heard) => {
                let finding = reply::finding(&heard, lookup, call);
                (Answer::Replied(reply::excerpt(&heard, call, Timestamp::now())), finding)
            }
            Err(answer) => (answer, Finding::Unclear),
        }
    }

    /// Asks the call's question; so much of the answer is read at most.
    pub(crate) async fn ask_for(&self, call: &Call<'_>, most: usize) -> Result<Heard, Answer> {
        self.exchange(call, |now| self.question(call, now), true, most).await
    }

    /// Sends what is made and hears the answer, if there is time for both.
    async fn exchange(
        &self,
        call: &Call<'_>,
        request: impl FnOnce(Timestamp) -> Result<HttpRequest, NotSent>,
        reuse: bool,
        most: usize,
    ) -> Result<Heard, Answer> {
        // Where a rate or a cap is declared, the function may have waited for this call's turn.
        let waited = longest_wait(call.destination);
        let total = call.destination.timeout.total.min(self.longest.saturating_sub(waited));
        let now = Timestamp::now();
        let short = call.deadline.is_some_and(|end| until(now, end) < total + TO_RECORD);
        if short || call.leave_by.is_some_and(|end| end < now) {
            return Err(Answer::NotSent(NotSent::NoTime));
        }
        let request = request(now).map_err(Answer::NotSent)?;
        let line = self.line(call.destination, total, reuse);
        self.wire.exchange(request, line, Bounds { total, most }).await
    }

    /// Asks for a token; once more with a newly read secret when the cached one is refused.
    async fn ask<F>(
        &self,
        destination: &Destination,
        client: &Oauth2,
        secret: &Secret,
        newer: impl Fn() -> F,
        fresh: bool,
    ) -> Result<Grant, NotSent>
    where
        F: Future<Output = Result<Secret, NotSent>>,
    {
        match self.grant(destination, client, secret).await {
            // The cached secret may be older than its rotation.
            Err(Refusal::Refused) if !fresh => {
                let newer = newer().await?;
                if newer == *secret {
                    return Err(NotSent::NoSecret);
                }
                Ok(self.grant(destination, client, &newer).await?)
            }
            granted => Ok(granted?),
        }
    }

    /// One call of the token endpoint. Repeating it does no harm, so connections are kept.
    async fn grant(
        &self,
        destination: &Destination,
        client: &Oauth2,
        secret: &Secret,
    ) -> Result<Grant, Refusal> {
        let total = destination.timeout.total.min(self.longest).min(LONGEST_GRANT);
        let authorization = token::authorization(client, secret);
        let form = token::form(client);
        let headers = [
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
            ("content-length".to_owned(), form.len().to_string()),
            ("authorization".to_owned(), authorization),
        ];
        let request = request("POST", self.token_url(destination, client), form, headers)
            .ok_or(Refusal::Refused)?;
        let line = self.line(destination, total, true);
        match self.wire.exchange(request, line, Bounds { total, most: MOST_TOKEN }).await {
            Ok(heard) => token::read(destination, &heard),
            Err(Answer::NotSent(NotSent::NotAllowed)) => Err(Refusal::Refused),
            Err(_) => {
                tracing::warn!(destination = %destination.name, "the token endpoint does not answer");
                Err(Refusal::Unavailable)
            }
        }
    }

    fn request(&self, call: &Call<'_>, now: Timestamp) -> Result<HttpRequest, NotSent> {
        let Request { method, path, body, .. } = call.request;
        let (url, proof) = self.proven(call, path, body, now)?;
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("content-length".to_owned(), body.len().to_string()),
        ];
        if let Some((header, value)) = call.dedupe.header(call.idempotency_key) {
            headers.push((header.to_ascii_lowercase(), value));
        }
        headers.extend(proof);
        request(method.as_str(), url, body.clone(), headers).ok_or(NotSent::NotAllowed)
    }

    /// The question whether the vendor has it: it carries no key, because it changes nothing.
    fn question(&self, call: &Call<'_>, now: Timestamp) -> Result<HttpRequest, NotSent> {
        let path = call.request.lookup.as_ref().ok_or(NotSent::NotAllowed)?;
        let (url, proof) = self.proven(call, path, "", now)?;
        request("GET", url, String::new(), proof).ok_or(NotSent::NotAllowed)
    }

    /// The whole URL, and the headers that prove who we are.
    fn proven(
        &self,
        call: &Call<'_>,
        path: &str,
        body: &str,
        now: Timestamp,
    ) -> Result<(String, Vec<(String, String)>), NotSent> {
        // A path that does not begin so would change the host; what follows a # would be lost.
        if !path.starts_with('/') || path.contains('#') {
            return Err(NotSent::NotAllowed);
        }
        let message = Message { id: call.idempotency_key, seconds: now.as_second(), body };
        let proof = call.credential.prove(&call.destination.auth, &message);
        let proof = proof.ok_or(NotSent::NoSecret)?;
        let mut url = self.base_url(call.destination) + path;
        if let Some(parameter) = proof.parameter {
            url.push(if path.contains('?') { '&' } else { '?' });
            url.push_str(&parameter);
        }
        let mut headers = proof.headers;
        // No proof covers it, and what was rendered stays as it is.
        headers.extend(trace::current().map(|t| ("traceparent".to_owned(), t.traceparent())));
        Ok((url, headers))
    }

    /// The destination's base URL, or what stands for it on this machine.
    pub(crate) fn base_url(&self, destination: &Destination) -> String {
        match &self.local {
            Some(local) => format!("{local}/{}", destination.name),
            None => destination.base_url.clone(),
        }
    }

    /// Where tokens are granted, or the same path on this machine.
    fn token_url(&self, destination: &Destination, client: &Oauth2) -> String {
        if self.local.is_none() {
            return client.token_url.clone();
        }
        let rest = client.token_url.trim_start_matches("https://");
        let path = rest.find('/').map_or("", |at| &rest[at..]);
        self.base_url(destination) + path
    }

    fn line(&self, destination: &Destination, total: Duration, reuse: bool) -> Line {
        let zone = match (&self.local, destination.private) {
            (Some(_), _) => Zone::Local,
            (None, true) => Zone::Company,
            (None, false) => Zone::World,
        };
        Line { zone, connect: destination.timeout.connect.min(total), reuse }
    }
}

/// A request with the headers that all have. No Accept-Encoding: what is not asked for is not unpacked.
pub(crate) fn request(
    method: &str,
    url: String,
    body: String,
    headers: impl IntoIterator<Item = (String, String)>,
) -> Option<HttpRequest> {
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method(method).ok()?;
    request.set_uri(url).ok()?;
    let ours = [
        ("accept".to_owned(), "application/json".to_owned()),
        ("user-agent".to_owned(), concat!("fairlead/", env!("CARGO_PKG_VERSION")).to_owned()),
    ];
    for (name, value) in ours.into_iter().chain(headers) {
        // Line breaks and other control characters are refused here.
        request.headers_mut().try_insert(name, value).ok()?;
    }
    Some(request)
}
