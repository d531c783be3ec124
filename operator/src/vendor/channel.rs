//! The channels of owners, for which the vendor stands too: PagerDuty's Events API v2, and a signed webhook.
//!
//! Source: PagerDuty developer documentation, "Send an event to PagerDuty"; standard-webhooks.com, "Webhook headers".

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::request::Call;

/// The first segment of their paths: `/alerts/pagerduty`, `/alerts/webhook`.
pub(super) const NAME: &str = "alerts";

/// The longest summary that PagerDuty takes.
const MOST_SUMMARY: usize = 1024;

/// What the channel answers. A routing key is a secret, so it is not kept.
pub(super) fn handle(call: &mut Call) -> Answer {
    let read = serde_json::from_slice::<Map<String, Value>>(&call.body);
    let Ok(mut event) = read else {
        return Answer::refusal(400, "invalid_json", "the body is not a JSON object");
    };
    let given = event.get("routing_key").is_some_and(is_text);
    if let Some(key) = event.get_mut("routing_key") {
        *key = "***".into();
        call.seen.body = Value::Object(event.clone()).to_string();
    }
    match call.segments().first().map(String::as_str) {
        Some("pagerduty") => page(&event, given),
        Some("webhook") => webhook(call),
        _ => Answer::refusal(404, "not_found", "the channels are pagerduty and webhook"),
    }
}

fn page(event: &Map<String, Value>, has_key: bool) -> Answer {
    let mut errors = wrong(event);
    if !has_key {
        errors.push("'routing_key' is missing or blank");
    }
    if errors.is_empty() {
        let said = "Event processed";
        let key = event.get("dedup_key").cloned().unwrap_or_default();
        return Answer::json(202, &json!({"status": "success", "message": said, "dedup_key": key}));
    }
    let said = "Event object is invalid";
    Answer::json(400, &json!({"status": "invalid event", "message": said, "errors": errors}))
}

/// What PagerDuty would find wrong with an event.
fn wrong(event: &Map<String, Value>) -> Vec<&'static str> {
    let (mut errors, has_key) = (Vec::new(), event.get("dedup_key").is_some_and(is_text));
    match event.get("event_action").and_then(Value::as_str) {
        Some("acknowledge" | "resolve") if has_key => {}
        Some("acknowledge" | "resolve") => errors.push("'dedup_key' is missing or blank"),
        Some("trigger") => {
            let payload = event.get("payload").unwrap_or(&Value::Null);
            let summary = payload["summary"].as_str().unwrap_or_default();
            if summary.is_empty() || summary.chars().count() > MOST_SUMMARY {
                errors.push("'payload.summary' is missing, blank or too long");
            }
            if !is_text(&payload["source"]) {
                errors.push("'payload.source' is missing or blank");
            }
            let severity = payload["severity"].as_str();
            if !matches!(severity, Some("critical" | "error" | "warning" | "info")) {
                errors.push("'payload.severity' must be critical, error, warning or info");
            }
        }
        _ => errors.push("'event_action' must be trigger, acknowledge or resolve"),
    }
    errors
}

fn webhook(call: &Call) -> Answer {
    let has = |wanted: &str| call.seen.headers.iter().any(|(name, _)| name == wanted);
    let missing: Vec<&str> = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        .into_iter()
        .filter(|name| !has(name))
        .collect();
    if missing.is_empty() {
        return Answer::text(204, "");
    }
    Answer::refusal(400, "unsigned", format!("without {}", missing.join(", ")))
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(event: Value, status: u16, why: &str) {
        let Value::Object(event) = event else { panic!("an object: {event}") };
        let answer = page(&event, event.get("routing_key").is_some_and(is_text));
        let said = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, status, "{said}");
        assert!(said.contains(why), "{said}");
    }

    #[test]
    fn pagerduty_takes_what_its_documentation_asks_for_and_nothing_else() {
        let payload = json!({"summary": "one", "source": "x", "severity": "error"});
        let event = |action: &str| json!({"routing_key": "k", "event_action": action});
        let with = |mut event: Value, name: &str, value: Value| {
            event[name] = value;
            event
        };
        let trigger = with(event("trigger"), "payload", payload.clone());
        check(trigger.clone(), 202, "Event processed");
        check(with(event("resolve"), "dedup_key", json!("d")), 202, r#""dedup_key":"d""#);
        check(event("resolve"), 400, "'dedup_key' is missing");
        check(event("opened"), 400, "'event_action' must be");
        check(event("trigger"), 400, "'payload.source' is missing");
        check(with(trigger.clone(), "routing_key", json!(" ")), 400, "'routing_key' is missing");
        let long = with(payload.clone(), "summary", json!("x".repeat(1025)));
        check(with(event("trigger"), "payload", long), 400, "'payload.summary' is");
        let severe = with(payload, "severity", json!("severe"));
        check(with(event("trigger"), "payload", severe), 400, "'payload.severity' must be");
    }
}
