//! Reads `auth`: the one way in which calls to a destination prove who we are.

use fairlead_core::{
    id::SecretName,
    integration::{Auth, Oauth2},
};

use crate::{
    code::Code,
    destination,
    fields::{Fields, Said},
    name,
    report::Mistakes,
    text::list,
};

/// Every way, as it is written.
const WAYS: [&str; 6] = ["bearer", "header", "basic", "query", "standard_webhooks", "oauth2"];

/// Reads the one way that is given; with `private`, a token URL may be in the company's own network.
pub(crate) fn read(mut fields: Fields<'_>, private: bool, mistakes: &mut Mistakes) -> Option<Auth> {
    let given: Vec<&'static str> =
        WAYS.into_iter().filter(|way| fields.optional(way).is_some()).collect();
    let auth = match given.as_slice() {
        [way] => fields
            .optional_map(way, mistakes)
            .and_then(|way_fields| one(way, way_fields, private, mistakes)),
        several => {
            not_one(&fields, several, mistakes);
            None
        }
    };
    fields.finish_hidden(mistakes);
    auth
}

fn not_one(fields: &Fields<'_>, given: &[&str], mistakes: &mut Mistakes) {
    let (source, at) = (fields.source(), fields.at());
    if given.is_empty() {
        let message = "\"auth\" must say one way to prove who we are";
        let help = format!("write auth: {{bearer: {{secret: ...}}}}; known here: {}", list(WAYS));
        mistakes.add(Code::FL0104, source, at, message, help);
    } else {
        let message = format!("\"auth\" says {} ways to prove who we are", given.len());
        let help = format!("keep one of {}", list(given.iter().copied()));
        mistakes.add(Code::FL0308, source, at, message, help);
    }
}

fn one(way: &str, mut fields: Fields<'_>, private: bool, mistakes: &mut Mistakes) -> Option<Auth> {
    let source = fields.source();
    let secret = fields
        .text("secret", mistakes)
        .and_then(|said| destination::secret(source, said, mistakes));
    let auth = match way {
        "bearer" => secret.map(|secret| Auth::Bearer { secret }),
        "standard_webhooks" => secret.map(|secret| Auth::StandardWebhooks { secret }),
        "header" => header(&mut fields, secret, mistakes),
        "basic" => {
            let said = fields.text("user", mistakes);
            let user = said.and_then(|said| user(&fields, said, mistakes));
            user.zip(secret).map(|(user, secret)| Auth::Basic { user, secret })
        }
        "query" => {
            let said = fields.text("name", mistakes);
            let name = said.and_then(|said| parameter(&fields, said, mistakes));
            name.zip(secret).map(|(name, secret)| Auth::Query { name, secret })
        }
        _ => oauth2(&mut fields, secret, private, mistakes),
    };
    fields.finish_hidden(mistakes);
    auth
}

fn header(
    fields: &mut Fields<'_>,
    secret: Option<SecretName>,
    mistakes: &mut Mistakes,
) -> Option<Auth> {
    let source = fields.source();
    let said = fields.text("name", mistakes)?;
    // Some vendors want their key there bare, or behind a word of their own.
    let name = if said.text.eq_ignore_ascii_case("authorization") {
        Some(said.text.to_owned())
    } else {
        name::header(source, said, &[], mistakes)
    };
    name.zip(secret).map(|(name, secret)| Auth::Header { name, secret })
}

/// A user's name stands before the first colon (RFC 7617 section 2).
fn user(fields: &Fields<'_>, said: Said<'_>, mistakes: &mut Mistakes) -> Option<String> {
    let fits = |c: char| !c.is_control() && c != ':';
    let help = "write the user's name alone; the password is the secret's value";
    wellformed(fields, said, said.text.chars().all(fits), "user name", help, mistakes)
}

fn parameter(fields: &Fields<'_>, said: Said<'_>, mistakes: &mut Mistakes) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    let help = "write letters, digits, -, . and _, as in api_key; the secret is its value";
    wellformed(fields, said, said.text.chars().all(fits), "query parameter", help, mistakes)
}

fn oauth2(
    fields: &mut Fields<'_>,
    secret: Option<SecretName>,
    private: bool,
    mistakes: &mut Mistakes,
) -> Option<Auth> {
    let source = fields.source();
    let token_url = fields
        .text("token_url", mistakes)
        .and_then(|said| destination::https(source, said, "token URL", private, mistakes));
    // VSCHAR of RFC 6749 appendix A.
    let visible = |text: &str| text.chars().all(|c| (' '..='~').contains(&c));
    let client_id = fields.text("client_id", mistakes).and_then(|said| {
        let help = "write it as the vendor gave it; the client's secret is the secret's value";
        wellformed(fields, said, visible(said.text), "client id", help, mistakes)
    });
    let scope = fields.optional_text("scope", mistakes).map(|said| {
        let good = visible(said.text) && !said.text.contains(['"', '\\']);
        let help = "write the scopes as the vendor names them, with one space between";
        wellformed(fields, said, good, "scope", help, mistakes)
    });
    Some(Auth::Oauth2(Oauth2 {
        token_url: token_url?,
        client_id: client_id?,
        secret: secret?,
        scope: scope.map_or(Some(None), |scope| scope.map(Some))?,
    }))
}

fn wellformed(
    fields: &Fields<'_>,
    said: Said<'_>,
    good: bool,
    what: &str,
    help: &str,
    mistakes: &mut Mistakes,
) -> Option<String> {
    if good && said.text.len() <= 256 {
        return Some(said.text.to_owned());
    }
    // Who writes a credential here by mistake must not find it in the report.
    let message = format!("this is no {what}");
    mistakes.add_hidden(Code::FL0212, fields.source(), &said.node.span, &message, help);
    None
}
