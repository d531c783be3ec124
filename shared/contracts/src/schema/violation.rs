//! What a document does against its schema, in words for the one who sent it.

use fairlead_core::violation::{Contract, Violation};
use jsonschema::{
    ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind as Wrong},
};
use serde_json::Value;

use crate::{
    event, pointer,
    text::{list, shorten},
};

/// The most violations that are listed for one document.
const MOST: usize = 100;

/// Every violation of a document, by pointer; at most a hundred.
pub(crate) fn violations(validator: &Validator, document: &Value, of: Contract) -> Vec<Violation> {
    let mut found: Vec<Violation> = Vec::new();
    for error in validator.iter_errors(document).take(MOST) {
        let at = error.instance_path().to_string();
        for (pointer, detail) in details(&error, &at) {
            found.push(Violation { pointer: shorten(&pointer, 300), detail, of });
        }
    }
    found.sort();
    found.dedup();
    found.truncate(MOST);
    found
}

/// What is wrong, in one line, for mistakes in schemas.
pub(super) fn detail_of(error: &ValidationError<'_>) -> String {
    let each = details(error, "");
    each.into_iter().map(|(_, detail)| detail).collect::<Vec<_>>().join("; ")
}

fn details(error: &ValidationError<'_>, at: &str) -> Vec<(String, String)> {
    match error.kind() {
        Wrong::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![(pointer::child(at, name), "is required, but missing".to_owned())]
        }
        Wrong::AdditionalProperties { unexpected }
        | Wrong::UnevaluatedProperties { unexpected } => {
            let each = unexpected
                .iter()
                .map(|name| (pointer::child(at, name), "is not known here".to_owned()));
            each.collect()
        }
        kind => vec![(at.to_owned(), detail(kind, error.instance()))],
    }
}

fn detail(kind: &Wrong, value: &Value) -> String {
    match kind {
        Wrong::Type { kind } => format!("must be {}, but is {}", types(kind), event::kind(value)),
        Wrong::Enum { options } => format!("must be one of {}", options_of(options)),
        Wrong::Constant { expected_value } => format!("must be {}", brief(expected_value)),
        Wrong::Pattern { pattern } => format!("must match the pattern {}", shorten(pattern, 120)),
        Wrong::Format { format } => format!("must be a valid {format}"),
        Wrong::MinLength { limit: 1 } => "must not be empty".to_owned(),
        Wrong::MinLength { limit } => format!("must have at least {}", count(*limit, "character")),
        Wrong::MaxLength { limit } => format!("must have at most {}", count(*limit, "character")),
        Wrong::Minimum { limit } => format!("must be at least {}", brief(limit)),
        Wrong::Maximum { limit } => format!("must be at most {}", brief(limit)),
        Wrong::ExclusiveMinimum { limit } => format!("must be more than {}", brief(limit)),
        Wrong::ExclusiveMaximum { limit } => format!("must be less than {}", brief(limit)),
        Wrong::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Wrong::MinItems { limit } => format!("must have at least {}", count(*limit, "item")),
        Wrong::MaxItems { limit } => format!("must have at most {}", count(*limit, "item")),
        Wrong::MinProperties { limit } => format!("must have at least {}", count(*limit, "member")),
        Wrong::MaxProperties { limit } => format!("must have at most {}", count(*limit, "member")),
        Wrong::AdditionalItems { limit } => format!("must have at most {limit} items"),
        Wrong::UnevaluatedItems { .. } => "has an item that is not known here".to_owned(),
        Wrong::UniqueItems => "must not have the same item twice".to_owned(),
        Wrong::Contains => "must have an item of the kind that the schema asks for".to_owned(),
        Wrong::AnyOf { .. } => "fits none of the allowed forms".to_owned(),
        Wrong::OneOfNotValid { .. } => "fits none of the allowed forms".to_owned(),
        Wrong::OneOfMultipleValid { .. } => {
            "fits more than one of the forms, of which only one may fit".to_owned()
        }
        Wrong::Not { .. } => "has a form that is excluded".to_owned(),
        Wrong::FalseSchema => "is not allowed here".to_owned(),
        Wrong::PropertyNames { .. } => "has a member name that is not allowed".to_owned(),
        // The rest are rare, and their own texts would repeat the value.
        _ => "does not fit the schema".to_owned(),
    }
}

fn count(n: u64, of: &str) -> String {
    if n == 1 { format!("1 {of}") } else { format!("{n} {of}s") }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => with_article(&one.to_string()).to_owned(),
        TypeKind::Multiple(many) => {
            let names: Vec<String> =
                many.iter().map(|one| with_article(&one.to_string()).to_owned()).collect();
            list(names.iter().map(String::as_str)).replace(" and ", " or ")
        }
    }
}

/// The schema's type in the words that messages use for values.
fn with_article(name: &str) -> &str {
    match name {
        "string" => "a text",
        "number" => "a number",
        "integer" => "a whole number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}

fn options_of(options: &Value) -> String {
    let each: Vec<String> = options.as_array().into_iter().flatten().map(brief).collect();
    shorten(&each.join(", "), 200)
}

fn brief(value: &Value) -> String {
    shorten(&value.to_string(), 80)
}
