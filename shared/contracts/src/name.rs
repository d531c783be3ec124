//! The forms that names must have.

use std::ops::Range;

use crate::{code::Code, fields::Said, report::Mistakes, source::Source};

/// Headers that every request carries already, or that carry the connection.
const OURS: [&str; 16] = [
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// Checks a name: lower-case words of letters and digits joined by `-`, at most 48 characters.
pub(crate) fn kebab(
    source: &Source,
    at: &Range<usize>,
    what: &str,
    name: &str,
    mistakes: &mut Mistakes,
) -> bool {
    let good = is_kebab(name);
    if !good {
        let message = format!("\"{}\" is no name for {what}", crate::text::shorten(name, 60));
        let help = "write at most 48 lower-case letters and digits, words joined by -, as in deal-won-to-invoice";
        mistakes.add(Code::FL0203, source, at, message, help);
    }
    good
}

/// Whether a name is of lower-case words joined by `-`.
pub(crate) fn is_kebab(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    name.len() <= 48
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.split('-').all(word)
}

/// Checks the name of a header that the user may choose.
pub(crate) fn header(
    source: &Source,
    said: Said<'_>,
    taken: &[&str],
    mistakes: &mut Mistakes,
) -> Option<String> {
    let name = said.text;
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if !name.chars().all(token) || name.len() > 100 {
        let message = format!("\"{}\" is no header name", crate::text::shorten(name, 60));
        mistakes.add(
            Code::FL0206,
            source,
            &said.node.span,
            message,
            "write letters, digits and -, as in Idempotency-Key",
        );
        return None;
    }
    let lower = name.to_ascii_lowercase();
    if OURS.contains(&lower.as_str())
        || taken.contains(&lower.as_str())
        || lower.starts_with("x-amz")
    {
        let message = format!("header \"{name}\" is set by Fairlead itself");
        mistakes.add(
            Code::FL0207,
            source,
            &said.node.span,
            message,
            "name the header in which the vendor expects the key",
        );
        return None;
    }
    Some(name.to_owned())
}
