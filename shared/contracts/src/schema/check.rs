//! Checks a schema before it is used, and tells every mistake by its place in the file.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    graph::{self, Endless},
    keyword,
    place::Places,
};
use crate::{
    code::Code,
    pointer,
    report::Mistakes,
    source::Source,
    text::{nearest, shorten},
};

/// The drafts that `$schema` may name.
const DRAFTS: [&str; 3] = [
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema",
];

/// The formats that are checked.
const FORMATS: [&str; 15] = [
    "date",
    "date-time",
    "time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "uuid",
    "json-pointer",
    "regex",
    "iri",
    "uri-template",
];

/// Checks everything that can be said without running the schema.
pub(super) fn all(source: &Source, schema: &Value, mistakes: &mut Mistakes) {
    let before = mistakes.count();
    let mut check =
        Check { source, places: Places::of(source), schema, mistakes, told: BTreeSet::new() };
    if let Some(draft) = schema.get("$schema") {
        check.draft(draft);
    }
    graph::every(schema, String::new(), &mut |at, part| check.part(at, part));
    check.form();
    if check.mistakes.count() == before {
        check.endless();
    }
}

struct Check<'a> {
    source: &'a Source,
    places: Places,
    schema: &'a Value,
    mistakes: &'a mut Mistakes,
    /// The places that have a mistake already; the meta-schema would tell most of them again.
    told: BTreeSet<String>,
}

impl Check<'_> {
    fn draft(&mut self, draft: &Value) {
        if !draft.as_str().is_some_and(|uri| DRAFTS.contains(&uri.trim_end_matches('#'))) {
            let help = format!("write \"$schema\": \"{}\"", DRAFTS[0]);
            self.add(
                Code::FL0502,
                "/$schema",
                "this draft of JSON Schema is not known".to_owned(),
                &help,
            );
        }
    }

    fn part(&mut self, at: &str, part: &Value) {
        let Some(members) = part.as_object() else {
            if !part.is_boolean() {
                let kind = crate::event::kind(part);
                let message = format!("a schema must be an object, but is {kind}");
                self.add(Code::FL0502, at, message, "write {...}, or true, or false");
            }
            return;
        };
        for (name, value) in members {
            self.member(&pointer::child(at, name), name, value, at.is_empty());
        }
    }

    fn member(&mut self, at: &str, name: &str, value: &Value, outermost: bool) {
        match (name, value) {
            ("$ref", Value::String(reference)) => self.reference(at, reference),
            ("$id", _) if !outermost => {
                let message = "only the whole schema may have an \"$id\"".to_owned();
                self.add(Code::FL0503, at, message, "remove it, and refer to the part with #/...");
            }
            ("pattern", Value::String(pattern)) => self.pattern(at, pattern),
            ("patternProperties", Value::Object(map)) => {
                for pattern in map.keys() {
                    self.pattern(&pointer::child(at, pattern), pattern);
                }
            }
            ("format", Value::String(format)) if !FORMATS.contains(&format.as_str()) => {
                let else_help = "use a pattern instead; an unknown format would check nothing";
                let message = format!("format \"{}\" is not known", shorten(format, 40));
                self.add(Code::FL0505, at, message, &meant(nearest(format, FORMATS), else_help));
            }
            (name, _) if keyword::holds(name).is_none() => {
                let else_help = "remove it, or begin its name with x- if it is a note of your own";
                let name = shorten(name, 40);
                let message = format!("keyword \"{name}\" is not known, so it would check nothing");
                let near = nearest(&name, keyword::names());
                self.add(Code::FL0506, at, message, &meant(near, else_help));
            }
            _ => {}
        }
    }

    fn reference(&mut self, at: &str, reference: &str) {
        if !reference.starts_with('#') {
            let message =
                format!("\"$ref\" leads to another document: \"{}\"", shorten(reference, 60));
            self.add(Code::FL0503, at, message, "copy the part under \"$defs\" and refer to it with #/$defs/name; nothing is fetched");
        } else if graph::target(self.schema, reference).is_none() {
            let message = format!("\"$ref\" leads nowhere: \"{}\"", shorten(reference, 60));
            self.add(Code::FL0502, at, message, "name a part of this schema, as in #/$defs/name");
        }
    }

    fn pattern(&mut self, at: &str, pattern: &str) {
        if super::compile(&serde_json::json!({ "pattern": pattern })).is_ok() {
            return;
        }
        let looks = ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| pattern.contains(look));
        let (why, help) = if looks {
            ("look-around is not known", "write it without, so that no text can make it slow")
        } else {
            (
                "it is no regular expression",
                "correct it; back-references are not known, so that no text can make it slow",
            )
        };
        let message = format!("pattern \"{}\" cannot be used: {why}", shorten(pattern, 40));
        self.add(Code::FL0406, at, message, help);
    }

    /// The form that JSON Schema itself demands.
    fn form(&mut self) {
        let found: Vec<(String, String)> = match jsonschema::meta::validator_for(self.schema) {
            Ok(meta) => {
                let errors = meta.iter_errors(self.schema);
                errors
                    .map(|error| {
                        (error.instance_path().to_string(), super::violation::detail_of(&error))
                    })
                    .collect()
            }
            Err(error) => vec![(String::new(), error.to_string())],
        };
        for (at, detail) in found {
            if self.told.contains(&at) {
                continue;
            }
            self.add(
                Code::FL0502,
                &at,
                format!("no JSON Schema: {}", shorten(&detail, 200)),
                "see https://json-schema.org/understanding-json-schema",
            );
        }
    }

    fn endless(&mut self) {
        match graph::endless(self.schema) {
            None => {}
            Some(Endless::Loop(at)) => {
                self.add(
                    Code::FL0504,
                    &at,
                    "the schema refers to itself without a step into the value".to_owned(),
                    "let \"$ref\" stand under properties or items",
                );
            }
            Some(Endless::TooMuch(at)) => {
                self.add(
                    Code::FL0504,
                    &at,
                    "the schema checks the same value more than 10000 times".to_owned(),
                    "refer to a part once, not several times on the way",
                );
            }
        }
    }

    fn add(&mut self, code: Code, at: &str, message: String, help: &str) {
        let span = self.places.of_pointer(at);
        self.told.insert(at.to_owned());
        self.mistakes.add(code, self.source, &span, message, help);
    }
}

fn meant(near: Option<&str>, otherwise: &str) -> String {
    near.map_or_else(|| otherwise.to_owned(), |near| format!("did you mean \"{near}\"?"))
}
