//! Events that fit their schemas and mean harm: whatever stands in them, what leaves keeps its shape.

mod event;

use std::{path::Path, sync::Arc, sync::OnceLock};

use fairlead_contracts::{Contracts, Draft, Event, MAX_BODY, MAX_KEY, Refused, Rendered, compile};
use fairlead_core::{
    id::{IntegrationName, VendorId},
    integration::Integration,
    render::{Found, Need},
};
use proptest::{prelude::*, strategy::ValueTree};
use serde_json::{Value, json};

fn contracts() -> &'static Contracts {
    static CONTRACTS: OnceLock<Contracts> = OnceLock::new();
    CONTRACTS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integrations");
        Contracts::new(Arc::new(compile(&folder).unwrap_or_else(|report| panic!("{report}"))))
    })
}

fn integrations() -> Vec<&'static Integration> {
    contracts().catalog().integrations.values().collect()
}

/// One integration, and an event that its schema describes.
fn any_event() -> impl Strategy<Value = (&'static Integration, Value)> {
    proptest::sample::select(integrations()).prop_flat_map(|integration| {
        events(integration).prop_map(move |event| (integration, event))
    })
}

fn events(of: &Integration) -> BoxedStrategy<Value> {
    let mut words: Vec<String> =
        of.tables.values().flat_map(|table| table.keys().cloned()).collect();
    words.push("Ticket: T-12".to_owned());
    event::of(&of.source.schema, &of.source.schema, &words)
}

/// What an event becomes where the crosswalk knows all that it needs. A vendor's id may mean harm, too.
#[expect(clippy::result_large_err, reason = "as Contracts::render")]
fn rendered(name: &IntegrationName, event: &Event) -> Result<Rendered, Refused> {
    let Draft { record, key, needs, .. } = contracts().draft(name, event, None)?;
    let known = |need: Need| (need.name, VendorId::new("inv/../1 #?\r\nX: y"));
    let found = Found { needs: needs.into_iter().map(known).collect(), own: None };
    let (carries, request) = contracts().make(name, event, &found)?;
    Ok(Rendered { record, key, carries, request })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn whatever_an_event_says_what_leaves_keeps_its_shape((integration, event) in any_event()) {
        let Ok(event) = Event::read(event.to_string().as_bytes()) else { return Ok(()) };
        match rendered(&integration.name, &event) {
            Ok(rendered) => check(integration, &rendered),
            Err(refused) => check_refused(&refused),
        }
    }
}

/// The generator is worth its name: every integration lets some events through and refuses others.
#[test]
fn the_events_reach_both_ends() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for integration in integrations() {
        let events = events(integration);
        let (mut through, mut refused) = (0, 0);
        for _ in 0..400 {
            let event = events.new_tree(&mut runner).expect("an event").current();
            let Ok(event) = Event::read(event.to_string().as_bytes()) else { continue };
            match rendered(&integration.name, &event) {
                Ok(_) => through += 1,
                Err(_) => refused += 1,
            }
        }
        let name = &integration.name;
        assert!(refused >= 5, "{name}: {refused} refused");
        // A journal must balance, which events made by chance do not.
        let least = if name.as_str() == "day-closed-to-journal" { 0 } else { 1 };
        assert!(through >= least, "{name}: {through} through");
    }
}

#[test]
fn the_longest_lists_stay_within_the_bound_of_steps() {
    let money = json!("1234567.89");
    let refund_lines: Vec<Value> =
        (0..500).map(|_| json!({"text": "x".repeat(200), "amount": money})).collect();
    let refund = json!({"id": "e", "data": {"refund": {
        "id": "R-1", "currency": "eur", "customer": {"id": "C"}, "lines": refund_lines,
    }}});
    let side = |n: usize| if n.is_multiple_of(2) { "debit" } else { "credit" };
    let lines: Vec<Value> =
        (0..1_000).map(|n| json!({"account": "cash", side(n): money})).collect();
    let day =
        json!({"store": "s", "day": "2026-03-02", "run": 1, "currency": "EUR", "lines": lines});
    for (name, event) in [("refund-to-credit-note", refund), ("day-closed-to-journal", day)] {
        let event = Event::read(event.to_string().as_bytes()).expect("an event");
        let rendered = contracts().render(&IntegrationName::new(name), &event);
        assert!(rendered.is_ok(), "{name}: {rendered:?}");
    }
}

#[track_caller]
fn check(integration: &Integration, rendered: &Rendered) {
    let path = &rendered.request.path;
    assert!(path.chars().all(|c| c.is_ascii_graphic()), "{path:?} has what no path has");
    assert!(!path.contains(['\\', '"', '<', '>', '#']), "{path:?}");
    let segments: Vec<&str> = path.split('?').next().expect("a path").split('/').collect();
    assert_eq!(
        segments.len(),
        slashes(&integration.request.path) + 1,
        "{path:?} has another shape"
    );
    assert!(!segments.iter().any(|s| matches!(*s, "." | "..")), "{path:?} leaves its place");
    assert!(!segments[1..].contains(&""), "{path:?} has an empty segment");
    let key = rendered.key.as_str();
    assert!(
        (1..=MAX_KEY).contains(&key.len()) && key.chars().all(|c| c.is_ascii_graphic()),
        "{key:?}"
    );
    let body = &rendered.request.body;
    assert!(body.len() <= MAX_BODY && serde_json::from_str::<Value>(body).is_ok(), "{body:?}");
    let record = &rendered.record;
    for text in [Some(&record.id), record.label.as_ref(), record.url.as_ref()].into_iter().flatten()
    {
        assert!(!text.chars().any(char::is_control), "{text:?} could forge a line");
    }
    if let (Some(url), Some(rule)) = (&record.url, &integration.record.url) {
        let host = |url: &str| url.split('/').nth(2).map(str::to_owned);
        assert_eq!(host(url), host(rule), "{url:?} leads elsewhere");
    }
}

#[track_caller]
fn check_refused(refused: &Refused) {
    assert!(!refused.violations.is_empty());
    for violation in &refused.violations {
        let detail = &violation.detail;
        assert!(!detail.chars().any(char::is_control), "{detail:?} could forge a line");
        assert!(!detail.contains("steps"), "a small event took too many steps: {detail}");
    }
}

/// The slashes that the author wrote, not those inside of an interpolation.
fn slashes(template: &str) -> usize {
    let (mut depth, mut count, mut before) = (0_usize, 0, ' ');
    for c in template.chars() {
        match c {
            '(' if depth > 0 || before == '\\' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            '/' if depth == 0 => count += 1,
            _ => {}
        }
        before = c;
    }
    count
}
