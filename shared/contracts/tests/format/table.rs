//! A schema as a table for people.

use serde_json::Value;

use crate::keys::{resolved, walk};

/// One row per key that holds a value: its path, whether it must be given, and what it means.
pub(crate) fn of(schema: &Value) -> String {
    let mut rows = vec!["| key | | meaning |".to_owned(), "|---|---|---|".to_owned()];
    let mut required: Vec<(String, Vec<String>)> = Vec::new();
    walk_required(schema, &mut required);
    walk(schema, schema, "", &mut |place, name, value| {
        // The stages repeat the destination's own keys.
        let Some(name) = name.filter(|_| !place.contains("stages")) else { return };
        let path = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        // Below the one key that everybody's own keys are in, it would only be repeated.
        let path = path.strip_prefix("destinations.*.").unwrap_or(&path);
        let must =
            required.iter().any(|(at, names)| at == place && names.iter().any(|n| n == name));
        let meaning = meaning(schema, value);
        rows.push(format!("| `{path}` | {} | {meaning} |", if must { "required" } else { "" }));
    });
    rows.join("\n") + "\n"
}

fn walk_required(schema: &Value, required: &mut Vec<(String, Vec<String>)>) {
    let mut note = |place: &str, part: &Value| {
        let names = resolved(schema, part).get("required").and_then(Value::as_array);
        let names = names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        required.push((place.to_owned(), names.collect()));
    };
    note("", schema);
    walk(schema, schema, "", &mut |place, name, value| {
        let Some(name) = name else { return };
        let path = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        note(&path, value);
        let inner = resolved(schema, value);
        for (deeper, suffix) in
            [(inner.get("additionalProperties"), ".*"), (inner.get("items"), "")]
        {
            if let Some(part @ Value::Object(_)) = deeper {
                note(&format!("{path}{suffix}"), part);
            }
        }
    });
}

fn meaning(schema: &Value, value: &Value) -> String {
    let said = value.get("description").or_else(|| resolved(schema, value).get("description"));
    said.and_then(Value::as_str).unwrap_or_default().replace('\n', " ").replace('|', "\\|")
}
