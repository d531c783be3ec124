//! What programs may and may not do.

use serde_json::{Value, json};

use super::{Given, Program, Tables, value};

fn tables() -> Tables {
    let currency =
        [("eur", "EUR"), ("usd", "USD")].map(|(from, to)| (from.to_owned(), to.to_owned()));
    Tables::from([("currency".to_owned(), currency.into())])
}

fn run(code: &str, input: &Value) -> Result<Value, String> {
    let program = Program::compile(code)
        .map_err(|troubles| format!("{}: {}", troubles[0].code, troubles[0].message))?;
    let tables = tables();
    let value = program
        .run(&value::from_json(input), &Given::only(&tables))
        .map_err(|stopped| stopped.0)?;
    value::to_json(&value).map_err(|wrong| format!("{}: {}", wrong.pointer, wrong.detail))
}

#[track_caller]
fn gives(code: &str, input: &Value, expected: &str) {
    assert_eq!(run(code, input).map(|value| value.to_string()), Ok(expected.to_owned()), "{code}");
}

#[track_caller]
fn refuses(code: &str, input: &Value, expected: &str) {
    assert_eq!(run(code, input), Err(expected.to_owned()), "{code}");
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).expect(text)
}

/// Programs over two lines, and what they give.
const USUAL: &[(&str, &str)] = &[
    ("[.lines[].n] | add", "3"),
    (".lines | map(.sku) | sort | join(\"-\")", "\"a-b\""),
    (".lines | map(select(.n > 1)) | length", "1"),
    ("[.lines[] | {(.sku): .n}] | add", "{\"b\":2,\"a\":1}"),
    (".lines | sort_by(.sku) | first.sku", "\"a\""),
    (".lines[0] | to_entries | map(.key)", "[\"sku\",\"n\"]"),
    ("$tables.currency.eur", "\"EUR\""),
    ("$tables | keys", "[\"currency\"]"),
    (".missing // \"none\"", "\"none\""),
    ("del(.lines[0].n) | .lines[0]", "{\"sku\":\"b\"}"),
    (".lines[].n |= . + 1 | [.lines[].n]", "[3,2]"),
    (".lines |= map(.n *= 3) | [.lines[].n]", "[6,3]"),
    ("reduce .lines[] as $l (0; . + $l.n)", "3"),
    ("def twice(f): f | f; .lines | twice(reverse) | .[0].sku", "\"b\""),
    ("[limit(1; .lines[].sku)]", "[\"b\"]"),
    ("first(.lines[]).sku | ascii_upcase", "\"B\""),
    ("\"sku-\\(.lines[0].sku)\" | test(\"^sku-[a-z]$\")", "true"),
    ("\"a1b22\" | [scan(\"[0-9]+\")]", "[\"1\",\"22\"]"),
    (
        "\"2024-05-06\" | capture(\"(?<y>[0-9]{4})-(?<m>[0-9]{2})\")",
        "{\"y\":\"2024\",\"m\":\"05\"}",
    ),
    ("\"+49 (30) 12\" | gsub(\"[^0-9+]\"; \"\")", "\"+493012\""),
    ("\"a b/c\" | @uri", "\"a%20b%2Fc\""),
    ("\"x\" as $x | \"\\($x)\\(1)\\(null)\"", "\"x1null\""),
    (
        "[.lines[] | if .n > 1 then \"many\" elif .n == 1 then \"one\" else \"none\" end]",
        "[\"many\",\"one\"]",
    ),
    ("try (\"x\" | tonumber) catch \"no\"", "\"no\""),
    (".lines | any(.sku == \"a\")", "true"),
    ("\"2024-05-06T00:00:00Z\" | fromdate", "1714953600"),
    ("[range(3)]", "[0,1,2]"),
    (".lines[0] | has(\"sku\")", "true"),
];

#[test]
fn the_usual_jq_is_there() {
    let lines = json!({"lines": [{"sku": "b", "n": 2}, {"sku": "a", "n": 1}]});
    for (code, expected) in USUAL {
        gives(code, &lines, expected);
    }
}

