//! Takes a secret out of texts that came from outside, in every form in which a vendor may echo it.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// What stands where the secret stood.
const MARK: &str = "[secret]";

/// Fewer characters of a secret say nothing, and may stand in a text by chance.
const FEW: usize = 4;

/// The text without the secret; `cut` says that the text's end is missing, so that it may end within the secret.
pub(crate) fn redact(secret: &str, text: &str, cut: bool) -> String {
    let forms = forms(secret);
    let text = forms.iter().fold(text.to_owned(), |text, form| text.replace(form, MARK));
    let ends = if cut { forms.iter().filter_map(|form| begun(form, &text)).max() } else { None };
    match ends {
        Some(length) => format!("{}{MARK}", &text[..text.len() - length]),
        None => text,
    }
}

/// How much of `form` the text ends with, unless that is too little to tell.
fn begun(form: &str, text: &str) -> Option<usize> {
    let begins = |length: &usize| form.get(..*length).is_some_and(|part| text.ends_with(part));
    (FEW..form.len()).rev().find(begins)
}

/// As it is, as JSON may escape it, as URLs and forms carry it, in base64; the longest first.
fn forms(secret: &str) -> Vec<String> {
    let encoded = percent_encoded(secret);
    let lower = percent_encoded_with(secret, |byte| format!("%{byte:02x}"));
    let mut forms = vec![secret.to_owned(), secret.replace('/', "\\/")];
    forms.extend([encoded, lower, form_encoded(secret)]);
    forms.extend((0..3).flat_map(|before| in_base64(secret, before)));
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

/// How the secret looks in base64 when `before` more bytes stand before it in a group of three.
///
/// Basic authentication encodes `user:password`, so the password begins anywhere in a group.
fn in_base64(secret: &str, before: usize) -> Vec<String> {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(secret.as_bytes());
    // The first characters also hold bits of what stands before, and the last ones of what comes after.
    let first = (before * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    let both = [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)];
    let parts = both.iter().flat_map(|text| [&text[first..], &text[first..last]]);
    parts.filter(|part| part.len() >= 2 * FEW).map(str::to_owned).collect()
}

/// Everything but RFC 3986's unreserved characters, as most encoders write it.
pub(crate) fn percent_encoded(text: &str) -> String {
    percent_encoded_with(text, |byte| format!("%{byte:02X}"))
}

/// As the values of HTML forms are written.
pub(crate) fn form_encoded(text: &str) -> String {
    percent_encoded(text).replace("%20", "+")
}

fn percent_encoded_with(text: &str, encode: impl Fn(u8) -> String) -> String {
    let keeps = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte: u8| if keeps(byte) { char::from(byte).to_string() } else { encode(byte) };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p30_a_vendors_echo_is_redacted() {
        let said = redact("canary-5ecret", "bad key canary-5ecret (Y2FuYXJ5LTVlY3JldA==)", false);
        assert_eq!(said, "bad key [secret] ([secret]==)");
        let echoes = "a/b+c-d e, a\\/b+c-d e, a%2Fb%2Bc-d%20e, a%2fb%2bc-d%20e, a%2Fb%2Bc-d+e";
        let said = redact("a/b+c-d e", echoes, false);
        assert_eq!(said, "[secret], [secret], [secret], [secret], [secret]");
    }

    #[test]
    fn p30_base64_hides_no_secret_wherever_it_stands() {
        for before in ["", "u", "us", "user", "user:", "user:x"] {
            for after in ["", "!", "!!", "!!!"] {
                let encoded = STANDARD_NO_PAD.encode(format!("{before}canary-5ecret{after}"));
                let said = redact("canary-5ecret", &encoded, false);
                assert!(
                    said.contains(MARK) && said.len() < MARK.len() + 16,
                    "{before}{after} {said}"
                );
            }
        }
    }

    #[test]
    fn p30_a_text_that_is_cut_within_the_secret_shows_none_of_it() {
        for end in FEW.."canary-5ecret".len() {
            let text = format!("key {}", &"canary-5ecret"[..end]);
            assert_eq!(redact("canary-5ecret", &text, true), "key [secret]");
            assert_eq!(redact("canary-5ecret", &text, false), text);
        }
        assert_eq!(redact("canary-5ecret", "a long can", true), "a long can");
    }
}
