//! Requests as they arrive, and the log of them.
use axum::body::Bytes;
use axum::http::{HeaderMap, request};
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use std::time::{SystemTime, UNIX_EPOCH};

/// One request that reached the vendor, and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// When its head arrived.
    pub at: Timestamp,
    /// The first segment of the path: `finance-api`.
    pub destination: String,
    /// The method in capitals.
    pub method: String,
    /// The rest of the path with its query: `/v2/invoices?external_id=D-1042`.
    pub path: String,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The SHA-256 of the body in hexadecimal.
    pub body_sha256: String,
    /// The body, with a replacement character for whatever is not UTF-8.
    pub body: String,
    /// All headers in order, with credentials masked.
    pub headers: Vec<(String, String)>,
    /// The step taken, or why none was: `ok`, `commit_then_drop`, `wrong key`, `over the rate limit`.
    pub done: String,
    /// What it did to the records: `created INV-1001`, `replayed INV-1001`, `refused`; nothing if absent.
    pub effect: Option<String>,
    /// The status that went out, or none; in JSON `"no answer"`.
    #[serde(serialize_with = "status_or_silence")]
    pub answered: Option<u16>,
}

impl Request {
    /// Whether path or body contain this text as a whole word.
    pub fn mentions(&self, text: &str) -> bool {
        super::plan::mentions(&self.text(), text)
    }

    pub(super) fn text(&self) -> String {
        let path = format!("/{}{}", self.destination, self.path);
        format!(
            "{path} {} {}",
            percent_encoding::percent_decode_str(&path).decode_utf8_lossy(),
            self.body
        )
    }
}

/// A request with everything needed to answer it; only `seen` is kept.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) seen: Request,
    pub(super) authorization: Option<String>,
    pub(super) body: Bytes,
}

impl Call {
    pub(super) fn new(at: Timestamp, head: &request::Parts, body: Bytes) -> Call {
        let path = head.uri.path().strip_prefix('/').unwrap_or_default();
        let (destination, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
        let query = head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let seen = Request {
            at,
            destination: destination.to_owned(),
            method: head.method.to_string(),
            path: format!("{rest}{query}"),
            idempotency_key: header(&head.headers, "idempotency-key"),
            body_sha256: fairlead_core::id::Sha256Hex::of(&body).to_string(),
            body: String::from_utf8_lossy(&body).into_owned(),
            headers: masked(&head.headers),
            done: String::new(),
            effect: None,
            answered: None,
        };
        Call { seen, authorization: header(&head.headers, "authorization"), body }
    }

    /// The path below the destination, without its query, in decoded segments.
    pub(super) fn segments(&self) -> Vec<String> {
        let path = self.seen.path.split('?').next().unwrap_or_default();
        path.split('/').skip(1).map(decoded).collect()
    }

    /// One parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        parameter(self.seen.path.split_once('?')?.1, name)
    }
}

/// One parameter of a query string, decoded.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .map(|(key, value)| (decoded(key), value))
        .find(|(key, _)| key == name)
        .map(|(_, value)| decoded(&value.replace('+', " ")))
}

/// The wall clock; jiff is built without one.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn masked(headers: &HeaderMap) -> Vec<(String, String)> {
    const SECRET: [&str; 5] =
        ["authorization", "proxy-authorization", "x-api-key", "api-key", "cookie"];
    let show = |name: &str, value: &[u8]| match name {
        "authorization" if value.starts_with(b"Bearer ") => "Bearer ***".to_owned(),
        name if SECRET.contains(&name) => "***".to_owned(),
        _ => String::from_utf8_lossy(value).into_owned(),
    };
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), show(name.as_str(), value.as_bytes())))
        .collect()
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn status_or_silence<S: Serializer>(
    status: &Option<u16>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match status {
        Some(status) => serializer.serialize_u16(*status),
        None => serializer.serialize_str("no answer"),
    }
}