/// Everything that a program may call, each on a value and, where it takes one, with an argument.
const CALLS: &str = "abs add any all arrays ascii_downcase ascii_upcase booleans cents first fromdate isarray isboolean \
    isempty(.) keys keys_unsorted last length ltrim max min mktime not nulls objects reverse rtrim scalars sort \
    strings to_entries from_entries todate tojson tonumber tostring trim type unique utf8bytelength values @uri @base64 @html \
    has(.) has(\"a\") has(-1) split(\".\") split(\"\") join(\",\") join(.) test(\"a*\") capture(\"(?<x>a)\") \
    [scan(\".\")] sub(\"a\";\"b\") gsub(\"\";\"-\") startswith(\"a\") endswith(.) ltrimstr(.) rtrimstr(\"a\") contains(.) \
    lookup(\"currency\";.) lookup(.;.) need(.;.) error(.) range(.) [range(.;3)] [range(0;3;.)] [limit(.;1,2)] [skip(.;1,2)] nth(.) \
    map(.) map_values(.) with_entries(.) del(.a) del(.[0]) del(.[-1:]) sort_by(.) group_by(.) unique_by(.) min_by(.a) max_by(.[0]) \
    in({}) in([]) strftime(\"%Y-%m-%dT%H:%M:%SZ\") strftime(.) strptime(\"%Y-%m-%d\") strptime(.) [..] .[] .a .[0] .[-1] .[1:] .[:-1] \
    .[.] .[.:.] -. .+. .-. .*. ./. .%. .+1 .-1 .*2 ./2 .%0 .%-1 .==. .<. (.a=1) (.[0]=1) (.[-5]=1) (.[1:]=[1]) (.a|=empty) (.[]+=1) (.[0:2]|=reverse)";

#[test]
fn no_call_panics_on_any_value() {
    let values = [
        "null",
        "true",
        "0",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "12345678901234567890123",
        "1e200",
        "-0.0",
        "0.5",
        "1e-200",
        "\"\"",
        "\"a.b\"",
        "\"é😀\"",
        "\"2024-02-30\"",
        "\"%\"",
        "\"%s%Q%:\"",
        "[]",
        "[1,\"a\",null,{},[]]",
        "[[1],[2]]",
        "{}",
        "{\"a\":{\"b\":[1]}}",
        "{\"start\":1,\"end\":-1}",
        "[99999,1,1,1,1,1,1,1]",
        "[{\"key\":\"k\",\"value\":1}]",
        "1e15",
        "99999999999999",
    ];
    let mut panics = Vec::new();
    for call in CALLS.split_whitespace() {
        let program =
            Program::compile(call).unwrap_or_else(|troubles| panic!("{call}: {troubles:?}"));
        for text in values {
            let value = value::from_json(&crate::event::document(text).expect(text));
            let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                if let Ok(value) = program.run(&value, &Given::only(&tables())) {
                    let _ = value::to_json(&value);
                }
            }));
            if ran.is_err() {
                panics.push(format!("{call} on {text}"));
            }
        }
    }
    assert!(panics.is_empty(), "{panics:#?}");
}

#[test]
fn numbers_keep_their_text() {
    for text in [
        "1250.00",
        "0.1",
        "12345678901234567890",
        "1e5",
        "-0.50",
        "3.141592653589793238462643383279",
    ] {
        assert_eq!(
            run(".x", &json!({"x": number(text)})).map(|v| v.to_string()),
            Ok(number(text).to_string())
        );
    }
    gives(
        "[.[] | cents]",
        &json!([number("1250.00"), "1250.00", 1250, number("0.29")]),
        "[125000,125000,125000,29]",
    );
    gives("cents(.a) + cents(.b)", &json!({"a": "0.10", "b": number("0.20")}), "30");
    gives("\"12.50\" | tonumber", &json!(null), "12.50");
}

#[test]
fn floating_point_never_leaves() {
    let input = json!({"a": number("0.1"), "b": number("0.2")});
    let detail = "the number 0.30000000000000004 was computed in floating point, which is not exact; use cents for money, or whole numbers";
    refuses("{total: (.a + .b)}", &input, &format!("/total: {detail}"));
    refuses("\"\\(.a + .b)\"", &input, detail);
    refuses(
        ".a + .b | cents",
        &input,
        "an amount was computed in floating point, which loses money; apply cents to each amount first",
    );
}

