//! Bodies that are no event, or more than one.

use super::{MARK, Row, good, post};

fn row(what: &'static str, body: impl Into<Vec<u8>>) -> Row {
    (what, post(body), 400, "bad-body")
}

/// JSON, or nothing, that is no object.
pub(super) fn no_object() -> Vec<Row> {
    vec![
        row("an empty body", ""),
        row("white space", " \r\n\t"),
        row("null", "null"),
        row("an empty list", "[]"),
        row("a text", "\"BADROW\""),
        row("a number", "1"),
        row("two documents", format!("{}{}", good(), good())),
        row("two documents on two lines", format!("{}\n{}", good(), good())),
        row("a list that does not end", format!("[{}", good())),
    ]
}

/// Bytes that are no JSON, or JSON that two readers read differently.
pub(super) fn no_json() -> Vec<Row> {
    let in_name = |text: &str| good().replacen("Nordwind", text, 1);
    let amount = |more: &str| good().replacen("\"amount\"", more, 1);
    let utf16 =
        |bytes: fn(u16) -> [u8; 2]| good().encode_utf16().flat_map(bytes).collect::<Vec<_>>();
    vec![
        row("no JSON", "BADROW"),
        row("a trailing comma", "{\"id\":\"BADROW\",}"),
        row("a comment", format!("{} // BADROW", good())),
        row("garbage behind it", format!("{}x", good())),
        row("a byte order mark", format!("\u{feff}{}", good())),
        row("UTF-16, little end first", utf16(u16::to_le_bytes)),
        row("UTF-16, big end first", utf16(u16::to_be_bytes)),
        row("compressed and not said so", b"\x1f\x8b\x08\x00BADROW".to_vec()),
        row("a raw NUL", in_name("Nord\0wind")),
        row("an escaped NUL", in_name("Nord\\u0000wind")),
        row("a raw line break in a text", in_name("Nord\nwind")),
        row("half a surrogate pair", in_name("\\ud800")),
        row("halves of two pairs", in_name("\\ud800\\ud801")),
        row("a member twice", amount("\"amount\":\"1.00\",\"amount\"")),
        row("a member twice with one value", amount("\"amount\":\"1250.00\",\"amount\"")),
        row("a member twice, once escaped", amount("\"\\u0061mount\":1,\"amount\"")),
    ]
}

/// Numbers that JSON does not know, or that some reader would round.
pub(super) fn numbers() -> Vec<Row> {
    let with = |number: &str| good().replacen("\"1250.00\"", number, 1);
    let long = "0.1234567890123456789012345678901234567890";
    vec![
        row("NaN", with("NaN")),
        row("Infinity", with("Infinity")),
        row("minus Infinity", with("-Infinity")),
        row("a leading plus", with("+1")),
        row("a leading zero", with("01")),
        row("1e400", with("1e400")),
        row("a huge exponent", with("1e99999")),
        row("more than 100 digits", with(&"9".repeat(101))),
        ("minus zero as money", post(with("-0")), 422, "violations"),
        ("forty decimals as money", post(with(long)), 422, "violations"),
        (
            "forty decimals as a text of money",
            post(with(&format!("\"{long}\""))),
            422,
            "violations",
        ),
        ("money in words", post(with("\"twelve\"")), 422, "violations"),
    ]
}

/// Too deep, too long, too many.
pub(super) fn too_much() -> Vec<Row> {
    let deep = |levels: usize| {
        format!("{{\"{MARK}\":{}1{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1))
    };
    let members = |count: usize| -> String {
        let members: String = (0..count).map(|n| format!("\"{n}\":1,")).collect();
        format!("{{{members}\"{MARK}\":1}}")
    };
    let long = |bytes: usize| good().replacen("Nordwind", &"N".repeat(bytes), 1);
    let too_large = |what, body: String| -> Row { (what, post(body), 413, "too-large") };
    vec![
        row("65 levels", deep(65)),
        row("128 levels", deep(128)),
        // 10^5 levels have more bytes than an event may have, and are not read at all.
        row("90,000 levels", deep(90_000)),
        too_large("10^5 levels", deep(100_001)),
        ("20,000 members", post(members(20_000)), 422, "violations"),
        too_large("10^6 members", members(1_000_000)),
        too_large("300 kB", long(300_000)),
        too_large("10 MB", long(10_000_000)),
        too_large("a batch of 2 MB", format!("[{}]", vec![good(); 9_000].join(","))),
    ]
}
