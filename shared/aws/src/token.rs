//! OAuth tokens: granted for a client's secret, kept until shortly before they end, asked for once at a time.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use fairlead_core::{
    id::DestinationName,
    integration::{Destination, Oauth2},
    outcome::NotSent,
};
use serde::Deserialize;
use serde_json::Value;

use crate::{credential::basic, redact::form_encoded, secret::Secret, wire::Heard};

/// How long a token is used whose end is not told.
const UNTOLD: Duration = Duration::from_secs(300);

/// No token is used for longer, whatever is told.
const LONGEST: Duration = Duration::from_secs(86_400);

/// A token is renewed this long before its end, so that none ends on its way.
const BEFORE_END: Duration = Duration::from_secs(60);

/// A token, and how long it lasts.
/// How long a token is used at least: longer than a call waits for its slot.
const SHORTEST: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Grant {
    token: Secret,
    lasts: Duration,
}

/// Why no token was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The client or its secret is refused, or what it was given cannot be used: no wait mends that.
    Refused,
    /// No answer, or none that can be read; the secret may be fine.
    Unavailable,
}

impl From<Refusal> for NotSent {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Refused => Self::NoSecret,
            Refusal::Unavailable => Self::SecretUnavailable,
        }
    }
}

/// The tokens of this function instance, one per destination.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    kept: Mutex<HashMap<DestinationName, Slot>>,
}

// Held while a token is asked for, so that all who wait get the one that comes.
type Slot = Arc<tokio::sync::Mutex<Option<Kept>>>;

#[derive(Debug)]
struct Kept {
    came: Instant,
    until: Instant,
    outcome: Result<Secret, NotSent>,
}

impl Tokens {
    /// The token for a destination; with `fresh`, one that comes after now. `ask` asks for one.
    pub(crate) async fn get(
        &self,
        destination: &DestinationName,
        fresh: bool,
        ask: impl Future<Output = Result<Grant, NotSent>>,
    ) -> Result<Secret, NotSent> {
        let asked = Instant::now();
        let slot = self.slot(destination);
        let mut slot = slot.lock().await;
        if let Some(kept) = slot.as_ref().filter(|kept| kept.serves(asked, fresh)) {
            return kept.outcome.clone();
        }
        let begun = Instant::now();
        let granted = ask.await;
        let until = begun + granted.as_ref().map_or(Duration::ZERO, Grant::use_for);
        let outcome = granted.map(|grant| grant.token);
        *slot = Some(Kept { came: Instant::now(), until, outcome: outcome.clone() });
        outcome
    }

    fn slot(&self, destination: &DestinationName) -> Slot {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.entry(destination.clone()).or_default())
    }
}

impl Kept {
    /// Whether it serves who asked at `asked`.
    ///
    /// One answer, good or bad, serves all who waited for it: what came later than a refusal was not refused.
    fn serves(&self, asked: Instant, fresh: bool) -> bool {
        let waited = self.came >= asked;
        waited || (!fresh && self.outcome.is_ok() && asked < self.until)
    }
}

impl Grant {
    fn use_for(&self) -> Duration {
        let lasts = self.lasts.min(LONGEST);
        // One that ends at once would be asked for again when the slot has come, and be late each time.
        lasts.saturating_sub(BEFORE_END.min(lasts / 5)).max(SHORTEST)
    }
}

/// The value of `Authorization` for a client (RFC 6749 section 2.3.1).
pub(crate) fn authorization(client: &Oauth2, secret: &Secret) -> String {
    basic(&form_encoded(&client.client_id), &form_encoded(secret.expose()))
}

/// The form that asks for a token (RFC 6749 section 4.4.2).
pub(crate) fn form(client: &Oauth2) -> String {
    let scope = client.scope.as_ref().map(|scope| format!("&scope={}", form_encoded(scope)));
    format!("grant_type=client_credentials{}", scope.unwrap_or_default())
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<Value>,
}