#[test]
fn a_missing_table_value_is_refused_and_nothing_can_catch_it() {
    gives("lookup(\"currency\"; .)", &json!("eur"), "\"EUR\"");
    let why = "table currency has no value for \"chf\"; it knows eur and usd";
    for code in [
        "lookup(\"currency\"; .)",
        "try lookup(\"currency\"; .) catch \"EUR\"",
        "lookup(\"currency\"; .)? // \"EUR\"",
        "first((lookup(\"currency\"; .)?), \"EUR\")",
        "[.[0:1], (try lookup(\"currency\"; .) catch \"EUR\")] | last",
    ] {
        refuses(code, &json!("chf"), why);
    }
    refuses(
        "lookup(\"currency\"; .x)",
        &json!({}),
        "table currency was asked for null; it knows eur and usd",
    );
}

#[test]
fn a_program_can_refuse_an_event() {
    gives("need(.name; \"a name is needed\")", &json!({"name": "x"}), "\"x\"");
    refuses("need(.name; \"a name is needed\")", &json!({}), "a name is needed");
    refuses("need(.name; \"a name is needed\")", &json!({"name": ""}), "a name is needed");
    refuses(
        "if .n > 5 then error(\"too many: \\(.n)\") else . end",
        &json!({"n": 7}),
        "too many: 7",
    );
}

#[test]
fn exactly_one_value_is_made() {
    refuses("empty", &json!(1), "gives no value");
    refuses("1, 2", &json!(1), "gives more than one value");
    refuses(".a.b", &json!({"a": "text"}), "cannot index \"text\" with \"b\"");
}

/// Trap P33: a mapping that depends on the network, the time or the machine.
#[test]
fn what_is_not_pure_is_not_there() {
    for (code, expected) in [
        ("now", "FL0402: `now` is not allowed in a mapping"),
        ("env.HOME", "FL0402: `env` is not allowed in a mapping"),
        ("$ENV.HOME", "FL0403: variable `$ENV` is not defined here"),
        ("$__loc__", "FL0403: variable `$__loc__` is not defined here"),
        ("input", "FL0402: `input` is not allowed in a mapping"),
        ("[inputs]", "FL0402: `inputs` is not allowed in a mapping"),
        ("debug", "FL0402: `debug` is not allowed in a mapping"),
        ("halt", "FL0402: `halt` is not allowed in a mapping"),
        ("input_line_number", "FL0402: `input_line_number` is not allowed in a mapping"),
        ("include \"x\"; .", "FL0402: `include` is not allowed in a mapping"),
        ("import \"x\" as x; .", "FL0402: `import` is not allowed in a mapping"),
        ("(.a * 100) | round", "FL0402: `round` is not allowed in a mapping"),
        ("@sh \"x \\(.)\"", "FL0402: the format `@sh` is not allowed"),
        ("matches(\"a\"; \"\")", "FL0402: `matches` is not allowed in a mapping"),
        ("pow(2; 3)", "FL0402: `pow` is not allowed in a mapping"),
        ("get_search_list", "FL0403: there is no function `get_search_list` with no argument"),
        ("lenght", "FL0403: there is no function `lenght` with no argument"),
        ("ltrimstr", "FL0403: there is no function `ltrimstr` with no argument"),
        ("tick", "FL0403: there is no function `tick` with no argument"),
        (".a as $x | $y", "FL0403: variable `$y` is not defined here"),
        ("{a: .b", "FL0401: the program is no jq: expected closing brace at its end"),
        (".a |", "FL0401: the program is no jq: expected term at its end"),
        ("", "FL0401: the program is no jq: expected term at its end"),
        (".a §", "FL0401: the program is no jq: expected token instead of `§`"),
    ] {
        refuses(code, &json!({"a": 1}), expected);
    }
}

#[test]
fn nothing_can_run_without_end() {
    for code in [
        "def f: f; f",
        "def f: 1, f; [f]",
        "def f(g): def h: f(g); h; f(.)",
        "def f: def g: f; g; f",
        "fairlead_main",
    ] {
        assert!(run(code, &json!(null)).is_err_and(|why| why.starts_with("FL0404")), "{code}");
    }
    for code in
        ["repeat(1)", "[while(true; .)]", "until(false; .)", "recurse(.)", "[.[] | recurse(.+1)]"]
    {
        assert!(run(code, &json!(null)).is_err_and(|why| why.starts_with("FL0402")), "{code}");
    }
    for code in [
        "[range(1e9)] | length",
        "[range(10000) | range(10000)] | length",
        "reduce range(1000000000) as $i (0; $i)",
        "last(range(1000000000000))",
        "[limit(1000000000; range(1000000000000))] | length",
        "[.[] | . as $a | 1 | range(1000) | range(1000) | range(1000)] | length",
        "def each(f): [range(1000) | f]; each(each(each(1))) | length",
        "first(range(1000000000) | select(. < 0))",
        "any(range(1000000000); . < 0)",
        "isempty(range(1000000000) | empty)",
    ] {
        let why = run(code, &json!([1])).expect_err(code);
        assert!(why.contains("too many steps") || why.contains("too large"), "{code}: {why}");
    }
}

