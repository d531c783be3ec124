//! Reads `destinations.yaml`.

use std::{collections::BTreeMap, time::Duration};

use fairlead_core::{
    id::{DestinationName, SecretName},
    integration::{Destination, Timeout},
    stage::Stage,
};

use crate::{
    auth, circuit,
    code::Code,
    fields::{Fields, Said},
    limit::{self, Limit},
    name,
    report::Mistakes,
    source::Source,
    stage::Stages,
    url, verdict, yaml,
};

/// The name of the file.
pub(crate) const FILE: &str = "destinations.yaml";

/// Longer calls would outlive the function that makes them.
const LONGEST_CALL: Duration = Duration::from_secs(30);

/// What the file declares.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    /// The destinations that are right, as they are in production.
    pub(crate) good: BTreeMap<DestinationName, Destination>,
    /// What they are in the stages before it; every one of them in each stage.
    pub(crate) stages: BTreeMap<Stage, BTreeMap<DestinationName, Destination>>,
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
    let mut stages = Stages::default();
    if let Some(all) = file.map("destinations", mistakes) {
        declared.known = true;
        for (key, node) in all.each() {
            declared.names.push(key.name.clone());
            name::kebab(source, &key.span, "a destination", &key.name, mistakes);
            let name = format!("destinations.{}", key.name);
            let fields = Fields::of(source, name, &key.span, node, mistakes);
            let Some(mut fields) = fields else { continue };
            stages.read(key, node, &mut fields, mistakes);
            if let Some(destination) = one(&key.name, fields, mistakes) {
                declared.good.insert(destination.name.clone(), destination);
            }
        }
    }
    file.finish(mistakes);
    declared.stages = stages.all(source, mistakes);
    declared
}

/// Checks the format version, which every file of ours begins with.
pub(crate) fn version(source: &Source, said: Said<'_>, mistakes: &mut Mistakes) {
    if said.text != "1" {
        let message = format!("format version \"{}\" is not known", said.text);
        mistakes.add(Code::FL0201, source, &said.node.span, message, "write fairlead: 1");
    }
}

/// Reads one destination, in production or in another stage.
pub(crate) fn one(
    given: &str,
    mut fields: Fields<'_>,
    mistakes: &mut Mistakes,
) -> Option<Destination> {
    let source = fields.source();
    let help = "write private: true only if the vendor stands in your own network";
    let private = fields.flag("private", help, mistakes);
    // Where it is not said well, addresses are not judged, so that one mistake is not told twice.
    let open = private.unwrap_or(true);
    let base_url =
        fields.text("base_url", mistakes).and_then(|said| base_url(source, said, open, mistakes));
    let auth = fields.map("auth", mistakes).and_then(|fields| auth::read(fields, open, mistakes));
    let timeout = match fields.optional("timeout") {
        None => Some(Timeout { connect: Duration::from_secs(3), total: Duration::from_secs(20) }),
        Some(_) => fields.map("timeout", mistakes).and_then(|fields| timeout(fields, mistakes)),
    };
    let limit = match fields.optional("limit") {
        None => Some(Limit::default()),
        Some(_) => fields.map("limit", mistakes).and_then(|fields| limit::read(fields, mistakes)),
    };
    let breaker = match fields.optional("circuit") {
        None => Some(None),
        Some(_) => fields
            .map("circuit", mistakes)
            .and_then(|fields| circuit::read(fields, mistakes))
            .map(Some),
    };
    let outcomes = verdict::read(&mut fields, mistakes);
    fields.finish(mistakes);
    Some(Destination {
        name: DestinationName::new(given),
        base_url: base_url?,
        auth: auth?,
        timeout: timeout?,
        private: private?,
        rate: limit?.rate,
        in_flight: limit?.in_flight,
        breaker: breaker?,
        outcomes: outcomes?,
    })
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

/// Reads the name of a credential's secret.
pub(crate) fn secret(
    source: &Source,
    said: Said<'_>,
    mistakes: &mut Mistakes,
) -> Option<SecretName> {
    secret_below("fairlead/", source, said, mistakes)
}

/// Reads the name of a secret below a prefix.
pub(crate) fn secret_below(
    prefix: &str,
    source: &Source,
    said: Said<'_>,
    mistakes: &mut Mistakes,
) -> Option<SecretName> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if said.text.len() <= 64
        && said.text.chars().all(fits)
        && said.text.starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return Some(SecretName::new(said.text));
    }
    let help = format!(
        "write the secret's name below {prefix} in Secrets Manager, as in finance-api; never its value"
    );
    mistakes.add_hidden(Code::FL0209, source, &said.node.span, "this is no secret name", &help);
    None
}

fn base_url(
    source: &Source,
    said: Said<'_>,
    private: bool,
    mistakes: &mut Mistakes,
) -> Option<String> {
    if let Err((message, help)) = url::check_end(said.text) {
        mistakes.add(Code::FL0208, source, &said.node.span, message, help);
        return None;
    }
    https(source, said, "base URL", private, mistakes)
}

/// Reads an https URL whose host a vendor can have.
pub(crate) fn https(
    source: &Source,
    said: Said<'_>,
    what: &str,
    private: bool,
    mistakes: &mut Mistakes,
) -> Option<String> {
    let at = &said.node.span;
    if let Err((message, help)) = url::check(said.text, what) {
        if said.text.contains('@') {
            mistakes.add_hidden(Code::FL0208, source, at, &message, help);
        } else {
            mistakes.add(Code::FL0208, source, at, message, help);
        }
        return None;
    }
    if let Err((message, help)) = url::check_host(said.text, private) {
        mistakes.add(Code::FL0213, source, at, message, help);
        return None;
    }
    Some(said.text.to_owned())
}
