//! Calls to the engine's AWS APIs as anyone: signed by hand, so that a wrong signature can be tried as well.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use fairlead::engine::{ACCESS_KEY, REGION};
use reqwest::Method;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::world::World;

/// The account's root, who may do everything.
pub(crate) fn root() -> Credentials {
    identity(ACCESS_KEY, ACCESS_KEY, None)
}

/// Someone with these keys.
pub(crate) fn identity(key: &str, secret: &str, token: Option<&str>) -> Credentials {
    Credentials::new(key, secret, token.map(str::to_owned), None, "stack suite")
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    service: &'static str,
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Call {
    /// A call of an API that speaks JSON: `DynamoDB_20120810.GetItem`.
    pub(crate) fn json(service: &'static str, target: &str, body: &Value) -> Self {
        // SQS and DynamoDB speak 1.0, the others take either.
        let version = if matches!(service, "sqs" | "dynamodb") { "1.0" } else { "1.1" };
        Self::post(service, "/", body.to_string().into_bytes())
            .with("x-amz-target", target)
            .with("content-type", &format!("application/x-amz-json-{version}"))
    }

    /// A call of an API that speaks forms: IAM, STS, SNS.
    pub(crate) fn form(service: &'static str, fields: &[(&str, &str)]) -> Self {
        let encode =
            |text| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        let fields = fields.iter().map(|(name, value)| format!("{name}={}", encode(value)));
        let body = fields.collect::<Vec<_>>().join("&");
        Self::post(service, "/", body.into_bytes())
            .with("content-type", "application/x-www-form-urlencoded")
    }

    /// A GET.
    pub(crate) fn get(service: &'static str, path: &str) -> Self {
        Self { method: Method::GET, ..Self::post(service, path, vec![]) }
    }

    /// A POST of any bytes.
    pub(crate) fn post(service: &'static str, path: &str, body: Vec<u8>) -> Self {
        let path = path.to_owned();
        Self { service, method: Method::POST, path, headers: vec![], body }
    }

    /// With one more header.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// `Content-Type`, empty when there is none.
    pub(crate) kind: String,
    /// The body as it is.
    pub(crate) text: String,
}

impl Reply {
    /// The body as JSON; `null` when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Whether IAM, and nothing else, refused it.
    pub(crate) fn is_denied(&self) -> bool {
        // SNS has a word of its own (Amazon SNS API reference, "Common errors").
        let said = ["AccessDenied", "AuthorizationError"].iter().any(|c| self.text.contains(c));
        matches!(self.status, 400 | 403) && said
    }

    /// The text of the first XML element of this name.
    pub(crate) fn element(&self, name: &str) -> String {
        let rest = self.text.split_once(&format!("<{name}>")).map(|(_, rest)| rest);
        let inner = rest.and_then(|rest| rest.split_once(&format!("</{name}>")));
        inner.unwrap_or_else(|| panic!("no {name} in {self:?}")).0.to_owned()
    }
}

impl World {
    /// Makes a call as someone, or unsigned.
    pub(crate) async fn call(&self, who: Option<&Credentials>, call: Call) -> Reply {
        let endpoint = self.engine.endpoint();
        let host = match call.service {
            "execute-api" => self.engine.api_host(),
            _ => endpoint.trim_start_matches("http://").to_owned(),
        };
        let mut request =
            self.http.request(call.method.clone(), format!("{endpoint}{}", call.path));
        request = request.header("host", &host);
        for (name, value) in call.headers.iter().map(|(n, v)| (*n, v.clone())) {
            request = request.header(name, value);
        }
        for (name, value) in who.map(|who| signature(who, &call, &host)).unwrap_or_default() {
            request = request.header(name, value);
        }
        let answer = request.body(call.body).send().await.expect("the engine answers");
        let kind = answer.headers().get("content-type").and_then(|v| v.to_str().ok());
        let (status, kind) = (answer.status().as_u16(), kind.unwrap_or_default().to_owned());
        Reply { status, kind, text: answer.text().await.expect("the engine answers wholly") }
    }

    /// Makes a call with its path as it is, which URL parsers would mend; gives the status.
    pub(crate) async fn call_raw(&self, who: &Credentials, call: Call) -> u16 {
        let (host, path) = (self.engine.api_host(), &call.path);
        let mut head = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        let headers = call.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        for (name, value) in headers.chain(signature(who, &call, &host)) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", call.body.len()));
        let address = self.engine.endpoint().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.expect("the engine listens");
        let sent = [head.as_bytes(), &call.body].concat();
        stream.write_all(&sent).await.expect("the engine reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("the engine answers");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.unwrap_or_else(|| panic!("{path}: no status in {answer:?}"))
    }

    /// Makes a call as root, which must succeed.
    pub(crate) async fn ask(&self, call: Call) -> Reply {
        let mut reply = self.call(Some(&root()), call.clone()).await;
        // The engine lists its logs while functions write them, and then fails with a 500 of its own; like every
        // AWS client this one asks again. What the bundle itself answers is never asked twice.
        for _ in 0..2 {
            if call.service != "logs" || reply.status != 500 {
                break;
            }
            reply = self.call(Some(&root()), call.clone()).await;
        }
        assert!(reply.status < 300, "{call:?}: {reply:?}");
        reply
    }
}

fn signature(who: &Credentials, call: &Call, host: &str) -> Vec<(String, String)> {
    let identity = who.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name(call.service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .expect("all parameters are there");
    let uri = format!("http://{host}{}", call.path);
    let headers = call.headers.iter().map(|(name, value)| (*name, value.as_str()));
    let request =
        SignableRequest::new(call.method.as_str(), uri, headers, SignableBody::Bytes(&call.body));
    let signed = sign(request.expect("a good request"), &params.into()).expect("it can be signed");
    let (headers, _) = signed.into_parts().0.into_parts();
    headers.into_iter().map(|h| (h.name().to_owned(), h.value().to_owned())).collect()
}
