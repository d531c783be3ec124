//! Base URLs: https, a plain host, a plain path.

/// Checks the base URL of a destination.
///
/// # Errors
/// What is wrong, and how to mend it.
pub(crate) fn check_base(url: &str) -> Result<(), (String, &'static str)> {
    let wrong = |message: &str, help| Err((message.to_owned(), help));
    if url.contains('@') {
        let help = "put the credential into a secret and name it in auth";
        return wrong("a base URL must not carry a user or a password", help);
    }
    let Some(rest) = url.strip_prefix("https://") else {
        let help = "vendors are called over https only";
        return wrong(&format!("\"{url}\" does not begin with https://"), help);
    };
    if rest.contains(['?', '#']) {
        let help = "put the query into request.path";
        return wrong("a base URL must not have a query or a fragment", help);
    }
    if rest.ends_with('/') {
        let help = "remove the last /; request.path begins with one";
        return wrong("a base URL must not end with a slash", help);
    }
    let example = "write https://host or https://host/path, as in https://api.example.com";
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if !is_authority(authority) {
        return wrong(&format!("\"{authority}\" is no host name in lower case"), example);
    }
    if !is_plain_path(path) {
        return wrong(&format!("\"{path}\" is no plain path"), example);
    }
    Ok(())
}

/// A host name, and a port if there is one.
fn is_authority(authority: &str) -> bool {
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let label = |label: &str| {
        label.len() <= 63
            && label.starts_with(letter)
            && label.ends_with(letter)
            && label.chars().all(|c| letter(c) || c == '-')
    };
    host.len() <= 253 && host.split('.').all(label) && port.parse::<u16>().is_ok_and(|p| p > 0)
}

fn is_plain_path(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '/');
    path.chars().all(plain) && !path.split('/').skip(1).any(|s| matches!(s, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::check_base;

    #[test]
    fn base_urls_are_https_and_plain() {
        for good in
            ["https://api.example.com", "https://api.example.com:8443/v1", "https://localhost"]
        {
            assert_eq!(check_base(good), Ok(()), "{good}");
        }
        for bad in [
            "http://api.example.com",
            "https://user:pw@api.example.com",
            "https://api.example.com/",
            "https://api.example.com/a/../b",
            "https://api.example.com?x=1",
            "https://",
            "https://API.example.com",
            "https://a:0",
            "https://[::1]",
            "api.example.com",
        ] {
            assert!(check_base(bad).is_err(), "{bad}");
        }
    }
}
