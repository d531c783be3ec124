//! The vendor's path: every interpolated value is one percent-encoded piece, and can never leave its place.

use std::fmt::Write;

/// The longest path or address, in characters.
pub(crate) const MOST: usize = 2_000;

/// Percent-encodes everything but RFC 3986's unreserved characters.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// What keeps a rendered path below the destination's base URL, or why it does not.
///
/// # Errors
/// For an empty segment, and for `.` and `..`, which servers resolve to another path.
pub(crate) fn check(path: &str) -> Result<(), String> {
    let only_path = path.split('?').next().unwrap_or(path);
    let Some(segments) = only_path.strip_prefix('/') else {
        return Err("does not begin with /".to_owned());
    };
    // One slash at the end is the author's choice; some vendors want it.
    for segment in segments.strip_suffix('/').unwrap_or(segments).split('/') {
        match segment {
            "" if segments.is_empty() => {}
            "" => return Err("has an empty segment".to_owned()),
            "." | ".." => {
                return Err(format!(
                    "has the segment \"{segment}\", which would lead to another path"
                ));
            }
            _ => {}
        }
    }
    if path.len() > MOST {
        return Err(format!("has {} characters; at most {MOST} are sent", path.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(encode("aZ09-._~"), "aZ09-._~");
        assert_eq!(encode("a/b?c#d%e f"), "a%2Fb%3Fc%23d%25e%20f");
        assert_eq!(encode("é\r\n"), "%C3%A9%0D%0A");
    }

    #[test]
    fn a_path_cannot_leave_its_place() {
        for good in [
            "/",
            "/v2/invoices",
            "/v3/customers/a%2Fb",
            "/v2/x?external_id=a%2F..",
            "/a/..b/...c",
            "/v2/x/",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", "v2", "//host", "/v2//x", "/v2/../x", "/v2/.", "/v2/x//"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