#[test]
fn nothing_can_grow_without_end() {
    for code in [
        "reduce range(60) as $i (\"a\"; . + .)",
        "reduce range(60) as $i (\"a\"; . += .)",
        "reduce range(60) as $i ([1]; . + .)",
        "reduce range(60) as $i (\"a\"; \"\\(.)\\(.)\")",
        "reduce range(60) as $i (1; [., .]) | tostring",
        "reduce range(60) as $i (1; [., .])",
        "reduce range(60) as $i (1; {a: ., b: .}) | tojson",
        "\"a\" * 1000000000",
        "1000000000 * \"a\"",
        "reduce range(200) as $i (1; [.])",
    ] {
        assert!(run(code, &json!(null)).is_err(), "{code}");
    }
}

#[test]
fn a_regular_expression_stands_in_the_program_and_searches_short_texts() {
    refuses(
        "test(.re)",
        &json!({"re": "(a+)+$"}),
        "FL0406: the regular expression of `test` is not a plain text",
    );
    assert!(run("test(\"(\")", &json!("x")).is_err_and(|why| why.starts_with("FL0406")));
    assert!(run("test(\"(?=a)\")", &json!("x")).is_err_and(|why| why.starts_with("FL0406")));
    refuses(
        "test(\"a\")",
        &json!("a".repeat(5_000)),
        "a text of 5000 bytes is too long for a regular expression; at most 4096",
    );
}

#[test]
fn a_definition_of_the_users_cannot_take_the_place_of_ours() {
    gives("def tostring: \"mine\"; \"\\(1)\"", &json!(null), "\"1\"");
    gives("def lookup($t; $k): \"mine\"; lookup(\"x\"; 1)", &json!(null), "\"mine\"");
    let why = run("def select(f): .; def tick: .; [range(100000000)] | length", &json!(null))
        .expect_err("endless");
    assert!(why.contains("too many steps") || why.contains("too large"));
}

#[test]
fn a_deep_program_is_refused_and_not_read() {
    let deep = format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(run(&deep, &json!(null)).is_err_and(|why| why.starts_with("FL0405")));
    for row in ["+1", ",1", "|.", "//1", " as $x|1", "==1", "|=1", "+=1", "?//1"] {
        let long = format!("1{}", row.repeat(5_000));
        assert!(run(&long, &json!(null)).is_err_and(|why| why.starts_with("FL0405")), "{row}");
    }
    let nested = format!("{}1{}", "1+(".repeat(5_000), ")".repeat(5_000));
    let minus = format!("{}1", "-".repeat(5_000));
    let optional = format!(".{}", "?".repeat(5_000));
    let branches = format!("{}1{}", "if 1 then ".repeat(5_000), " end".repeat(5_000));
    let attempts = format!("{}1", "try ".repeat(5_000));
    for long in [nested, minus, optional, branches, attempts] {
        assert!(
            run(&long, &json!(null)).is_err_and(|why| why.starts_with("FL0405")),
            "{}",
            &long[..20]
        );
    }
    for part in [".a", "[0]", "[]?", ".a[1:]"] {
        let long = format!(".a{}", part.repeat(5_000));
        assert!(run(&long, &json!(null)).is_err_and(|why| why.starts_with("FL0405")), "{part}");
    }
}

#[test]
fn the_deepest_program_that_is_read_can_be_run() {
    // The stack of a test thread is smaller than that of a function.
    for (row, times) in [
        ("+1", 99),
        ("|.", 99),
        (",1", 99),
        ("//1", 99),
        (" as $x|1", 99),
        ("|(1+1)", 96),
        ("|[.[0]?]", 96),
    ] {
        let code = format!("first(1{})", row.repeat(times));
        assert!(run(&code, &json!(null)).is_ok(), "{row}: {:?}", run(&code, &json!(null)));
    }
}
