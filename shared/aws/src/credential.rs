//! What a call proves itself by: the secret, a token if one was granted for it, and how they go on the wire.

use base64::{Engine, engine::general_purpose::STANDARD};
use fairlead_core::{id::IdempotencyKey, integration::Auth, webhook};

use crate::{redact::percent_encoded, secret::Secret};

/// What a call needs to prove who we are. It shows nothing of itself.
#[derive(Clone, Debug)]
pub struct Credential {
    secret: Secret,
    token: Option<Secret>,
}

/// What is signed, where a request is signed.
pub(crate) struct Message<'a> {
    /// The same for all attempts.
    pub(crate) id: &'a IdempotencyKey,
    /// When it leaves, in seconds since 1970.
    pub(crate) seconds: i64,
    /// The body.
    pub(crate) body: &'a str,
}

/// What is added to a request. No `Debug`: it holds secrets.
#[derive(Default)]
pub(crate) struct Proof {
    /// Names in lower case, and values.
    pub(crate) headers: Vec<(String, String)>,
    /// `name=value`, percent-encoded.
    pub(crate) parameter: Option<String>,
}

impl From<Secret> for Credential {
    fn from(secret: Secret) -> Self {
        Self { secret, token: None }
    }
}

impl Credential {
    /// The secret, and the token that was granted for it.
    pub(crate) fn granted(secret: Secret, token: Secret) -> Self {
        Self { secret, token: Some(token) }
    }

    /// Takes secret and token out of a text that came from outside; `cut` says that its end is missing.
    pub(crate) fn redact(&self, text: &str, cut: bool) -> String {
        let text = self.secret.redact(text, cut);
        match &self.token {
            Some(token) => token.redact(&text, cut),
            None => text,
        }
    }

    /// What the request must carry; nothing when the secret has not the form that it needs.
    pub(crate) fn prove(&self, auth: &Auth, message: &Message<'_>) -> Option<Proof> {
        let secret = self.secret.expose();
        let authorization = |value: String| Proof::header("authorization".to_owned(), value);
        Some(match auth {
            Auth::Bearer { .. } => authorization(format!("Bearer {secret}")),
            Auth::Header { name, .. } => {
                Proof::header(name.to_ascii_lowercase(), secret.to_owned())
            }
            Auth::Basic { user, .. } => authorization(basic(user, secret)),
            Auth::Query { name, .. } => {
                let parameter = format!("{}={}", percent_encoded(name), percent_encoded(secret));
                Proof { parameter: Some(parameter), ..Proof::default() }
            }
            Auth::StandardWebhooks { .. } => signed(&webhook::key(secret)?, message),
            Auth::Oauth2(_) => authorization(format!("Bearer {}", self.token.as_ref()?.expose())),
        })
    }
}

impl Proof {
    fn header(name: String, value: String) -> Self {
        Self { headers: vec![(name, value)], parameter: None }
    }
}

/// The value of `Authorization` for a user and a password (RFC 7617).
pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn signed(key: &[u8], message: &Message<'_>) -> Proof {
    let Message { id, seconds, body } = message;
    let signature = webhook::signature(key, id.as_str(), *seconds, body.as_bytes());
    let headers = vec![
        ("webhook-id".to_owned(), id.to_string()),
        ("webhook-timestamp".to_owned(), seconds.to_string()),
        ("webhook-signature".to_owned(), signature),
    ];
    Proof { headers, parameter: None }
}
