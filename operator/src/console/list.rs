//! Lists of deliveries inside pages.

use fairlead_core::history::one_line;
use jiff::Timestamp;

use super::page;
use crate::desk::view::{self, NONE_YET, age};

/// A page of deliveries; `path` is where the next one is, with its question mark.
pub(super) fn list(found: &view::Deliveries, path: &str, empty: &str) -> page::List {
    page::List {
        items: found.deliveries.iter().map(|item| row(item, found.now)).collect(),
        empty: if found.goes_on() { NONE_YET } else { empty }.to_owned(),
        more: found.cursor.as_deref().map(|cursor| format!("{path}cursor={}", encoded(cursor))),
    }
}

fn row(item: &view::Item, now: Timestamp) -> page::Item {
    page::Item {
        id: item.delivery.clone(),
        record: one_line(&item.record.to_string(), 60),
        integration: item.integration.clone(),
        standing: item.standing(now),
        tone: tone(item.state),
        calls: item.attempts.to_string(),
        last: one_line(&item.last, 100),
        age: age(item.accepted_at, now),
    }
}

/// A line of a history: its text begins with one word, and the rest stands apart by spaces.
pub(super) fn line(at: String, text: &str) -> page::Line {
    let (word, rest) = text.split_once("  ").unwrap_or((text, ""));
    page::Line { at, word: word.to_owned(), rest: rest.trim_start().to_owned() }
}

/// How a state is coloured.
pub(super) fn tone(state: &str) -> &'static str {
    match state {
        "parked" => "bad",
        "delivered" => "good",
        "waiting" | "sending" | "looking" | "accepted" => "wait",
        _ => "",
    }
}

/// What a gate's word means: its words are a breaker's, where closed lets calls pass.
pub(super) fn gate_said(gate: &str) -> String {
    let means = match gate {
        "closed" => "calls pass",
        "half-open" => "one call at a time",
        _ => "no calls",
    };
    format!("{gate}, {means}")
}

/// How a gate is coloured.
pub(super) fn gate_tone(gate: &str) -> &'static str {
    match gate {
        "closed" => "good",
        "half-open" => "wait",
        _ => "bad",
    }
}

/// A text as one piece of a URL.
pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A link that a browser may follow: what comes from outside may be any text.
pub(super) fn link(url: Option<&str>) -> Option<String> {
    let web = |url: &&str| url.starts_with("https://") || url.starts_with("http://");
    url.filter(web).map(str::to_owned)
}
