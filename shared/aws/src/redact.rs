//! Takes a secret out of texts that came from outside, in every form in which a vendor may echo it.

mod spell;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use spell::{FEW, Forms, Met};

/// What stands where the secret stood.
const MARK: &str = "[secret]";

/// The text without the secret; `cut` says that the text's end is missing, so that it may end within the secret.
pub(crate) fn redact(secret: &str, text: &str, cut: bool) -> String {
    let forms = forms(secret);
    let (mut shown, mut told, mut at) = (String::with_capacity(text.len()), 0, 0);
    while at < text.len() {
        let end = match forms.meet(text.as_bytes(), at) {
            Met::Until(end) => end,
            Met::Begun if cut => text.len(),
            Met::Begun | Met::Nothing => {
                at += 1;
                continue;
            }
        };
        shown.push_str(&text[told..at]);
        shown.push_str(MARK);
        (told, at) = (end, end);
    }
    shown.push_str(&text[told..]);
    shown
}

/// As it is, and in base64; each may be escaped.
fn forms(secret: &str) -> Forms {
    let in_base64 = (0..3).flat_map(|before| in_base64(secret, before));
    Forms::new([secret.to_owned()].into_iter().chain(in_base64))
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
    let keeps = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte: u8| {
        if keeps(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(one).collect()
}

/// As the values of HTML forms are written.
pub(crate) fn form_encoded(text: &str) -> String {
    percent_encoded(text).replace("%20", "+")
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

    /// Trap 30: what an encoder may escape of it, in either case and mixed with what it leaves as it is.
    #[test]
    fn p30_no_escape_hides_a_secret() {
        let secret = "k+e/y&1=<\"'\\\u{e9}\u{1f511} z";
        for echo in [
            r#"k\u002Be\u002Fy\u00261\u003D\u003C\u0022\u0027\u005C\u00E9\uD83D\uDD11 z"#,
            r#"k\u002be\/y\u00261=\u003c\"'\\é\ud83d\udd11\u0020z"#,
            r#"\u006B+e/y&1=<\"'\\é🔑 z"#,
            // A text within a text.
            r#"k\\u002be\\/y&1=<\\\"'\\\\é🔑 z"#,
            "k+e/y&amp;1=&lt;&quot;&#39;\\é🔑 z",
            "k&#43;e&#x2F;y&#38;1&#61;&lt;&#34;&#039;&#x005c;&#xe9;&#128273; z",
            "k%2Be%2fy%261%3D%3C%22%27%5c%C3%A9%f0%9f%94%91+z",
        ] {
            assert_eq!(redact(secret, &format!("bad {echo}!"), false), "bad [secret]!", "{echo}");
        }
        assert_eq!(redact(secret, "k-e/y", false), "k-e/y", "that is another text");
    }

    /// Base64 has characters that are escaped, too.
    #[test]
    fn p30_no_escape_hides_base64() {
        let secret = "?>?>canary?>?>";
        let encoded = STANDARD_NO_PAD.encode(secret);
        assert!(encoded.contains('/') && encoded.contains('+'), "{encoded}");
        for (plain, escaped) in [("/", "\\/"), ("+", "\\u002B"), ("/", "%2f"), ("+", "&#43;")] {
            let said = redact(secret, &encoded.replace(plain, escaped), false);
            assert_eq!(said, MARK);
        }
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
        // It may end within an escape.
        for end in 0..6 {
            let text = format!("key canary{}", &"\\u002d"[..end]);
            assert_eq!(redact("canary-5ecret", &text, true), "key [secret]");
        }
    }
}
