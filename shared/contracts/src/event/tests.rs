//! The bad inputs that a source system can send, and what it is told.

use super::{BadEvent, Event, MAX_BYTES};

#[track_caller]
fn refused(bytes: &[u8], expected: &str) {
    let told = Event::read(bytes).expect_err(&String::from_utf8_lossy(bytes)).to_string();
    assert_eq!(told, expected);
    assert_eq!(told.lines().count(), 1, "{told}");
}

/// What is sent, and what its sender is told.
const BAD: &[(&[u8], &str)] = &[
    (b"", "the event is empty; send one JSON object"),
    (b" \r\n\t", "the event is empty; send one JSON object"),
    (b"null", "the event is null; send a JSON object, as in {\"id\":\"evt_1\",\"data\":{}}"),
    (b"[]", "the event is a list; send a JSON object, as in {\"id\":\"evt_1\",\"data\":{}}"),
    (b"\"x\"", "the event is a text; send a JSON object, as in {\"id\":\"evt_1\",\"data\":{}}"),
    (b"1", "the event is a number; send a JSON object, as in {\"id\":\"evt_1\",\"data\":{}}"),
    (
        b"{\"a\":\"\xff\"}",
        "the event is not plain UTF-8 (at byte 6); send JSON in UTF-8 without a byte order mark",
    ),
    (
        b"\xef\xbb\xbf{}",
        "the event is not plain UTF-8 (at byte 0); send JSON in UTF-8 without a byte order mark",
    ),
    (
        b"\xff\xfe{\0}\0",
        "the event is not plain UTF-8 (at byte 0); send JSON in UTF-8 without a byte order mark",
    ),
    (
        b"{\0}\0",
        "the event is not JSON at line 1, column 2: expected a member name in double quotes, found `\\u{0}`",
    ),
    (
        b"{\"a\":1,}",
        "the event is not JSON at line 1, column 8: expected a member name in double quotes, found `}`",
    ),
    (
        b"{\"a\":1}\n x",
        "the event is not JSON at line 2, column 2: expected nothing more after the document, found `x`",
    ),
    (
        b"{} {}",
        "the event is not JSON at line 1, column 4: expected nothing more after the document, found `{`",
    ),
    (b"{\"a\":NaN}", "the event is not JSON at line 1, column 6: expected a value, found `N`"),
    (
        b"{\"a\":-Infinity}",
        "the event is not JSON at line 1, column 6: expected a number as JSON writes it, as in 12 or -0.5, found `-`",
    ),
    (
        b"{\"a\":01}",
        "the event is not JSON at line 1, column 6: expected a number as JSON writes it, as in 12 or -0.5, found `0`",
    ),
    (
        b"{'a':1}",
        "the event is not JSON at line 1, column 2: expected a member name in double quotes, found `'`",
    ),
    (
        b"{\"a\":1",
        "the event is not JSON at line 1, column 7: expected , or } after a member, found its end",
    ),
    (
        b"{\"a\":\"x",
        "the event is not JSON at line 1, column 8: expected the closing quote of a text, found its end",
    ),
    (
        b"{\"a\":\"\\x\"}",
        "the event is not JSON at line 1, column 7: expected an escape that JSON knows, found `\\`",
    ),
    (
        b"{\"a\":\"\n\"}",
        "the event is not JSON at line 1, column 7: expected no control character inside a text; write it as \\u00xx, found `\\u{a}`",
    ),
    (
        b"{\"a\":\"\\u12\"}",
        "the event is not JSON at line 1, column 8: expected four hexadecimal digits after \\u, found `u`",
    ),
    (b"{\"a\":\"\\u0000\"}", "the text at /a has a NUL character; send Unicode text without it"),
    (
        b"{\"a\":[\"\\ud800\"]}",
        "the text at /a/0 has half of a surrogate pair; send Unicode text without it",
    ),
    (
        b"{\"a\":\"\\udc00\\ud800\"}",
        "the text at /a has half of a surrogate pair; send Unicode text without it",
    ),
    (b"{\"a\":1,\"a\":1}", "the event has the member /a twice; send it once"),
    (
        b"{\"x\":[{\"a/b\":1,\"\\u0061/b\":2}]}",
        "the event has the member /x/0/a~1b twice; send it once",
    ),
    (b"{\"a\":1e201}", "the number at /a has an exponent beyond 200; send it as a text"),
    (b"{\"a\":-1E-999999999999}", "the number at /a has an exponent beyond 200; send it as a text"),
    (b"{\"a\":tru}", "the event is not JSON at line 1, column 6: expected a value, found `t`"),
    (
        b"{\"a\" 1}",
        "the event is not JSON at line 1, column 6: expected : after the member name, found `1`",
    ),
    (
        b"{\"a\":[1 2]}",
        "the event is not JSON at line 1, column 9: expected , or ] after a list item, found `2`",
    ),
];

