//! The HTTP call to the vendor: one request, no redirect, no hidden retry, one deadline over all of it.

use std::{
    collections::HashMap,
    error::Error,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use fairlead_core::{
    id::IdempotencyKey,
    integration::{Auth, Dedupe, Destination},
    outcome::{Answer, Lost, NotSent, Reply, retry_after},
    request::Request,
    span::until,
};
use http_body_util::BodyExt;
use jiff::Timestamp;

use crate::{env::Places, secret::Secret};

/// The most of a vendor's answer that is read; the rest stays on the wire and the connection is given up.
const MOST_BODY: usize = 16 * 1024;

/// The most of it that is kept in the ledger.
const MOST_EXCERPT: usize = 2_000;

/// What a function needs after a call to record it and send the next ticket.
const TO_RECORD: Duration = Duration::from_secs(2);

/// Reaches vendors.
#[derive(Debug)]
pub struct Vendor {
    /// One per connect timeout; each keeps its connections alive over invocations.
    connectors: Mutex<HashMap<Duration, SharedHttpConnector>>,
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
    /// Proves who we are.
    pub secret: &'a Secret,
    /// When Lambda will end the function.
    pub deadline: Option<Timestamp>,
}

impl Vendor {
    /// Vendors as this deployment reaches them.
    pub fn new(places: &Places) -> Self {
        Self {
            connectors: Mutex::default(),
            local: places.local_vendor.clone(),
            longest: places.dispatch_timeout.saturating_sub(TO_RECORD + Duration::from_secs(1)),
        }
    }

    /// Makes the call.
    pub async fn call(&self, call: &Call<'_>) -> Answer {
        let total = call.destination.timeout.total.min(self.longest);
        if call.deadline.is_some_and(|end| until(Timestamp::now(), end) < total + TO_RECORD) {
            return Answer::NotSent(NotSent::NoTime);
        }
        let Some(request) = self.request(call) else {
            return Answer::NotSent(NotSent::NotAllowed);
        };
        let connector = self.connector(call.destination.timeout.connect.min(total));
        let exchange = async {
            match connector.call(request).await {
                Ok(response) => read(response, call.secret).await,
                Err(failed) if never_connected(&failed) => Answer::NotSent(NotSent::NoConnection),
                Err(_) => Answer::Lost(Lost::Reset),
            }
        };
        tokio::time::timeout(total, exchange).await.unwrap_or(Answer::Lost(Lost::Timeout))
    }

    fn request(&self, call: &Call<'_>) -> Option<HttpRequest> {
        let base = match &self.local {
            Some(local) => format!("{local}/{}", call.destination.name),
            None => call.destination.base_url.clone(),
        };
        let mut request = HttpRequest::new(SdkBody::from(call.request.body.as_str()));
        request.set_method(call.request.method.as_str()).ok()?;
        request.set_uri(format!("{base}{}", call.request.path)).ok()?;
        let headers = request.headers_mut();
        headers.try_insert("content-type", "application/json").ok()?;
        headers.try_insert("content-length", call.request.body.len().to_string()).ok()?;
        headers.try_insert("accept", "application/json").ok()?;
        headers.try_insert("user-agent", concat!("fairlead/", env!("CARGO_PKG_VERSION"))).ok()?;
        if let Dedupe::Key { header, .. } = call.dedupe {
            headers.try_insert(header.clone(), call.idempotency_key.to_string()).ok()?;
        }
        let (name, value) = credential(&call.destination.auth, call.secret);
        headers.try_insert(name, value).ok()?;
        Some(request)
    }

    fn connector(&self, connect: Duration) -> SharedHttpConnector {
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let made = connectors.entry(connect).or_insert_with(|| {
            let settings = HttpConnectorSettings::builder().connect_timeout(connect).build();
            let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
            SharedHttpConnector::new(
                Connector::builder().tls_provider(provider).connector_settings(settings).build(),
            )
        });
        made.clone()
    }
}

fn credential(auth: &Auth, secret: &Secret) -> (String, String) {
    match auth {
        Auth::Bearer { .. } => ("authorization".to_owned(), format!("Bearer {}", secret.expose())),
        Auth::Header { name, .. } => (name.to_ascii_lowercase(), secret.expose().to_owned()),
    }
}

async fn read(response: HttpResponse, secret: &Secret) -> Answer {
    let status = response.status().as_u16();
    let header = response.headers().get("retry-after").map(str::to_owned);
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while bytes.len() < MOST_BODY {
        match body.frame().await {
            Some(Ok(frame)) => {
                bytes.extend_from_slice(frame.data_ref().map(AsRef::as_ref).unwrap_or_default());
            }
            Some(Err(_)) => return Answer::Lost(Lost::Truncated),
            None => break,
        }
    }
    bytes.truncate(MOST_BODY);
    let said = secret.redact(&String::from_utf8_lossy(&bytes));
    Answer::Replied(Reply {
        status,
        retry_after: header.and_then(|text| retry_after(&text, Timestamp::now())),
        excerpt: said.chars().take(MOST_EXCERPT).collect(),
    })
}

/// Whether the failure came before any byte of the request could leave: name, TCP or TLS.
fn never_connected(failed: &ConnectorError) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = failed.source();
    while let Some(error) = cause {
        if let Some(client) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
            return client.is_connect();
        }
        cause = error.source();
    }
    false
}
