//! Calls of AWS APIs that only `doctor` needs, signed by hand: a crate for each would double the command's build.

use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use aws_smithy_types::body::SdkBody;
use fairlead_aws::ledger::chain;
use http_body_util::BodyExt;
use serde_json::Value;

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The service's name in signatures: `lambda`.
    pub(crate) service: &'static str,
    /// The service's name in its address: `monitoring`.
    pub(crate) host: &'static str,
    /// `GET` or `POST`.
    pub(crate) method: &'static str,
    /// Path and query.
    pub(crate) path: String,
    /// Headers that name the operation.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    /// The body; empty for a GET.
    pub(crate) body: String,
}

/// The answer.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The header `Date`.
    pub(crate) date: Option<String>,
    /// The body; `null` when it is not JSON.
    pub(crate) body: Value,
}

impl Said {
    /// The body of a good answer.
    ///
    /// # Errors
    /// What the service said instead, in one line.
    pub(crate) fn good(self) -> Result<Value, String> {
        if self.status == 200 && !self.body.is_null() {
            return Ok(self.body);
        }
        let said = ["message", "Message", "__type"].iter().find_map(|n| self.body[*n].as_str());
        Err(format!("{} {}", self.status, said.unwrap_or("without a reason")))
    }
}

/// Makes one call.
///
/// # Errors
/// Why there is no answer, in words.
pub(crate) async fn send(config: &SdkConfig, call: Call) -> Result<Said, String> {
    let request = signed(config, &call).await?;
    let connector = Connector::builder()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build();
    let answer = SharedHttpConnector::new(connector).call(request).await.map_err(chain)?;
    let (status, date) = (answer.status().as_u16(), answer.headers().get("date"));
    let date = date.map(str::to_owned);
    let body = answer.into_body().collect().await.map_err(|e| e.to_string())?.to_bytes();
    Ok(Said { status, date, body: serde_json::from_slice(&body).unwrap_or_default() })
}

async fn signed(config: &SdkConfig, call: &Call) -> Result<HttpRequest, String> {
    let region = config.region().ok_or("no AWS region is set")?.as_ref().to_owned();
    let provider = config.credentials_provider().ok_or("there are no AWS credentials")?;
    let identity = provider.provide_credentials().await.map_err(chain)?.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&region)
        .name(call.service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(chain)?;
    let url = format!("{}{}", endpoint(config, call.host, &region), call.path);
    let body = SignableBody::Bytes(call.body.as_bytes());
    let signable = SignableRequest::new(call.method, &url, call.headers.iter().copied(), body);
    let signed = sign(signable.map_err(chain)?, &params.into()).map_err(chain)?;
    let mut request = http::Request::builder().method(call.method).uri(&url);
    for (name, value) in &call.headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(SdkBody::from(call.body.clone())).map_err(chain)?;
    signed.into_parts().0.apply_to_request_http1x(&mut request);
    HttpRequest::try_from(request).map_err(chain)
}

fn endpoint(config: &SdkConfig, host: &str, region: &str) -> String {
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let own = config.endpoint_url().map(|url| url.trim_end_matches('/').to_owned());
    own.unwrap_or_else(|| format!("https://{host}.{region}.{suffix}"))
}