#[test]
fn each_bad_input_is_told_in_one_line() {
    for (bytes, expected) in BAD {
        refused(bytes, expected);
    }
}

#[test]
fn what_is_too_much_is_refused() {
    let deep = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    assert!(Event::read(deep(64).as_bytes()).is_ok());
    assert_eq!(Event::read(deep(65).as_bytes()), Err(BadEvent::TooDeep));
    let endless = format!("{{\"a\":{}", "[".repeat(100_000));
    assert_eq!(Event::read(endless.as_bytes()), Err(BadEvent::TooDeep));
    let long = |bytes: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8));
    assert!(Event::read(long(MAX_BYTES).as_bytes()).is_ok());
    assert_eq!(
        Event::read(long(MAX_BYTES + 1).as_bytes()),
        Err(BadEvent::TooLarge { bytes: MAX_BYTES + 1 })
    );
    let digits = format!("{{\"a\":{}}}", "9".repeat(101));
    assert!(matches!(Event::read(digits.as_bytes()), Err(BadEvent::BadNumber { .. })));
}

#[test]
fn what_was_sent_is_kept_exactly() {
    for sent in [
        "{\"b\":1250.00,\"a\":[0.1,-0,12345678901234567890.12,1e5]}",
        "{\"$serde_json::private::Number\":\"1\"}",
        "{\"text\":\"é😀\\n\\\"\"}",
        "{\"\":{\"\":null}}",
        "{\"a\":true,\"b\":false}",
    ] {
        let event = Event::read(sent.as_bytes()).expect(sent);
        assert_eq!(event.body().to_string(), sent.replace("1e5", "1e+5"));
    }
    let pair = Event::read(b"{\"a\":\"\\ud83d\\ude00\"}").expect("a pair");
    assert_eq!(pair.body()["a"], "😀");
}

#[test]
fn the_same_payload_has_one_hash() {
    let hash = |text: &str| Event::read(text.as_bytes()).expect(text).payload_hash();
    assert_eq!(
        hash("{\"a\":1,\"b\":{\"c\":[1,2],\"d\":null}}"),
        hash(" {\"b\": {\"d\":null, \"c\":[1,2]},\n\"a\":1}")
    );
    assert_eq!(hash("{\"a\":\"\\u0061\"}"), hash("{\"a\":\"a\"}"));
    assert_eq!(hash("{\"a\":1.50}"), hash("{\"a\":15e-1}"));
    for (one, other) in [
        ("{\"a\":1}", "{\"a\":2}"),
        ("{\"a\":1}", "{\"a\":\"1\"}"),
        ("{\"a\":[1,2]}", "{\"a\":[2,1]}"),
        ("{\"a\":null}", "{}"),
        ("{\"a\":[[1],2]}", "{\"a\":[1,[2]]}"),
        ("{\"a\":9007199254740993}", "{\"a\":9007199254740992}"),
    ] {
        assert_ne!(hash(one), hash(other), "{one} {other}");
    }
}
