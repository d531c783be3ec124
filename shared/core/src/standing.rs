//! How one delivery stands, for a program that asks: no payload, no request, no answer of the vendor.

use serde_json::{Value, json};

use crate::{
    entry::{Entry, State},
    notice::Notice,
};

/// The body of the answer to `GET /deliveries/{id}`. Members may be added; what has no value is left out.
pub fn standing(entry: &Entry) -> Value {
    let mut body = json!({
        "delivery": entry.id,
        "integration": entry.integration,
        "destination": entry.destination,
        "record": entry.record,
        "owner": entry.owner.team,
        "status": entry.life.state.word(),
        "attempts": entry.life.attempts,
        "effect": entry.effect(),
    });
    if let Some(first) = entry.history.lines.first() {
        body["accepted_at"] = json!(first.at);
    }
    if let Some(vendor_id) = &entry.life.vendor_id {
        body["vendor_id"] = json!(vendor_id);
    }
    if let State::Waiting { due_at, .. } = entry.life.state {
        body["due_at"] = json!(due_at);
    }
    if let State::Parked { since, .. } = entry.life.state {
        body["parked_at"] = json!(since);
    }
    if let Some(notice) = Notice::of(entry) {
        body["class"] = json!(notice.class);
        body["next_action"] = json!(notice.next_action);
    }
    body
}
