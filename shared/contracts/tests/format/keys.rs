//! The keys of a schema, by the place of their mapping.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Keys by the place of their mapping: `owner` -> `team`, `contact`; the whole file is the empty place.
pub(crate) type Keys = BTreeMap<String, BTreeSet<String>>;

/// Every key that a schema knows. Where the keys are the user's own, the place says `*`.
pub(crate) fn of(schema: &Value) -> Keys {
    let mut keys = Keys::new();
    walk(schema, schema, "", &mut |place, name, _| {
        let known = keys.entry(place.to_owned()).or_default();
        known.extend(name.map(str::to_owned));
    });
    keys
}

/// Calls `see` with each key's mapping, name and schema, from the outside in and in order;
/// and with no name for a mapping that has no keys of its own.
pub(crate) fn walk(
    root: &Value,
    part: &Value,
    place: &str,
    see: &mut impl FnMut(&str, Option<&str>, &Value),
) {
    let part = resolved(root, part);
    for form in ["anyOf", "oneOf", "allOf"] {
        let forms = part.get(form).and_then(Value::as_array);
        forms.into_iter().flatten().for_each(|form| walk(root, form, place, see));
    }
    if let Some(items) = part.get("items") {
        walk(root, items, place, see);
    }
    if let Some(properties) = part.get("properties").and_then(Value::as_object) {
        for (name, value) in properties {
            see(place, Some(name), value);
            walk(root, value, &below(place, name), see);
        }
    }
    if let Some(values @ Value::Object(_)) = part.get("additionalProperties") {
        walk(root, values, &below(place, "*"), see);
    }
}

/// The part itself, where it is a reference.
pub(crate) fn resolved<'a>(root: &'a Value, part: &'a Value) -> &'a Value {
    let target = part.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix('#'));
    // Beside a description a reference stands in an `allOf` of one, and an optional one in an `anyOf`.
    let inner = part.get("allOf").or_else(|| part.get("anyOf")).and_then(Value::as_array);
    match (target, inner.map(Vec::as_slice)) {
        (Some(pointer), _) => root.pointer(pointer).unwrap_or(part),
        (None, Some([one])) => resolved(root, one),
        (None, _) => part,
    }
}

fn below(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}
