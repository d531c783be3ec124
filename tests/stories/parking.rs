//! Stories of deliveries that wait for a person: what is on the DLQ, and what the owner reads.

use std::time::Duration;

use fairlead_core::{
    accept::Content,
    class::Class,
    door::pause,
    entry::State,
    id::EntryKey,
    integration::Catalog,
    ticket::Queue,
    violation::{Contract, Violation},
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, noon, waits},
};
use futures::executor::block_on;
use serde_json::Value;

fn parked(world: &World) -> Option<Class> {
    match world.entry().life.state {
        State::Parked { class, .. } => Some(class),
        _ => None,
    }
}

fn effect(world: &World) -> String {
    let alert = world.alerts().pop().expect("an alert");
    alert.body["metadata"]["additionalContext"]["effect"].as_str().expect("a word").to_owned()
}

#[test]
fn a_refusal_parks_with_the_vendors_reason_one_message_and_one_alert() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let body = r#"{"error":{"code":"vat_id_missing","message":"VAT id is required"}}"#;
    world.vendor.borrow_mut().usually = Says::Status(422, None, body);
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(parked(&world), Some(Class::Rejected));
    let [message] = &world.bodies(Queue::Dlq)[..] else { panic!("one message") };
    let message: Value = serde_json::from_str(message).expect("JSON");
    insta::assert_snapshot!("message_of_a_refusal", pretty(&message));
    let [alert] = &world.alerts()[..] else { panic!("one alert") };
    assert_eq!(
        alert.subject,
        "deal-won-to-invoice: deal D-1042 Nordwind GmbH needs finance-ops: rejected"
    );
    insta::assert_snapshot!("alert_about_a_refusal", pretty(&alert.body));
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

#[test]
fn a_rejected_credential_is_read_anew_once_and_then_parked_as_auth() {
    let world = World::new(integration(keyed(), waits(&[10, 60])));
    {
        let mut vendor = world.vendor.borrow_mut();
        (vendor.takes, vendor.stored) = ("third", "second");
    }
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(parked(&world), Some(Class::Auth));
    let secrets: Vec<_> = world.vendor.borrow().calls.iter().map(|call| call.secret).collect();
    assert_eq!(secrets, ["first", "second"]);
    assert_eq!(effect(&world), "refused");
    world.vendor.borrow_mut().stored = "third";
    // The destination is paused, so that no other delivery is refused too.
    let resumed = pause(&world, &world.integration.destination, None);
    assert!(block_on(resumed).expect("done"), "it was paused");
    world.redrive();
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
}

#[test]
fn an_integration_that_left_the_bundle_parks_as_missing() {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.submit(deal("D-1042")).expect("accepted");
    let deployed = world.catalog.replace(Catalog::default());
    world.settle();
    assert_eq!(parked(&world), Some(Class::Missing));
    assert_eq!(effect(&world), "nothing_sent");
    world.redrive();
    world.settle();
    assert_eq!((world.parked_messages().len(), world.alerts().len()), (1, 1));
    world.catalog.replace(deployed);
    world.redrive();
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
}

#[test]
fn a_second_parking_is_told_in_its_own_words() {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.vendor.borrow_mut().usually = Says::Status(422, None, "VAT id is required");
    world.submit(deal("D-1042")).expect("accepted");
    let deployed = world.catalog.replace(Catalog::default());
    world.settle();
    world.catalog.replace(deployed);
    world.redrive();
    world.settle();
    let notice = world.parked_messages()[0].notice.clone().expect("a notice");
    assert_eq!(notice.class, Class::Rejected);
    assert_eq!(notice.detail, "422 VAT id is required");
}

#[test]
fn who_answered_once_was_sent_something() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let busy = Says::Status(503, Some(Duration::from_secs(5)), "busy");
    world.vendor.borrow_mut().script = [busy, Says::Absent].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(parked(&world), Some(Class::Exhausted));
    assert_eq!(effect(&world), "refused");
}

#[test]
fn an_event_that_breaks_its_schema_reaches_its_owner_and_no_vendor() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let mut broken = deal("D-1042");
    broken.via = "eventbridge";
    broken.content = Content::Violations(vec![Violation {
        pointer: "/data/deal/currency".to_owned(),
        detail: "is missing".to_owned(),
        of: Contract::Event,
    }]);
    world.submit(broken).expect("accepted");
    world.settle();
    assert_eq!(parked(&world), Some(Class::Schema));
    assert!(world.vendor.borrow().calls.is_empty());
    assert_eq!((world.parked_messages().len(), world.alerts().len()), (1, 1));
    let notice = world.parked_messages()[0].notice.clone().expect("a notice");
    assert_eq!(notice.detail, "/data/deal/currency is missing");
}

#[test]
fn a_dead_alert_channel_loses_nothing() {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.vendor.borrow_mut().usually = Says::Status(422, None, "no");
    world.fail_alerts(3);
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(world.alerts().len(), 1);
    assert!(matches!(world.entry().life.state, State::Parked { told: true, .. }));
    // The issue keeps what the channel missed; the schedule sends it again.
    assert_eq!(world.clock(), noon() + Duration::from_secs(3 * 60));
}

/// Trap P11: a message that nobody can read goes round for ever.
#[test]
fn a_poison_ticket_fails_alone() {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.put(Queue::Dispatch, "no ticket at all");
    world.put(Queue::Dispatch, r#"{"v":9,"step":"dispatch"}"#);
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    assert_eq!(world.vendor.borrow().called_at(), [noon()]);
    let dead: Vec<_> = world.dead().into_iter().map(|message| message.body).collect();
    assert_eq!(dead, ["no ticket at all", r#"{"v":9,"step":"dispatch"}"#]);
}

#[test]
fn a_ticket_without_its_entry_is_done() {
    let world = World::new(integration(keyed(), waits(&[10])));
    let key = EntryKey::of(&world.integration.name, &deal("D-9").idempotency_key);
    let body = format!(
        r#"{{"v":1,"step":"dispatch","entry":"{key}","delivery":"0199c200-0000-0000-0000-000000000009"}}"#
    );
    world.put(Queue::Dispatch, &body);
    world.settle();
    assert!(world.dead().is_empty() && world.vendor.borrow().calls.is_empty());
}
