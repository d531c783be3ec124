//! A whole HTTP answer before it goes out, by hyper or byte by byte.
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Read;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn json(status: u16, body: &Value) -> Answer {
        let headers = vec![("content-type", "application/json".to_owned())];
        Answer { status, headers, body: body.to_string().into() }
    }

    /// JSON for people who read it in a terminal.
    pub(super) fn pretty(body: &Value) -> Answer {
        Answer { body: format!("{body:#}\n").into(), ..Answer::json(200, body) }
    }

    pub(super) fn text(status: u16, body: impl Into<String>) -> Answer {
        let headers = vec![("content-type", "text/plain; charset=utf-8".to_owned())];
        Answer { status, headers, body: Bytes::from(body.into()) }
    }

    /// A refusal in the form that this vendor uses for all of them.
    pub(super) fn refusal(status: u16, code: &str, message: impl Into<String>) -> Answer {
        let message: String = message.into();
        Answer::json(status, &json!({"error": {"code": code, "message": message}}))
    }

    /// A scripted answer: a string as plain text, other values as JSON, none as an error document.
    pub(super) fn scripted(status: u16, body: Option<Value>) -> Answer {
        match body {
            Some(Value::String(text)) => Answer::text(status, text),
            Some(body) => Answer::json(status, &body),
            None if status >= 400 => {
                Answer::refusal(status, "scripted", format!("told to answer {status}"))
            }
            None => Answer { status, headers: Vec::new(), body: Bytes::new() },
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with a body that unpacks to so many bytes.
    pub(super) fn packed(self, bytes: u64) -> Answer {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = std::io::repeat(b'0').take(bytes);
        // Writing to memory cannot fail.
        let _ = std::io::copy(&mut { zeros }, &mut packer);
        let body = packer.finish().unwrap_or_default().into();
        Answer { body, ..self.with("content-encoding", "gzip") }
    }

    /// Status line and headers as they go over the wire, without the empty line that ends them.
    pub(super) fn head(&self) -> String {
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        // An interim status would leave the client waiting for the final one.
        let status = StatusCode::from_u16(self.status).ok().filter(|code| !code.is_informational());
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            // A value that HTTP cannot carry is left out: the rest of the answer still goes.
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                response.headers_mut().append(HeaderName::from_static(name), value);
            }
        }
        response.headers_mut().insert(header::SERVER, HeaderValue::from_static("example-vendor"));
        response
    }
}
