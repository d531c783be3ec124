//! What a message claims about itself: its signatures, what they cover, and when it was sent.

use jiff::Timestamp;

use super::{Algorithm, Encoding, HmacRule, Piece, Scheme, Unproven, digest};
use crate::{headers::Headers, webhook::from_base64};

/// The most signatures that are looked at; senders that rotate keys send two.
const MOST_SIGNATURES: usize = 8;

/// From here on a number counts milliseconds: as seconds it would be the year 5138.
const MILLIS_FROM: i64 = 100_000_000_000;

/// What a message claims about itself.
pub(super) struct Claim<'m> {
    pub(super) algorithm: Algorithm,
    pub(super) signatures: Vec<Vec<u8>>,
    /// What is signed, piece by piece.
    pub(super) signed: Vec<&'m [u8]>,
    pub(super) sent_at: Option<Timestamp>,
}

/// Reads the headers of a scheme.
pub(super) fn read<'m>(
    scheme: &'m Scheme,
    headers: &'m Headers,
    body: &'m [u8],
) -> Result<Claim<'m>, Unproven> {
    match scheme {
        Scheme::StandardWebhooks => standard(headers, body),
        Scheme::Stripe => stripe(headers, body),
        Scheme::Github => {
            let given = required(headers, "x-hub-signature-256")?;
            let digits = given.strip_prefix("sha256=").ok_or(Unproven::Malformed)?;
            bare(digest::hex(digits), body)
        }
        Scheme::Shopify => bare(from_base64(required(headers, "x-shopify-hmac-sha256")?), body),
        Scheme::Hmac(rule) => hmac(rule, headers, body),
    }
}

/// Senders that began before the standard use Svix's names for the same headers.
fn standard<'m>(headers: &'m Headers, body: &'m [u8]) -> Result<Claim<'m>, Unproven> {
    let name = if headers.get("webhook-signature").is_some() { "webhook" } else { "svix" };
    let part = |part: &str| required(headers, &format!("{name}-{part}"));
    let (id, timestamp, given) = (part("id")?, part("timestamp")?, part("signature")?);
    let versions = given.split([' ', ',']).collect::<Vec<_>>();
    let signatures = versions.windows(2).filter(|pair| pair[0] == "v1");
    Ok(Claim {
        algorithm: Algorithm::Sha256,
        signatures: several(signatures.map(|pair| from_base64(pair[1])))?,
        signed: vec![id.as_bytes(), b".", timestamp.as_bytes(), b".", body],
        sent_at: Some(time(timestamp)?),
    })
}

fn stripe<'m>(headers: &'m Headers, body: &'m [u8]) -> Result<Claim<'m>, Unproven> {
    let given = required(headers, "stripe-signature")?;
    let of = |name: &'static str| {
        given.split(',').filter_map(move |part| part.trim().strip_prefix(name))
    };
    let timestamp = of("t=").next().ok_or(Unproven::Malformed)?;
    Ok(Claim {
        algorithm: Algorithm::Sha256,
        signatures: several(of("v1=").map(digest::hex))?,
        signed: vec![timestamp.as_bytes(), b".", body],
        sent_at: Some(time(timestamp)?),
    })
}

fn hmac<'m>(
    rule: &'m HmacRule,
    headers: &'m Headers,
    body: &'m [u8],
) -> Result<Claim<'m>, Unproven> {
    let given = required(headers, &rule.header)?;
    let given = given.strip_prefix(rule.prefix.as_str()).ok_or(Unproven::Malformed)?;
    let signature = match rule.encoding {
        Encoding::Hex => digest::hex(given),
        Encoding::Base64 => from_base64(given),
    };
    let timestamp = rule.timestamp.as_deref().map(|name| required(headers, name)).transpose()?;
    let signed = rule.signed.iter().map(|piece| match piece {
        Piece::Text(text) => text.as_bytes(),
        Piece::Timestamp => timestamp.unwrap_or_default().as_bytes(),
        Piece::Body => body,
    });
    Ok(Claim {
        algorithm: rule.algorithm,
        signatures: several([signature].into_iter())?,
        signed: signed.collect(),
        sent_at: timestamp.map(time).transpose()?,
    })
}

fn bare(signature: Option<Vec<u8>>, body: &[u8]) -> Result<Claim<'_>, Unproven> {
    Ok(Claim {
        algorithm: Algorithm::Sha256,
        signatures: several([signature].into_iter())?,
        signed: vec![body],
        sent_at: None,
    })
}

fn required<'m>(headers: &'m Headers, name: &str) -> Result<&'m str, Unproven> {
    headers.get(name).map(str::trim).ok_or(Unproven::Missing)
}

/// At least one that can be read; the others may be of a form that we do not know.
fn several(read: impl Iterator<Item = Option<Vec<u8>>>) -> Result<Vec<Vec<u8>>, Unproven> {
    let all: Vec<_> = read.flatten().take(MOST_SIGNATURES).collect();
    if all.is_empty() { Err(Unproven::Malformed) } else { Ok(all) }
}

fn time(text: &str) -> Result<Timestamp, Unproven> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number: i64 = text.parse().ok().filter(|_| digits).ok_or(Unproven::Malformed)?;
    let time = if number >= MILLIS_FROM {
        Timestamp::from_millisecond(number)
    } else {
        Timestamp::from_second(number)
    };
    time.map_err(|_| Unproven::Malformed)
}
