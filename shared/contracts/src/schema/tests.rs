//! Schemas on numbers that floating point cannot hold, and on texts made to be slow.

use fairlead_core::violation::Contract;
use serde_json::{Value, json};

use super::{compile, violations};

#[track_caller]
fn check(schema: &Value, document: &str, expected: &[&str]) {
    let document = crate::event::document(document).expect(document);
    let found = violations(&compile(schema).expect("a schema"), &document, Contract::Event);
    let told: Vec<String> = found.iter().map(|v| format!("{} {}", v.pointer, v.detail)).collect();
    assert_eq!(told, expected, "{schema} {document}");
}

#[test]
fn large_and_exact_numbers_are_judged_without_a_panic() {
    let schema = json!({"type": "integer", "minimum": -1000, "maximum": 1_000_000});
    check(&schema, "1e200", &[" must be at most 1000000"]);
    check(&schema, "-1e200", &[" must be at least -1000"]);
    check(&schema, "12345678901234567890123", &[" must be at most 1000000"]);
    check(&schema, "1250.00", &[]);
    check(&schema, "1250.01", &[" must be a whole number, but is a number"]);
    check(&schema, "1e-200", &[" must be a whole number, but is a number"]);
    check(&json!({"multipleOf": 0.01}), "0.29", &[]);
    check(&json!({"multipleOf": 0.01}), "1e200", &[]);
    check(&json!({"enum": [1, 2]}), "3", &[" must be one of 1, 2"]);
    check(&json!({"const": 1}), "1.0", &[]);
}

#[test]
fn a_text_made_to_be_slow_is_judged_in_linear_time() {
    // No clock is needed: backtracking over these would not end within a lifetime.
    let slow = Value::from("a".repeat(100_000)).to_string();
    check(&json!({"pattern": "^(a+)+$"}), &slow, &[]);
    check(&json!({"pattern": "^(a|a)*b$"}), &slow, &[" must match the pattern ^(a|a)*b$"]);
    for format in ["email", "uri", "date-time", "hostname", "ipv6", "duration", "regex"] {
        let _ = compile(&json!({ "format": format }))
            .map(|schema| schema.is_valid(&Value::from("1".repeat(100_000))));
    }
}

#[test]
fn formats_are_checked() {
    check(&json!({"format": "email"}), "\"no address\"", &[" must be a valid email"]);
    check(&json!({"format": "date"}), "\"2024-02-30\"", &[" must be a valid date"]);
}
