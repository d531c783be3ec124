//! JSON Schemas: read and checked at build, run on events and requests.

mod check;
mod graph;
mod keyword;
mod place;
#[cfg(test)]
mod tests;
mod violation;

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

use crate::{
    code::Code,
    event,
    report::{Mistakes, Report},
    source::Source,
};

pub(crate) use violation::violations;

/// Reads a schema file; nothing when it has a mistake.
pub(crate) fn read(source: &Source, mistakes: &mut Mistakes) -> Option<Value> {
    let before = mistakes.count();
    let schema = match event::document(&source.text) {
        Ok(schema) => schema,
        Err(error) => {
            not_json(source, &error, mistakes);
            return None;
        }
    };
    check::all(source, &schema, mistakes);
    if mistakes.count() == before
        && let Err(error) = compile(&schema)
    {
        let message = format!("the schema cannot be used: {}", crate::text::shorten(&error, 300));
        mistakes.add_file(
            Code::FL0502,
            &source.name,
            message,
            "see https://json-schema.org/understanding-json-schema",
        );
    }
    (mistakes.count() == before).then_some(schema)
}

/// Whether a value fits a schema, as events are judged.
///
/// # Errors
/// Everything that speaks against the schema, as at build.
pub fn judge(schema: &str, value: &Value) -> Result<bool, Report> {
    let source = Source { name: "schema.json".to_owned(), text: schema.to_owned() };
    let mut mistakes = Mistakes::default();
    let validator = read(&source, &mut mistakes).map(|schema| compile(&schema));
    match validator {
        Some(Ok(validator)) => Ok(validator.is_valid(value)),
        _ => Err(Report { mistakes: mistakes.all().0 }),
    }
}

/// Makes a schema ready to run; nothing is fetched, patterns run in linear time, formats are checked.
///
/// # Errors
/// Says why it is no schema.
pub(crate) fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .offline()
        .with_pattern_options(PatternOptions::regex().size_limit(1 << 20).dfa_size_limit(1 << 20))
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .build(schema)
        .map_err(|error| error.to_string())
}

fn not_json(source: &Source, error: &event::BadEvent, mistakes: &mut Mistakes) {
    let span = match error {
        event::BadEvent::NotJson { line, column, .. } => {
            let start: usize = source.text.split_inclusive('\n').take(line - 1).map(str::len).sum();
            let rest = &source.text[start..];
            let at = start + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at);
            at..at + 1
        }
        other => place::Places::of(source).of_pointer(other.pointer()),
    };
    let message = error.to_string().replace("the event", "the file");
    mistakes.add(
        Code::FL0501,
        source,
        &span,
        message,
        "correct the JSON; a comma after the last member is the usual cause",
    );
}
