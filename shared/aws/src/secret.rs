//! Credentials and keys from Secrets Manager: cached for a while, read once at a time, never printed.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use aws_sdk_secretsmanager::{Client, operation::get_secret_value::GetSecretValueError};
use fairlead_core::{id::SecretName, outcome::NotSent, owner::Channel};
use tokio::sync::Mutex;

use crate::redact;

/// All credentials of a bundle lie below this prefix; dispatch's role allows no other.
pub const PREFIX: &str = "fairlead/";

/// All keys that webhooks are signed with lie below this prefix; validate's role allows no other.
pub const HOOK_PREFIX: &str = "fairlead-hooks/";

/// What alert reads, below [`PREFIX`], to reach owners by this channel.
pub fn of_channel(channel: Channel) -> Option<&'static str> {
    match channel {
        // The topic's own policy says who may send to it.
        Channel::Chat | Channel::Email => None,
        Channel::Pagerduty => Some(PAGERDUTY),
        Channel::Webhook => Some(ALERT_WEBHOOK),
    }
}

/// Where PagerDuty's routing key is.
pub const PAGERDUTY: &str = "alerts/pagerduty";

/// Where the secret is that alerts by webhook are signed with.
pub const ALERT_WEBHOOK: &str = "alerts/webhook";

/// What a wrong signature may cost: a changed key is looked for no more often than this.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// How long a value is used before it is read again, as the AWS Secrets Manager Agent does.
const FRESH_FOR: Duration = Duration::from_secs(300);

/// A secret's value. It has no `Display`, and its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// Takes a value out of the store's answer.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one place that puts it on the wire, and the one that verifies by it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Takes the secret out of a text that came from outside; `cut` says that the text's end is missing.
    pub(crate) fn redact(&self, text: &str, cut: bool) -> String {
        redact::redact(&self.0, text, cut)
    }
}

/// The secrets that this function may read.
#[derive(Debug)]
pub struct Secrets {
    client: Client,
    prefix: &'static str,
    cache: std::sync::Mutex<HashMap<SecretName, Slot>>,
}

// Held over a read, so that reads of one secret are made one at a time and hold up no other's.
type Slot = Arc<Mutex<Option<(Secret, Instant)>>>;

impl Secrets {
    /// The credentials, below [`PREFIX`].
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self { client: Client::new(config), prefix: PREFIX, cache: std::sync::Mutex::default() }
    }

    /// The keys of webhooks, below [`HOOK_PREFIX`]. Their text may have several lines.
    pub fn of_hooks(config: &aws_config::SdkConfig) -> Self {
        Self { prefix: HOOK_PREFIX, ..Self::new(config) }
    }

    /// The value of a secret, when it is another than `known` by now.
    ///
    /// Whoever sends wrong signatures must not make us read it for each of them.
    pub async fn changed(&self, name: &SecretName, known: &Secret) -> Option<Secret> {
        let read_at = self.slot(name).lock().await.as_ref().map(|(_, read_at)| *read_at);
        if read_at.is_some_and(|at| at.elapsed() < LOOK_AGAIN) {
            return None;
        }
        self.get(name, true).await.ok().filter(|secret| secret != known)
    }

    /// Secrets that were read a moment ago.
    #[cfg(test)]
    pub(crate) fn holding<const N: usize>(
        config: &aws_config::SdkConfig,
        values: [(&str, &str); N],
    ) -> Self {
        let of = |(name, value): (&str, &str)| {
            let kept = Some((Secret::new(value), Instant::now()));
            (SecretName::new(name), Arc::new(Mutex::new(kept)))
        };
        let cache = std::sync::Mutex::new(values.map(of).into());
        Self { cache, ..Self::new(config) }
    }

    /// The value of a secret; with `fresh`, read again even if the cached one is young.
    ///
    /// # Errors
    /// Why no call can be made: there is no usable value, or the store does not answer just now.
    pub async fn get(&self, name: &SecretName, fresh: bool) -> Result<Secret, NotSent> {
        let asked = Instant::now();
        let slot = self.slot(name);
        let mut kept = slot.lock().await;
        if let Some((secret, read_at)) = kept.as_ref()
            && serves(*read_at, asked, fresh)
        {
            return Ok(secret.clone());
        }
        let begun = Instant::now();
        match self.read(name).await {
            Ok(secret) => {
                *kept = Some((secret.clone(), begun));
                Ok(secret)
            }
            // A store that does not answer just now is no reason to stop: the old value may be good.
            Err(NotSent::SecretUnavailable) if !fresh => {
                kept.as_ref().map(|(secret, _)| secret.clone()).ok_or(NotSent::SecretUnavailable)
            }
            Err(why) => Err(why),
        }
    }

    fn slot(&self, name: &SecretName) -> Slot {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(cache.entry(name.clone()).or_default())
    }

    async fn read(&self, name: &SecretName) -> Result<Secret, NotSent> {
        let answer =
            self.client.get_secret_value().secret_id(format!("{}{name}", self.prefix)).send().await;
        let value = match answer {
            Ok(answer) => answer.secret_string.unwrap_or_default(),
            Err(failed) => {
                let permanent = failed.as_service_error().is_some_and(is_permanent);
                tracing::warn!(secret = %name, permanent, cause = crate::ledger::chain(failed), "the secret could not be read");
                return Err(if permanent { NotSent::NoSecret } else { NotSent::SecretUnavailable });
            }
        };
        let value = value.trim();
        let one_line = self.prefix == HOOK_PREFIX || http::HeaderValue::from_str(value).is_ok();
        let usable = !value.is_empty() && one_line;
        if usable { Ok(Secret::new(value)) } else { Err(NotSent::NoSecret) }
    }
}

/// Whether a value whose reading began at `read_at` is new enough for who asked at `asked`.
///
/// After a refusal only a read that began later will do: a younger one may still have met the old value. One such
/// read serves all who were refused before it began.
fn serves(read_at: Instant, asked: Instant, fresh: bool) -> bool {
    if fresh { read_at >= asked } else { asked.saturating_duration_since(read_at) < FRESH_FOR }
}

/// Whether asking again would help: a missing, deleted or forbidden secret needs a person.
fn is_permanent(error: &GetSecretValueError) -> bool {
    error.is_resource_not_found_exception()
        || error.is_invalid_request_exception()
        || error.is_decryption_failure()
        || error.meta().code() == Some("AccessDeniedException")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_value_is_not_served_again_however_young_it_is() {
        let asked = Instant::now();
        let (before, later) = (asked - Duration::from_millis(1), asked + Duration::from_millis(1));
        assert!(serves(before, asked, false) && !serves(before, asked, true));
        assert!(serves(later, asked, true), "one read serves all who were refused before it");
        assert!(!serves(asked - FRESH_FOR, asked, false));
    }

    #[test]
    fn a_secret_does_not_print_itself() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(..)");
    }
}
