//! Who may use the console: whoever started it, from this machine, through its own pages.

use axum::http::{HeaderMap, Method, Uri, header};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The start-up token: random, new at every start, known to whoever reads the terminal.
#[derive(Clone)]
pub(super) struct Token(String);

impl Token {
    /// Draws one: 256 bits from the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub(super) fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(hex(&bytes)))
    }

    /// The text, for the URL that is printed at the start.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// What a form of the console's own pages carries. It follows from the token and does not tell it.
    pub(super) fn form(&self) -> String {
        hex(&Sha256::digest(format!("form {}", self.0)))
    }

    fn is_form(&self, given: &str) -> bool {
        self.form().as_bytes().ct_eq(given.as_bytes()).into()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What stands at the door.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// The port that the console listens on; a browser keeps cookies of all ports of a host together.
    pub(super) port: u16,
    /// The token of this start.
    pub(super) token: Token,
}

/// What the door says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Come in.
    In,
    /// The URL carries the token: give the browser its cookie, and a URL without it.
    Welcome,
    /// Not from the address under which the console was started: a rebound name, for example.
    WrongHost,
    /// Without the token, or with an old one.
    NoToken,
    /// Something else than the console's own page has sent the form.
    Foreign,
}

impl Guard {
    /// The cookie's name; other consoles on other ports have their own.
    pub(super) fn cookie(&self) -> String {
        format!("fairlead-{}", self.port)
    }

    /// Decides on a request by its head.
    pub(super) fn admit(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Admission {
        let hosts = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let host = text(headers, header::HOST.as_str());
        if !hosts.iter().any(|ours| host == Some(ours)) {
            return Admission::WrongHost;
        }
        if *method != Method::GET && *method != Method::HEAD && !self.is_own_page(headers, &hosts) {
            return Admission::Foreign;
        }
        if let Some(given) = parameter(uri, "token") {
            return if self.token.is(&given) { Admission::Welcome } else { Admission::NoToken };
        }
        let name = self.cookie();
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
        let ours = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(found, value)| found == name && self.token.is(value));
        if ours { Admission::In } else { Admission::NoToken }
    }

    /// Browsers name the page that sends a form; a request of another page is refused, whatever cookie it carries.
    fn is_own_page(&self, headers: &HeaderMap, hosts: &[String; 2]) -> bool {
        let origin = text(headers, header::ORIGIN.as_str());
        let same = |origin: &str| hosts.iter().any(|host| origin == format!("http://{host}"));
        let site = text(headers, "sec-fetch-site");
        origin.is_none_or(same) && site.is_none_or(|site| site == "same-origin")
    }

    /// Whether a form carries what only the console's own pages know.
    pub(super) fn knows_form(&self, given: &str) -> bool {
        self.token.is_form(given)
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.into_iter().find(|(found, _)| *found == name)?.1;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard { port: 4711, token: Token("secret".to_owned()) }
    }

    #[track_caller]
    fn check(method: Method, uri: &str, headers: &[(&'static str, &str)], expected: Admission) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().expect("a header"));
        }
        let uri = uri.parse().expect("a URI");
        assert_eq!(guard().admit(&method, &uri, &map), expected, "{uri} {headers:?}");
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:4711");
    const COOKIE: (&str, &str) = ("cookie", "a=b; fairlead-4711=secret");

    #[test]
    fn the_token_in_the_url_is_exchanged_for_a_cookie() {
        check(Method::GET, "/?token=secret", &[HOST], Admission::Welcome);
        check(Method::GET, "/?token=other", &[HOST, COOKIE], Admission::NoToken);
        check(Method::GET, "/", &[HOST, COOKIE], Admission::In);
        check(Method::GET, "/", &[("host", "localhost:4711"), COOKIE], Admission::In);
    }

    #[test]
    fn nobody_comes_in_without_the_token() {
        check(Method::GET, "/", &[HOST], Admission::NoToken);
        check(Method::GET, "/", &[HOST, ("cookie", "fairlead-4711=other")], Admission::NoToken);
        check(Method::GET, "/", &[HOST, ("cookie", "fairlead-4712=secret")], Admission::NoToken);
    }

    #[test]
    fn another_name_for_this_machine_is_refused() {
        for host in ["evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:4711.evil.example"] {
            check(Method::GET, "/", &[("host", host), COOKIE], Admission::WrongHost);
        }
        check(Method::GET, "/", &[COOKIE], Admission::WrongHost);
    }

    #[test]
    fn a_form_of_another_page_is_refused() {
        let origin = |o: &'static str| [HOST, COOKIE, ("origin", o)];
        check(Method::POST, "/x", &origin("http://127.0.0.1:4711"), Admission::In);
        check(Method::POST, "/x", &origin("http://evil.example"), Admission::Foreign);
        check(Method::POST, "/x", &origin("null"), Admission::Foreign);
        check(Method::POST, "/x", &origin("https://127.0.0.1:4711"), Admission::Foreign);
        let site = [HOST, COOKIE, ("sec-fetch-site", "cross-site")];
        check(Method::POST, "/x", &site, Admission::Foreign);
    }

    #[test]
    fn a_form_knows_what_the_token_does_not_tell() {
        let guard = guard();
        assert!(guard.knows_form(&guard.token.form()));
        assert!(!guard.knows_form("secret"));
        assert!(!guard.knows_form(""));
        assert_eq!(format!("{:?}", guard.token), "Token(..)");
    }

    #[test]
    fn every_start_has_a_token_of_its_own() {
        let one = Token::draw().expect("randomness");
        let other = Token::draw().expect("randomness");
        assert_eq!(one.as_str().len(), 64);
        assert_ne!(one.as_str(), other.as_str());
    }
}
