//! The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07), as senders write it.

use crate::{id::IdempotencyKey, integration::Idempotency, problem::Problem};

/// The longest idempotency key, in characters.
pub const MOST: usize = 255;

/// Reads the header: a structured string (`"k-1"`, as the draft has it) or the bare key (`k-1`, as most senders do).
///
/// # Errors
/// When it is no key: empty, too long, several, or with characters that cannot stand in a header of ours.
pub fn read(header: Option<&str>) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(given) = header.map(str::trim) else { return Ok(None) };
    let key = if given.starts_with('"') { quoted(given) } else { bare(given) };
    let key = key.map_err(|why| Problem::BadKey(format!("Idempotency-Key {why}")))?;
    Ok(Some(IdempotencyKey::new(key)))
}

/// The key of the one event of a request, where the integration takes it from the header.
///
/// Elsewhere a header is only checked for its form: the event decides by itself what it is.
///
/// # Errors
/// As [`read`], and when there is none where one is needed.
pub fn of_event(
    rule: &Idempotency,
    header: Option<&str>,
) -> Result<Option<IdempotencyKey>, Problem> {
    let key = read(header)?;
    if !rule.is_from_header() {
        return Ok(None);
    }
    match key {
        None => Err(problem(
            "this integration needs the header Idempotency-Key: one key for each event, the same when it is sent again",
        )),
        key => Ok(key),
    }
}

/// Checks the header of a batch, whose events cannot have one key.
///
/// # Errors
/// As [`read`], and where the integration takes its key from the header.
pub fn of_batch(rule: &Idempotency, header: Option<&str>) -> Result<(), Problem> {
    read(header)?;
    if !rule.is_from_header() {
        return Ok(());
    }
    Err(problem(
        "this integration takes its key from the header Idempotency-Key, which cannot name several events; send them one by one",
    ))
}

fn problem(why: &str) -> Problem {
    Problem::BadKey(why.to_owned())
}

/// An sf-string (RFC 8941 section 3.3.3), of which only `"` and `\` may be escaped.
fn quoted(given: &str) -> Result<String, &'static str> {
    let mut key = String::new();
    let mut rest = given[1..].chars();
    loop {
        match rest.next() {
            None => return Err("has no closing quote"),
            Some('"') => break,
            Some('\\') => match rest.next() {
                Some(c @ ('"' | '\\')) => key.push(c),
                _ => return Err("has an escape that is none"),
            },
            Some(c) => key.push(c),
        }
    }
    if !rest.as_str().is_empty() {
        return Err("has something behind its closing quote; send one key");
    }
    checked(key)
}

fn bare(given: &str) -> Result<String, &'static str> {
    // A header that was sent twice arrives as one with a comma.
    if given.contains([',', '"']) {
        return Err("has a comma or a quote; send one key, or put it in quotes");
    }
    checked(given.to_owned())
}

fn checked(key: String) -> Result<String, &'static str> {
    if key.is_empty() {
        return Err("is empty");
    }
    if key.len() > MOST {
        return Err("has more than 255 characters");
    }
    if key.chars().all(|c| c.is_ascii_graphic()) {
        return Ok(key);
    }
    Err("has a space or a character outside of visible ASCII")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::integration::FROM_HEADER;

    #[track_caller]
    fn check(header: &str, key: &str) {
        assert_eq!(read(Some(header)), Ok(Some(IdempotencyKey::new(key))), "{header}");
    }

    #[test]
    fn both_forms_of_a_key_are_the_same_key() {
        let key = "8e03978e-40d5-43dd-bc93-6894a57f9324";
        check(key, key);
        check(&format!("\"{key}\""), key);
        check(" k-1\t", "k-1");
        check(r#""a\"b\\c""#, r#"a"b\c"#);
        check("\"a,b\"", "a,b");
        check(&"k".repeat(MOST), &"k".repeat(MOST));
    }

    #[test]
    fn keys_that_differ_in_case_are_two_keys() {
        assert_ne!(read(Some("K-1")), read(Some("k-1")));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "k".repeat(MOST + 1);
        for bad in [
            "",
            "  ",
            "\"\"",
            "\"",
            "\"a",
            "a b",
            "\"a b\"",
            "é",
            "\"é\"",
            "a,b",
            "\"a\",\"b\"",
            "\"a\";q=1",
            "a\"b",
            "\"a\\n\"",
            "\u{7f}",
            "a\u{0}b",
            &long,
        ] {
            assert!(matches!(read(Some(bad)), Err(Problem::BadKey(_))), "{bad:?}");
        }
    }

    fn rule(key: &str) -> Idempotency {
        Idempotency { key: key.to_owned(), keep: Duration::from_secs(1) }
    }

    #[test]
    fn a_missing_key_is_a_problem_only_where_one_is_needed() {
        let (needed, own) = (rule(FROM_HEADER), rule("deal:\\(.id)"));
        assert!(matches!(of_event(&needed, None), Err(Problem::BadKey(_))));
        assert_eq!(of_event(&needed, Some("k")), Ok(Some(IdempotencyKey::new("k"))));
        assert_eq!(of_event(&own, None), Ok(None));
        assert_eq!(of_event(&own, Some("k")), Ok(None), "the event decides");
        assert!(of_event(&own, Some("a b")).is_err(), "but what is no key is told");
        assert!(of_batch(&needed, Some("k")).is_err());
        assert_eq!(of_batch(&own, Some("k")), Ok(()));
    }
}
