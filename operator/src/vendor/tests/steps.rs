//! How steps are written.
use crate::vendor::Step;
use serde_json::json;

#[track_caller]
fn refused(form: &str, reason: &str) {
    let error = serde_json::from_str::<Step>(form).unwrap_err().to_string();
    assert!(error.contains(reason), "{error}");
}

#[test]
fn a_step_reads_back_as_it_was_written() {
    for step in [
        Step::Ok,
        Step::retry_after(429, "Wed, 21 Oct 2026 07:28:00 GMT"),
        Step::Status { code: 400, retry_after: None, body: Some(json!({"a": [1, 2.5]})) },
        Step::Slow { ms: 10 },
        Step::Drip { every_ms: 5 },
        Step::Redirect { to: "/x".to_owned(), code: 301 },
        Step::CommitThenReset,
    ] {
        let written = serde_json::to_string(&step).unwrap();
        assert_eq!(serde_json::from_str::<Step>(&written).unwrap(), step, "{written}");
    }
}

#[test]
fn what_is_left_out_has_a_sensible_value() {
    let read = |form| serde_json::from_str::<Step>(form).unwrap();
    assert_eq!(read(r#"{"do":"drip"}"#), Step::Drip { every_ms: 1000 });
    assert_eq!(
        read(r#"{"do":"redirect","to":"/x"}"#),
        Step::Redirect { to: "/x".to_owned(), code: 307 }
    );
    assert_eq!(read(r#"{"do":"status","code":429,"retry_after":3}"#), Step::retry_after(429, "3"));
    assert_eq!(read(r#"{"do":"status","code":500,"retry_after":null}"#), Step::status(500));
}

#[test]
fn mistakes_are_named() {
    refused(r#"{"code":503}"#, "missing field `do`");
    refused(r#"{"do":"status"}"#, "missing field `code`");
    refused(r#"{"do":"status","code":100}"#, "100 is no final status");
    refused(r#"{"do":"status","code":503,"ms":1}"#, "unknown field `ms`");
    refused(r#"{"do":"hang","ms":1}"#, "step hang has no field ms");
    refused(r#""hang""#, "invalid type");
}
