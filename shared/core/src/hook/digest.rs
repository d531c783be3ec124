//! Digests under a key, compared in constant time.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::Algorithm;

/// Whether `key` gives one of the signatures over all pieces together.
pub(super) fn any(
    algorithm: Algorithm,
    key: &[u8],
    signed: &[&[u8]],
    signatures: &[Vec<u8>],
) -> bool {
    match algorithm {
        Algorithm::Sha1 => matches::<Hmac<Sha1>>(key, signed, signatures),
        Algorithm::Sha256 => matches::<Hmac<Sha256>>(key, signed, signatures),
        Algorithm::Sha512 => matches::<Hmac<Sha512>>(key, signed, signatures),
    }
}

fn matches<M: Mac + KeyInit + Clone>(key: &[u8], signed: &[&[u8]], signatures: &[Vec<u8>]) -> bool {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    signed.iter().for_each(|piece| mac.update(piece));
    // `verify_slice` takes the same time wherever the first wrong byte is, and demands the whole length.
    signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
}

/// Reads a signature in hexadecimal digits.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    let digits = text.bytes().all(|b| b.is_ascii_hexdigit());
    digits.then(|| (0..text.len()).step_by(2).map(pair).collect()).flatten()
}
