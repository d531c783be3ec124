//! One text for one payload: members sorted, no white space, one way to write each number.

use serde_json::Value;

use super::number;

/// The canonical text of a document.
pub(crate) fn text(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, to: &mut String) {
    match value {
        Value::Number(n) => to.push_str(&number::canonical(&n.to_string())),
        Value::Array(items) => {
            to.push('[');
            for item in items {
                write(item, to);
                to.push(',');
            }
            to.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            to.push('{');
            for (key, value) in sorted {
                to.push_str(&Value::from(key.as_str()).to_string());
                to.push(':');
                write(value, to);
                to.push(',');
            }
            to.push('}');
        }
        Value::Null | Value::Bool(_) | Value::String(_) => to.push_str(&value.to_string()),
    }
}
