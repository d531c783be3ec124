//! Signed webhooks, incoming: whether a message comes from whom it says, and from now.
//!
//! Each scheme reads its headers into one [`Claim`](claim::Claim); all claims are judged by the same few lines.

mod claim;
mod digest;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{headers::Headers, id::SecretName, span};

/// The most keys that one secret may hold at a time; each costs a digest of the body.
pub const MOST_KEYS: usize = 4;

/// How a sender without IAM proves who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verify {
    /// How the message is signed.
    pub scheme: Scheme,
    /// Below `fairlead-hooks/` in Secrets Manager; one key a line, each of them good.
    pub secret: SecretName,
    /// How far the message's own time may be from now, in either direction; of no use where it carries none.
    #[serde(with = "span::millis")]
    pub tolerance: Duration,
}

/// How a message is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// Standard Webhooks 1.0, symmetric: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    StandardWebhooks,
    /// Stripe: `Stripe-Signature`, version `v1`.
    Stripe,
    /// GitHub: `X-Hub-Signature-256`. It carries no time.
    Github,
    /// Shopify: `X-Shopify-Hmac-Sha256`. It carries no time.
    Shopify,
    /// Any other HMAC over the body.
    Hmac(HmacRule),
}

impl Scheme {
    /// Whether its messages say when they were sent.
    pub fn has_time(&self) -> bool {
        match self {
            Self::StandardWebhooks | Self::Stripe => true,
            Self::Github | Self::Shopify => false,
            Self::Hmac(rule) => rule.timestamp.is_some(),
        }
    }
}

/// An HMAC in a header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HmacRule {
    /// The digest under it.
    pub algorithm: Algorithm,
    /// The header with the signature, in lower case.
    pub header: String,
    /// How the signature is written.
    pub encoding: Encoding,
    /// What stands before the signature: `v0=`; often nothing.
    pub prefix: String,
    /// The header with the time of sending, in lower case: seconds or milliseconds since 1970.
    pub timestamp: Option<String>,
    /// What is signed.
    pub signed: Vec<Piece>,
}

/// The digest under an HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// Old, and still sound in an HMAC (RFC 6194 section 3.3).
    Sha1,
    /// What most senders use.
    Sha256,
    /// Used by few.
    Sha512,
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Two digits a byte, in either case.
    Hex,
    /// The standard alphabet, with or without padding.
    Base64,
}

/// A piece of what is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Piece {
    /// These words.
    Text(String),
    /// The value of the header with the time, as it came.
    Timestamp,
    /// The body, byte for byte.
    Body,
}

/// Why a message is not taken for its sender's. It is for the log; who sent it is told none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// A header that the scheme needs is not there.
    #[error("a header of the signature is missing")]
    Missing,
    /// A header that the scheme needs has another form.
    #[error("a header of the signature has the wrong form")]
    Malformed,
    /// It was sent too long ago, or its sender's clock is ahead.
    #[error("the message's time is further from now than the tolerance")]
    Stale,
    /// The secret's text is no key of this scheme, or holds too many.
    #[error("the secret holds no key of this scheme, or more than {MOST_KEYS}")]
    NoKey,
    /// None of the keys gives one of the signatures.
    #[error("no key gives this signature")]
    Wrong,
}

impl Unproven {
    /// Whether keys that are newer than those it was judged by could prove it.
    pub fn may_be_rotation(self) -> bool {
        match self {
            Self::NoKey | Self::Wrong => true,
            Self::Missing | Self::Malformed | Self::Stale => false,
        }
    }
}

/// Whether a message was signed with one of the keys in `secret`, at a time close to `now`.
///
/// # Errors
/// When it was not.
pub fn verify(
    rule: &Verify,
    secret: &str,
    headers: &Headers,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Unproven> {
    let claim = claim::read(&rule.scheme, headers, body)?;
    if let Some(sent_at) = claim.sent_at
        && now.duration_since(sent_at).unsigned_abs() > rule.tolerance
    {
        return Err(Unproven::Stale);
    }
    let keys = keys(&rule.scheme, secret)?;
    let proves =
        |key: &Vec<u8>| digest::any(claim.algorithm, key, &claim.signed, &claim.signatures);
    if keys.iter().any(proves) { Ok(()) } else { Err(Unproven::Wrong) }
}

/// The keys that a secret's text holds, one a line.
fn keys(scheme: &Scheme, secret: &str) -> Result<Vec<Vec<u8>>, Unproven> {
    let lines: Vec<&str> = secret.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() || lines.len() > MOST_KEYS {
        return Err(Unproven::NoKey);
    }
    let key = |line: &&str| match scheme {
        Scheme::StandardWebhooks => crate::webhook::key(line),
        Scheme::Stripe | Scheme::Github | Scheme::Shopify | Scheme::Hmac(_) => {
            Some(line.as_bytes().to_vec())
        }
    };
    lines.iter().map(|line| key(line).ok_or(Unproven::NoKey)).collect()
}
