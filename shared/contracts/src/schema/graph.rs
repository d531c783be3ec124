//! Which parts of a schema apply to the same value, and how often: what decides whether checking ends.

use std::collections::HashMap;

use serde_json::Value;

use super::keyword::{Holds, holds};
use crate::pointer;

/// How often one value may be checked by all parts together.
const MOST: u64 = 10_000;

/// What is wrong with how a schema refers to itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Endless {
    /// The part at this pointer leads back to itself without taking a step into the value.
    Loop(String),
    /// The part at this pointer checks one value more than [`MOST`] times.
    TooMuch(String),
}

/// Finds the first part, in order of the schema, that would check a value without end or too often.
pub(super) fn endless(schema: &Value) -> Option<Endless> {
    let mut counts = Counts { schema, known: HashMap::new() };
    let mut all = Vec::new();
    every(schema, String::new(), &mut |pointer, _| all.push(pointer.to_owned()));
    all.iter().find_map(|pointer| match counts.of(pointer) {
        None => Some(Endless::Loop(pointer.clone())),
        Some(count) if count > MOST => Some(Endless::TooMuch(pointer.clone())),
        Some(_) => None,
    })
}

/// Visits every subschema with its pointer, outer ones first.
pub(super) fn every<'s>(schema: &'s Value, at: String, visit: &mut impl FnMut(&str, &'s Value)) {
    visit(&at, schema);
    let Some(members) = schema.as_object() else { return };
    for (name, value) in members {
        let at = pointer::child(&at, name);
        match holds(name) {
            Some(Holds::InPlace | Holds::InPlaceList | Holds::Parts) => match value {
                Value::Array(items) => {
                    for (n, item) in items.iter().enumerate() {
                        every(item, pointer::child(&at, &n.to_string()), visit);
                    }
                }
                one => every(one, at, visit),
            },
            Some(Holds::InPlaceMap | Holds::PartsMap | Holds::Shelf) => {
                for (key, item) in
                    value.as_object().into_iter().flatten().filter(|(_, item)| !item.is_array())
                {
                    every(item, pointer::child(&at, key), visit);
                }
            }
            Some(Holds::Plain) | None => {}
        }
    }
}

/// Where a `$ref` within the same document leads, as a pointer.
pub(super) fn target(schema: &Value, reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    if fragment.is_empty() || fragment.starts_with('/') {
        let pointer = fragment.replace("%25", "%").replace("%22", "\"");
        return schema.pointer(&pointer).map(|_| pointer);
    }
    let mut found = None;
    every(schema, String::new(), &mut |pointer, part| {
        if part.get("$anchor").and_then(Value::as_str) == Some(fragment) {
            found.get_or_insert(pointer.to_owned());
        }
    });
    found
}

/// Counts how often the value at one place is checked, following references.
struct Counts<'s> {
    schema: &'s Value,
    /// Nothing while the count is being made: meeting it again is a loop.
    known: HashMap<String, Option<u64>>,
}

impl Counts<'_> {
    fn of(&mut self, at: &str) -> Option<u64> {
        if let Some(known) = self.known.get(at) {
            return *known;
        }
        self.known.insert(at.to_owned(), None);
        let mut count = 1_u64;
        for next in self.in_place(at) {
            count = count.saturating_add(self.of(&next)?);
        }
        self.known.insert(at.to_owned(), Some(count));
        Some(count)
    }

    fn in_place(&self, at: &str) -> Vec<String> {
        let Some(members) = self.schema.pointer(at).and_then(Value::as_object) else {
            return Vec::new();
        };
        let mut next = Vec::new();
        for (name, value) in members {
            let here = pointer::child(at, name);
            match (holds(name), value) {
                (Some(Holds::InPlace), _) => next.push(here),
                (Some(Holds::InPlaceList), Value::Array(items)) => {
                    next.extend((0..items.len()).map(|n| pointer::child(&here, &n.to_string())));
                }
                (Some(Holds::InPlaceMap), Value::Object(map)) => {
                    next.extend(
                        map.iter()
                            .filter(|(_, v)| !v.is_array())
                            .map(|(key, _)| pointer::child(&here, key)),
                    );
                }
                (_, Value::String(reference)) if name == "$ref" => {
                    next.extend(target(self.schema, reference))
                }
                _ => {}
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_loop_without_a_step_into_the_value_is_found() {
        assert_eq!(endless(&json!({"$ref": "#"})), Some(Endless::Loop(String::new())));
        let through = json!({"$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"anyOf": [{"$ref": "#/$defs/a"}]}}});
        assert!(matches!(endless(&through), Some(Endless::Loop(_))));
    }

    #[test]
    fn a_tree_is_no_loop() {
        let tree = json!({"properties": {"children": {"items": {"$ref": "#"}}}});
        assert_eq!(endless(&tree), None);
    }

    #[test]
    fn doubling_is_found() {
        let mut defs = serde_json::Map::new();
        for n in 0..40 {
            let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
            defs.insert(format!("d{n}"), json!({"allOf": [next.clone(), next]}));
        }
        defs.insert("d40".to_owned(), json!({"type": "string"}));
        assert!(matches!(
            endless(&json!({"$defs": defs, "$ref": "#/$defs/d0"})),
            Some(Endless::TooMuch(_))
        ));
    }
}
