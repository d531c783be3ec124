//! What an integration takes in: which events it wants, and where the key of an event comes from.

use std::{fs, path::Path, sync::Arc};

use fairlead_contracts::{Contracts, Event, compile};
use fairlead_core::id::{IdempotencyKey, IntegrationName};
use serde_json::{Value, json};

/// The base of the corpus with other lines in its integration.
fn contracts(changes: &[(&str, &str)]) -> Contracts {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/base");
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("deal-won")).expect("a folder");
    let folder = fs::read_dir(base.join("deal-won")).expect("the base");
    let files = folder.map(|file| file.expect("a file").path()).filter(|path| path.is_file());
    for file in files {
        let mut text = fs::read_to_string(&file).expect("a text");
        for (old, new) in changes {
            text = text.replace(old, new);
        }
        let name = file.file_name().expect("a name");
        fs::write(dir.path().join("deal-won").join(name), text).expect("a copy");
    }
    let destinations = "destinations.yaml";
    fs::copy(base.join(destinations), dir.path().join(destinations)).expect("a copy");
    let catalog = compile(dir.path()).unwrap_or_else(|report| panic!("{report}"));
    Contracts::new(Arc::new(catalog))
}

fn name() -> IntegrationName {
    IntegrationName::new("deal-won")
}

fn event(body: &Value) -> Event {
    Event::read(body.to_string().as_bytes()).expect("an event")
}

#[test]
fn an_event_of_which_when_is_not_true_is_not_wanted() {
    let contracts = contracts(&[(
        "{event: crm.deal.won,",
        "{event: crm.deal.won, when: '.data.deal.stage == \"won\"',",
    )]);
    let wants = |body: Value| contracts.wants(&name(), &event(&body));
    assert!(wants(json!({"data": {"deal": {"stage": "won"}}})));
    for other in
        [json!({"data": {"deal": {"stage": "lost"}}}), json!({"data": {"deal": {}}}), json!({})]
    {
        assert!(!wants(other.clone()), "{other}");
    }
    assert!(wants(json!({"data": "won"})), "of what it cannot be said, the schema judges");
}

#[test]
fn without_when_every_event_is_wanted() {
    assert!(contracts(&[]).wants(&name(), &event(&json!({}))));
}

#[test]
fn a_key_from_the_header_is_the_key_and_without_it_nothing_is_rendered() {
    let contracts = contracts(&[("key: 'deal-won:\\(.data.deal.id)'", "key: $header")]);
    let sent = event(
        &json!({"id": "e", "data": {"deal": {"id": "D-1", "name": "N", "amount": "1.00", "currency": "eur"}}}),
    );
    let given = IdempotencyKey::new("k-1");
    let rendered = contracts.render_as(&name(), &sent, Some(&given)).map(|rendered| rendered.key);
    assert_eq!(rendered.map_err(|refused| refused.violations), Ok(given));
    let refused = contracts.render(&name(), &sent).expect_err("no key");
    assert!(refused.violations[0].detail.contains("Idempotency-Key"), "{refused:?}");
}
