//! Standard Webhooks: how a message is signed so that its receiver knows who sent it and when.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a secret of this kind begins with.
const PREFIX: &str = "whsec_";

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The key that a secret stands for: `whsec_` and base64; nothing when it is not of that form.
pub fn key(secret: &str) -> Option<Vec<u8>> {
    let key = from_base64(secret.strip_prefix(PREFIX).unwrap_or(secret))?;
    (!key.is_empty()).then_some(key)
}

/// Reads base64 as people and vendors write it, with and without the padding.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    LENIENT.decode(text).ok()
}

/// The value of `webhook-signature`, version 1: HMAC-SHA256 over id, seconds since 1970 and body.
pub fn signature(key: &[u8], id: &str, seconds: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(id.as_bytes());
    mac.update(b".");
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("v1,{}", base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_as_the_specification_gives_it() {
        // The example of the specification's own libraries.
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a key");
        let body = br#"{"test": 2432232314}"#;
        let signed = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_base64_with_or_without_its_prefix_and_padding() {
        assert_eq!(key("whsec_YWJjZA=="), Some(b"abcd".to_vec()));
        assert_eq!(key("YWJjZA"), Some(b"abcd".to_vec()));
        for bad in ["", "whsec_", "whsec_not base64!", "sk_live_1"] {
            assert_eq!(key(bad), None, "{bad}");
        }
    }
}