/// Reads a token endpoint's answer (RFC 6749 sections 5.1 and 5.2).
pub(crate) fn read(destination: &Destination, heard: &Heard) -> Result<Grant, Refusal> {
    let result = match heard.status {
        200..=299 => grant(&heard.body),
        408 | 429 | 500.. => Err(Refusal::Unavailable),
        _ => Err(Refusal::Refused),
    };
    if let Err(refusal) = &result {
        let (name, error) = (&destination.name, error_code(&heard.body));
        tracing::warn!(destination = %name, status = heard.status, error, ?refusal, "no token was granted");
    }
    result
}

fn grant(body: &[u8]) -> Result<Grant, Refusal> {
    let granted: Granted = serde_json::from_slice(body).map_err(|_| Refusal::Unavailable)?;
    let bearer = granted.token_type.is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let token = granted.access_token;
    if !bearer || token.is_empty() || http::HeaderValue::from_str(&token).is_err() {
        return Err(Refusal::Refused);
    }
    // Some write the number as a text.
    let seconds = granted.expires_in.map(|value| value.to_string());
    let seconds = seconds.and_then(|text| text.trim_matches('"').parse().ok());
    Ok(Grant { token: Secret::new(token), lasts: seconds.map_or(UNTOLD, Duration::from_secs) })
}

/// One of RFC 6749's words, such as `invalid_client`; anything else could be an echo of what we sent.
fn error_code(body: &[u8]) -> Option<&'static str> {
    const KNOWN: [&str; 6] = [
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    ];
    let body: Value = serde_json::from_slice(body).ok()?;
    let said = body.get("error")?.as_str()?;
    KNOWN.into_iter().find(|known| *known == said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lasting(seconds: u64) -> Grant {
        Grant { token: Secret::new("t"), lasts: Duration::from_secs(seconds) }
    }

    #[test]
    fn a_token_is_renewed_before_it_ends() {
        for (told, used) in [(3_600, 3_540), (60, 48), (0, 5), (u64::MAX, 86_340)] {
            assert_eq!(lasting(told).use_for(), Duration::from_secs(used), "{told}");
        }
    }

    #[test]
    fn a_token_serves_until_it_ends_and_nobody_who_was_refused_with_it() {
        let came = Instant::now();
        let later = |seconds| came + Duration::from_secs(seconds);
        let kept = Kept { came, until: later(5), outcome: Ok(Secret::new("t")) };
        assert!(kept.serves(later(4), false) && !kept.serves(later(5), false));
        assert!(!kept.serves(later(1), true));
    }

    #[test]
    fn an_answer_is_a_bearer_token_or_none() {
        let lasts = |body: &str| grant(body.as_bytes()).map(|grant| grant.lasts.as_secs());
        assert_eq!(lasts(r#"{"access_token":"t","token_type":"Bearer","expires_in":60}"#), Ok(60));
        assert_eq!(
            lasts(r#"{"access_token":"t","token_type":"bearer","expires_in":"60"}"#),
            Ok(60)
        );
        assert_eq!(lasts(r#"{"access_token":"t"}"#), Ok(300));
        assert_eq!(lasts(r#"{"access_token":"t","expires_in":-1}"#), Ok(300));
        for refused in [r#"{"access_token":"t","token_type":"mac"}"#, r#"{"access_token":""}"#] {
            assert_eq!(lasts(refused), Err(Refusal::Refused), "{refused}");
        }
        assert_eq!(lasts(r#"{"access_token":"a\r\nb"}"#), Err(Refusal::Refused));
        for broken in ["", "<html>", "{}", "[]"] {
            assert_eq!(lasts(broken), Err(Refusal::Unavailable), "{broken}");
        }
    }

    #[test]
    fn only_known_words_of_an_error_are_logged() {
        assert_eq!(error_code(br#"{"error":"invalid_client"}"#), Some("invalid_client"));
        assert_eq!(error_code(br#"{"error":"canary-5ecret"}"#), None);
    }
}
