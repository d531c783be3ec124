//! Items as the AWS CLI prints them: DynamoDB JSON, read and written.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

/// The item that a golden file holds.
pub(crate) fn item(text: &str) -> HashMap<String, AttributeValue> {
    let json: Value = serde_json::from_str(text).expect("a golden file is JSON");
    json.as_object().expect("an item").iter().map(|(name, of)| (name.clone(), value(of))).collect()
}

fn value(json: &Value) -> AttributeValue {
    let one = json.as_object().and_then(|one| one.iter().next());
    let (kind, of) = one.expect("an attribute names its kind");
    let text = || of.as_str().expect("a text").to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "B" => AttributeValue::B(Blob::new(STANDARD.decode(text()).expect("base64"))),
        "BOOL" => AttributeValue::Bool(of.as_bool().expect("true or false")),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(of.as_array().expect("a list").iter().map(value).collect()),
        "M" => AttributeValue::M(item(&of.to_string())),
        other => panic!("no attribute of ours is of the kind {other}"),
    }
}
