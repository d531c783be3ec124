//! The JSON Schemas of the format itself: generated from types, for editors and for the tables of the README.
//!
//! The reader stays hand-written, because it tells mistakes by their place. So these types describe what it accepts,
//! and `agreement` keeps both equal, key by key.
//! `FAIRLEAD_BLESS=1 cargo test -p fairlead-contracts --test format` writes the schemas and the tables again.

mod agreement;
mod defaults;
mod destinations;
mod drift;
mod integration;
mod keys;
mod scalar;
mod table;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

/// Every file of the format: its name, its schema's name below `integrations/.schema/`, and the schema.
fn schemas() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("integration.yaml", "integration.schema.json", of::<integration::Integration>()),
        ("destinations.yaml", "destinations.schema.json", of::<destinations::Destinations>()),
        ("defaults.yaml", "defaults.schema.json", of::<defaults::Defaults>()),
    ]
}

/// The schema of a type. An optional key may be left out, but not be null: a key with nothing behind it is a mistake.
fn of<T: JsonSchema>() -> Value {
    // Editors know draft 7 best.
    let settings = SchemaSettings::draft07();
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    without_null(&mut schema);
    schema
}

fn without_null(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Array(kinds)) = members.get_mut("type") {
                kinds.retain(|kind| kind != "null");
                if let [one] = kinds.as_slice() {
                    let one = one.clone();
                    members.insert("type".to_owned(), one);
                }
            }
            if let Some(Value::Array(forms)) = members.get_mut("anyOf") {
                forms.retain(|form| form.get("type").is_none_or(|kind| kind != "null"));
            }
            if members.get("default") == Some(&Value::Null) {
                members.shift_remove("default");
            }
            members.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
