//! Headers and names that promise something else than what is taken.

use super::{Row, bare, good, post};

const DEALS: &str = "/events/deal-won-to-invoice";

/// Bodies that say that they are no JSON.
pub(super) fn types() -> Vec<Row> {
    let typed = |what, kind: &str| -> Row {
        (what, bare(DEALS, good()).with("content-type", kind), 415, "wrong-content-type")
    };
    vec![
        ("no content type", bare(DEALS, good()), 415, "wrong-content-type"),
        typed("plain text", "text/plain"),
        typed("a form", "application/x-www-form-urlencoded"),
        typed("another charset", "application/json; charset=iso-8859-1"),
        typed("a content type of 8 kB", &format!("application/{}", "j".repeat(8_000))),
        ("compressed", post(good()).with("content-encoding", "gzip"), 415, "wrong-content-type"),
    ]
}

/// Headers `Idempotency-Key` that hold no key. That one is not needed here, other events show.
pub(super) fn keys() -> Vec<Row> {
    let keyed = |what, key: &str| -> Row {
        (what, post(good()).with("idempotency-key", key), 400, "idempotency-key")
    };
    let twice = post(good()).with("idempotency-key", "a").with("idempotency-key", "b");
    vec![
        keyed("an empty key", ""),
        keyed("an empty text as a key", "\"\""),
        keyed("a key of 256 characters", &"k".repeat(256)),
        // API Gateway refuses headers of more than 10,240 bytes by itself; the engine lets them through.
        keyed("a key of 10 kB", &"k".repeat(10_240)),
        keyed("a key with a space", "a b"),
        keyed("a key without its closing quote", "\"a"),
        ("two keys", twice, 400, "idempotency-key"),
    ]
}

/// Integrations that there are not.
pub(super) fn names() -> Vec<Row> {
    let to = |what, name: &str| -> Row {
        let call =
            bare(&format!("/events/{name}"), good()).with("content-type", "application/json");
        (what, call, 404, "unknown-integration")
    };
    vec![
        to("an unknown integration", "no-such"),
        to("the name of an entry of ours", "gate"),
        to("a name of 2 kB", &"n".repeat(2_000)),
    ]
}
