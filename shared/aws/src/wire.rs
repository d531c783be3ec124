//! One HTTP exchange: no redirect, one deadline over head and body, a body of bounded size, and what is known of a failure.

use std::{
    collections::HashMap,
    error::Error,
    iter,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::{
    connection::CaptureSmithyConnection,
    http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use fairlead_core::{
    address::literal,
    outcome::{Answer, Lost, NotSent},
};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use crate::dns::{Refused, Resolver, Zone};

/// How long a connection that nobody uses is kept. Common servers close theirs after five seconds, and a request
/// that meets the closing is in doubt.
const IDLE: Duration = Duration::from_secs(4);

/// What connections have in common; each kind has its own connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Line {
    /// Whom they may reach.
    pub(crate) zone: Zone,
    /// How long connecting may take, TLS included.
    pub(crate) connect: Duration,
    /// Whether one may serve several calls. A server may close an idle connection just as a request leaves; who
    /// must not ask twice does not take that risk.
    pub(crate) reuse: bool,
}

/// What one exchange may take at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// From the start until the last byte of the answer's body.
    pub(crate) total: Duration,
    /// How much of the body is read; the rest stays on the wire and the connection is given up.
    pub(crate) most: usize,
}

/// A complete answer.
pub(crate) struct Heard {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The headers that are texts, their names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body as it came, decompressed by nobody.
    pub(crate) body: Vec<u8>,
    /// Whether `body` is not all of it.
    pub(crate) cut: bool,
}

impl Heard {
    /// The header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

/// The connections, kept alive over invocations.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    connectors: Mutex<HashMap<Line, SharedHttpConnector>>,
}

impl Wire {
    /// Sends one request and hears the answer.
    ///
    /// # Errors
    /// The answer that stands for the failure: not sent, or lost.
    pub(crate) async fn exchange(
        &self,
        mut request: HttpRequest,
        line: Line,
        bounds: Bounds,
    ) -> Result<Heard, Answer> {
        if !may_leave(request.uri(), line.zone) {
            return Err(Answer::NotSent(NotSent::NotAllowed));
        }
        let end = Instant::now() + bounds.total;
        let connection = CaptureSmithyConnection::new();
        request.add_extension(connection.clone());
        let response = match timeout_at(end, self.connector(line).call(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(failed)) => return Err(meaning(&failed)),
            // Until it has a connection, no byte of the request can have left.
            Err(_) if connection.get().is_none() => {
                return Err(Answer::NotSent(NotSent::NoConnection));
            }
            Err(_) => return Err(Answer::Lost(Lost::Timeout)),
        };
        let heard = timeout_at(end, read(response, bounds.most)).await;
        heard.unwrap_or(Err(Lost::Timeout)).map_err(Answer::Lost)
    }

    fn connector(&self, line: Line) -> SharedHttpConnector {
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        connectors.entry(line).or_insert_with(|| connector(line)).clone()
    }
}

fn connector(line: Line) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(line.connect).build();
    let builder = Connector::builder()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .connector_settings(settings)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(if line.reuse { usize::MAX } else { 0 });
    SharedHttpConnector::new(builder.build_with_resolver(Resolver(line.zone)))
}

/// Whether a request may go to this URL: https, or http on this machine; no user; no address that is not allowed.
///
/// Names are looked at when they are resolved.
fn may_leave(url: &str, zone: Zone) -> bool {
    let Ok(url) = url.parse::<http::Uri>() else { return false };
    let scheme = match url.scheme_str() {
        Some("https") => true,
        Some("http") => zone == Zone::Local,
        _ => false,
    };
    let no_user = url.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    let host = url.host().unwrap_or_default();
    let address = literal(host).is_none_or(|address| zone.allows(address));
    scheme && no_user && !host.is_empty() && address
}

async fn read(response: HttpResponse, most: usize) -> Result<Heard, Lost> {
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    let headers: Vec<(String, String)> = headers.collect();
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while bytes.len() <= most {
        match body.frame().await {
            Some(Ok(frame)) => {
                bytes.extend_from_slice(frame.data_ref().map(AsRef::as_ref).unwrap_or_default());
            }
            Some(Err(_)) => return Err(Lost::Truncated),
            None => return Ok(Heard { status, headers, body: bytes, cut: false }),
        }
    }
    bytes.truncate(most);
    Ok(Heard { status, headers, body: bytes, cut: true })
}

/// What a failure before the answer's head means.
fn meaning(failed: &ConnectorError) -> Answer {
    let causes = || iter::successors(failed.source(), |error| (*error).source());
    if causes().any(|error| error.is::<Refused>()) {
        return Answer::NotSent(NotSent::NotAllowed);
    }
    let never_left = |error: &(dyn Error + 'static)| {
        // Name, TCP or TLS; or no connection ever took the request up.
        let client = error.downcast_ref::<hyper_util::client::legacy::Error>();
        let request = error.downcast_ref::<hyper::Error>();
        client.is_some_and(hyper_util::client::legacy::Error::is_connect)
            || request.is_some_and(hyper::Error::is_canceled)
    };
    if causes().any(never_left) {
        Answer::NotSent(NotSent::NoConnection)
    } else {
        Answer::Lost(Lost::Reset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p29_requests_leave_by_https_without_a_user_and_for_the_world() {
        for good in ["https://api.example.com/v1?x=1", "https://1.1.1.1:8443/", "https://a"] {
            assert!(may_leave(good, Zone::World), "{good}");
        }
        for bad in [
            "http://api.example.com/",
            "ftp://api.example.com/",
            "/v1",
            "https://user:pw@api.example.com/",
            "https://api.example.com@evil.example/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/",
            "https://0.0.0.0/",
        ] {
            assert!(!may_leave(bad, Zone::World), "{bad}");
        }
    }

    #[test]
    fn p29_the_local_stand_in_is_on_this_machine() {
        for good in ["http://127.0.0.1:4010/finance-api", "http://[::1]:1/", "https://localhost/"] {
            assert!(may_leave(good, Zone::Local), "{good}");
        }
        for bad in ["http://10.0.0.1/", "http://1.1.1.1/", "https://u@127.0.0.1/"] {
            assert!(!may_leave(bad, Zone::Local), "{bad}");
        }
        assert!(may_leave("https://10.0.0.1/", Zone::Company));
        assert!(!may_leave("https://127.0.0.1/", Zone::Company));
    }
}
