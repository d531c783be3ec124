//! Reads `destinations.yaml`.

use std::{collections::BTreeMap, time::Duration};

use fairlead_core::{
    id::{DestinationName, SecretName},
    integration::{Auth, Destination, Timeout},
};

use crate::{
    code::Code,
    fields::{Fields, Said},
    name,
    report::Mistakes,
    source::Source,
    url, yaml,
};

/// The name of the file.
pub(crate) const FILE: &str = "destinations.yaml";

/// Longer calls would outlive the function that makes them.
const LONGEST_CALL: Duration = Duration::from_secs(30);

/// What the file declares.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    /// The destinations that are right.
    pub(crate) good: BTreeMap<DestinationName, Destination>,
    /// The names of all, right or not, so that one mistake is not told twice.
    pub(crate) names: Vec<String>,
    /// Whether the file could be read at all.
    pub(crate) known: bool,
}

/// Reads all destinations.
pub(crate) fn read(source: &Source, mistakes: &mut Mistakes) -> Declared {
    let mut declared = Declared::default();
    let Some(root) = yaml::parse(source, mistakes) else { return declared };
    let Some(mut file) = Fields::of_file(source, &root, mistakes) else { return declared };
    if let Some(said) = file.text("fairlead", mistakes) {
        version(source, said, mistakes);
    }
    if let Some(all) = file.map("destinations", mistakes) {
        declared.known = true;
        for (key, node) in all.each() {
            declared.names.push(key.name.clone());
            name::kebab(source, &key.span, "destination", &key.name, mistakes);
            let fields =
                Fields::of(source, format!("destinations.{}", key.name), &key.span, node, mistakes);
            if let Some(destination) = fields.and_then(|fields| one(&key.name, fields, mistakes)) {
                declared.good.insert(destination.name.clone(), destination);
            }
        }
    }
    file.finish(mistakes);
    declared
}

/// Checks the format version, which every file of ours begins with.
pub(crate) fn version(source: &Source, said: Said<'_>, mistakes: &mut Mistakes) {
    if said.text != "1" {
        let message = format!("format version \"{}\" is not known", said.text);
        mistakes.add(Code::FL0201, source, &said.node.span, message, "write fairlead: 1");
    }
}

fn one(given: &str, mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Option<Destination> {
    let source = fields.source();
    let base_url =
        fields.text("base_url", mistakes).and_then(|said| base_url(source, said, mistakes));
    let auth = fields.map("auth", mistakes).and_then(|fields| auth(fields, mistakes));
    let timeout = match fields.optional("timeout") {
        None => Some(Timeout { connect: Duration::from_secs(3), total: Duration::from_secs(20) }),
        Some(_) => fields.map("timeout", mistakes).and_then(|fields| timeout(fields, mistakes)),
    };
    fields.finish(mistakes);
    Some(Destination {
        name: DestinationName::new(given),
        base_url: base_url?,
        auth: auth?,
        timeout: timeout?,
    })
}

fn auth(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Option<Auth> {
    let source = fields.source();
    let at = fields.at().clone();
    let bearer = fields.optional_map("bearer", mistakes);
    let header = fields.optional_map("header", mistakes);
    let auth = match (bearer, header) {
        (Some(mut bearer), None) => {
            let secret =
                bearer.text("secret", mistakes).and_then(|said| secret(source, said, mistakes));
            bearer.finish(mistakes);
            secret.map(|secret| Auth::Bearer { secret })
        }
        (None, Some(mut header)) => {
            let name = header
                .text("name", mistakes)
                .and_then(|said| name::header(source, said, &[], mistakes));
            let secret =
                header.text("secret", mistakes).and_then(|said| secret(source, said, mistakes));
            header.finish(mistakes);
            name.zip(secret).map(|(name, secret)| Auth::Header { name, secret })
        }
        _ => {
            let help =
                "write auth: {bearer: {secret: ...}} or auth: {header: {name: ..., secret: ...}}";
            mistakes.add(
                Code::FL0104,
                source,
                &at,
                "\"auth\" must say one way to prove who we are",
                help,
            );
            None
        }
    };
    fields.finish(mistakes);
    auth
}

fn timeout(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Option<Timeout> {
    let source = fields.source();
    let connect = fields.length("connect", Duration::from_secs(3), mistakes);
    let total = fields.length("total", Duration::from_secs(20), mistakes);
    let at = fields.at().clone();
    fields.finish(mistakes);
    let ((connect, _), (total, total_at)) = (connect?, total?);
    let at = total_at.map_or(at, |node| node.span.clone());
    if total > LONGEST_CALL {
        mistakes.add(
            Code::FL0211,
            source,
            &at,
            "a call may take at most 30s",
            "write total: 30s or less",
        );
        return None;
    }
    if connect > total {
        mistakes.add(
            Code::FL0211,
            source,
            &at,
            "\"connect\" is longer than \"total\"",
            "total counts from the start; make it the longer one",
        );
        return None;
    }
    Some(Timeout { connect, total })
}

fn secret(source: &Source, said: Said<'_>, mistakes: &mut Mistakes) -> Option<SecretName> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if said.text.len() <= 64
        && said.text.chars().all(fits)
        && said.text.starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return Some(SecretName::new(said.text));
    }
    let help = "write the secret's name below fairlead/ in Secrets Manager, as in finance-api; never its value";
    mistakes.add_hidden(Code::FL0209, source, &said.node.span, "this is no secret name", help);
    None
}

fn base_url(source: &Source, said: Said<'_>, mistakes: &mut Mistakes) -> Option<String> {
    match url::check_base(said.text) {
        Ok(()) => Some(said.text.to_owned()),
        Err((message, help)) if said.text.contains('@') => {
            mistakes.add_hidden(Code::FL0208, source, &said.node.span, &message, help);
            None
        }
        Err((message, help)) => {
            mistakes.add(Code::FL0208, source, &said.node.span, message, help);
            None
        }
    }
}
