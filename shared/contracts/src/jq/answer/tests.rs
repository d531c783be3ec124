//! What dispatch runs gives what jq gives, on any expression and any answer.

use std::collections::BTreeMap;

use fairlead_core::expression::Scope;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::answer;
use crate::jq::{Given, Program, value};

fn scope() -> Scope {
    Scope {
        event: json!({"a": {"b": "ab"}, "b": [1, 2.5, "a"]}),
        request: json!({"a": 100, "b": null}),
        key: json!("a"),
    }
}

/// What the mappings' jq gives; `None` when an error ends it.
fn by_jq(code: &str, input: &Value) -> Option<Value> {
    let Scope { event, request, key } = scope();
    let whole = json!({"input": input, "event": event, "request": request, "key": key});
    let program =
        format!(".event as $event | .request as $request | .key as $key | [.input | ({code})]");
    let program = Program::compile(&program).unwrap_or_else(|wrong| panic!("{code}: {wrong:?}"));
    let values = program.run(&value::from_json(&whole), &Given::only(&BTreeMap::new())).ok()?;
    Some(value::to_json(&values).expect("JSON"))
}

fn by_dispatch(code: &str, input: &Value) -> Option<Value> {
    let expression = answer(code).unwrap_or_else(|wrong| panic!("{code}: {wrong:?}"));
    // The catalog keeps it as JSON.
    let kept = serde_json::to_string(&expression).expect("JSON");
    let expression: fairlead_core::expression::Expression =
        serde_json::from_str(&kept).expect("an expression");
    expression.values(input, &scope()).map(Value::Array)
}

fn code() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        ".",
        ".a",
        ".b",
        ".a.b",
        ".[0]",
        ".[-1]",
        ".[]",
        ".[]?",
        ".a?",
        ".[\"a\"]",
        ".\"b\"",
        ".a[]",
        ".b[0]?",
        ".[1]",
        "$event",
        "$event.a.b",
        "$event.b[]",
        "$request.a",
        "$key",
        "\"a\"",
        "\"\"",
        "1",
        "-1",
        "2.5",
        "1e2",
        "true",
        "false",
        "null",
        "empty",
        "not",
        "length",
        "tostring",
        "ascii_downcase",
        "any",
        "all",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 2, |inner| {
        let two = (inner.clone(), inner.clone());
        let operators = vec!["==", "!=", "<", "<=", ">", ">=", "and", "or", "|", "//"];
        prop_oneof![
            (two.clone(), prop::sample::select(operators))
                .prop_map(|((a, b), op)| format!("({a}) {op} ({b})")),
            inner.clone().prop_map(|a| format!("({a})?")),
            inner.clone().prop_map(|a| format!("try ({a})")),
            inner.clone().prop_map(|a| format!("({a}).a")),
            inner.clone().prop_map(|a| format!("({a})[]?")),
            (
                prop::sample::select(vec![
                    "select",
                    "startswith",
                    "endswith",
                    "contains",
                    "any",
                    "all"
                ]),
                inner
            )
                .prop_map(|(name, a)| format!("{name}({a})")),
            (two.clone(), prop::sample::select(vec!["any", "all"]))
                .prop_map(|((a, b), name)| format!("{name}({a}; {b})")),
            two.prop_map(|(a, b)| format!("\"x\\({a})\\({b})\"")),
        ]
    })
}

fn input() -> impl Strategy<Value = Value> {
    let leaf = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(2.5),
        serde_json::from_str("1.0").expect("JSON"),
        serde_json::from_str("1e2").expect("JSON"),
        serde_json::from_str("-2.50").expect("JSON"),
        json!(100),
        json!(""),
        json!("a"),
        json!("ab"),
        json!("Ab"),
        json!("é"),
    ]);
    leaf.prop_recursive(3, 12, 3, |inner| {
        let name = prop::sample::select(vec!["a", "b", "é"]).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::vec((name, inner), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn dispatch_gives_what_jq_gives(code in code(), input in input()) {
        prop_assert_eq!(by_dispatch(&code, &input), by_jq(&code, &input), "{}", code);
    }
}

#[test]
fn the_examples_of_the_readme_give_what_jq_gives() {
    let answer = json!({"status": 409, "body": {
        "id": 7, "ok": false, "error": {"code": "external_id_taken"},
        "items": [{"id": "x", "n": 1}, {"id": "y", "n": 2}],
    }});
    for (code, values) in [
        (".body.id", json!([7])),
        (".body.items[].id", json!(["x", "y"])),
        (".status == 409 and .body.error.code == \"external_id_taken\"", json!([true])),
        (".status == 200 and .body.ok == false", json!([false])),
        (".body.items[] | .n == $request.a and .id == $event.a.b", json!([false, false])),
        (".body.nothing // .body.error.code", json!(["external_id_taken"])),
        ("any(.body.items[]; .id == \"y\")", json!([true])),
        ("\"\\(.status): \\(.body.id)\"", json!(["409: 7"])),
    ] {
        assert_eq!(by_dispatch(code, &answer), Some(values.clone()), "{code}");
        assert_eq!(by_jq(code, &answer), Some(values), "{code}");
    }
}

/// jaq compares decimals in floating point, where these are equal.
#[test]
fn amounts_are_compared_exactly() {
    let input: Value = serde_json::from_str("[0.1000000000000000055, 0.1]").expect("JSON");
    assert_eq!(by_dispatch(".[0] == .[1]", &input), Some(json!([false])));
    assert_eq!(by_jq(".[0] == .[1]", &input), Some(json!([true])));
}

#[test]
fn an_expression_that_takes_too_many_steps_gives_nothing() {
    let over = |times: usize| {
        let every = vec!["$event.b[]"; times].join(" | ");
        by_dispatch(&format!("any({every}; . == 9)?"), &json!(null))
    };
    assert_eq!(over(5), Some(json!([false])));
    assert_eq!(over(13), None);
}
