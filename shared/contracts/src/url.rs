//! URLs of vendors: https, a plain host that others can reach, a plain path.

use fairlead_core::address::{Reach, literal, reach};

type Wrong = (String, &'static str);

/// Checks the form of a URL of a destination; `what` is how people call it: `base URL`.
///
/// # Errors
/// What is wrong, and how to mend it.
pub(crate) fn check(url: &str, what: &str) -> Result<(), Wrong> {
    let wrong = |message: String, help| Err((message, help));
    if url.contains('@') {
        let help = "put the credential into a secret and name it in auth";
        return wrong(format!("a {what} must not carry a user or a password"), help);
    }
    let Some(rest) = url.strip_prefix("https://") else {
        let help = "vendors are called over https only";
        return wrong(format!("\"{url}\" does not begin with https://"), help);
    };
    if rest.contains(['?', '#']) {
        let help = "end it before the query; a query belongs into request.path";
        return wrong(format!("a {what} must not have a query or a fragment"), help);
    }
    let example = "write https://host or https://host/path, as in https://api.example.com";
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if !is_authority(authority) {
        return wrong(format!("\"{authority}\" is no host name in lower case"), example);
    }
    if !is_plain_path(path) {
        return wrong(format!("\"{path}\" is no plain path"), example);
    }
    Ok(())
}

/// Checks that a base URL does not end where `request.path` begins.
///
/// # Errors
/// What is wrong, and how to mend it.
pub(crate) fn check_end(url: &str) -> Result<(), Wrong> {
    if url.ends_with('/') {
        let help = "remove the last /; request.path begins with one";
        return Err(("a base URL must not end with a slash".to_owned(), help));
    }
    Ok(())
}

/// Checks that the host is one that a vendor can have; names are looked up when they are called, and checked then.
///
/// # Errors
/// What is wrong, and how to mend it.
pub(crate) fn check_host(url: &str, private: bool) -> Result<(), Wrong> {
    let rest = url.strip_prefix("https://").unwrap_or(url);
    let host = rest.split([':', '/']).next().unwrap_or(rest);
    let by_name = "write the vendor's host name";
    let last = host.rsplit('.').next().unwrap_or(host);
    let number = last.starts_with("0x") || last.chars().all(|c| c.is_ascii_digit());
    match literal(host).map(reach) {
        Some(Reach::Global) => Ok(()),
        Some(Reach::Private) if private => Ok(()),
        Some(Reach::Private) => {
            let help = "add private: true if the vendor stands in your own network";
            Err((format!("\"{host}\" is an address of a private network"), help))
        }
        Some(Reach::Never) => Err((format!("no vendor can have the address \"{host}\""), by_name)),
        None if last == "localhost" => {
            Err((format!("\"{host}\" would be the function itself"), by_name))
        }
        None if number => Err((format!("\"{host}\" is an address in disguise"), by_name)),
        None => Ok(()),
    }
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
    let path = path.strip_suffix('/').unwrap_or(path);
    path.chars().all(plain) && !path.split('/').skip(1).any(|s| matches!(s, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str) -> Result<(), Wrong> {
        check(url, "base URL").and_then(|()| check_end(url))
    }

    #[test]
    fn base_urls_are_https_and_plain() {
        for good in ["https://api.example.com", "https://api.example.com:8443/v1", "https://crm"] {
            assert_eq!(base(good), Ok(()), "{good}");
        }
        for bad in [
            "http://api.example.com",
            "https://user:pw@api.example.com",
            "https://api.example.com/",
            "https://api.example.com/a/../b",
            "https://api.example.com/a//b",
            "https://api.example.com?x=1",
            "https://",
            "https://API.example.com",
            "https://a:0",
            "https://[::1]",
            "api.example.com",
        ] {
            assert!(base(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_token_url_may_end_with_a_slash() {
        assert_eq!(check("https://login.example.com/oauth/token/", "token URL"), Ok(()));
        assert!(check("https://login.example.com/token//", "token URL").is_err());
    }

    #[test]
    fn p29_a_host_is_one_that_a_vendor_can_have() {
        for good in ["https://api.example.com", "https://1.1.1.1/v1", "https://1.example.com:1"] {
            assert_eq!(check_host(good, false), Ok(()), "{good}");
        }
        for bad in [
            "https://127.0.0.1",
            "https://169.254.169.254/latest",
            "https://localhost:443",
            "https://api.localhost",
            "https://2130706433",
            "https://0x7f000001/",
            "https://127.1",
            "https://0177.0.0.1",
        ] {
            assert!(check_host(bad, false).is_err() && check_host(bad, true).is_err(), "{bad}");
        }
        assert!(check_host("https://10.0.0.1", false).is_err());
        assert_eq!(check_host("https://10.0.0.1", true), Ok(()));
    }
}
