//! Stories of vendors without keys that can be asked: nothing is sent again before they have said what they have.

use fairlead_core::{class::Class, entry::State, id::VendorId, integration::Dedupe};
use fairlead_tests::{
    memory::{Says, Told, World},
    sample::{answer, asked, deal_with_question, integration, keyed_for, says, waits},
};
use std::time::Duration;

fn world(script: impl IntoIterator<Item = Says>, told: impl IntoIterator<Item = Told>) -> World {
    let world = World::new(asked(integration(Dedupe::None, waits(&[10, 60, 600]))));
    {
        let mut vendor = world.vendor.borrow_mut();
        vendor.script = script.into_iter().collect();
        vendor.told = told.into_iter().collect();
    }
    world.submit(deal_with_question("D-1042")).expect("accepted");
    world.settle();
    world
}

fn calls(world: &World) -> (usize, usize) {
    let vendor = world.vendor.borrow();
    (vendor.calls.len(), vendor.questions.len())
}

fn detail(world: &World) -> String {
    let alert = world.alerts().pop().expect("an alert");
    alert.body["content"]["description"].as_str().expect("a text").to_owned()
}

#[test]
fn what_the_vendor_has_is_adopted_and_not_sent_again() {
    let world = world([Says::CreatedUnheard], []);
    let life = world.entry().life;
    assert_eq!(life.vendor_id, Some(VendorId::new("inv-deal-won:D-1042")));
    assert!(!life.doubt);
    assert_eq!(calls(&world), (1, 1));
    assert_eq!(world.vendor.borrow().created.len(), 1);
    insta::assert_snapshot!(world.history(), @r#"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  sending     attempt 1
    2026-03-02T12:00:00Z  attempt 1   connection lost before an answer in 212 ms: unknown
    2026-03-02T12:00:00Z  waiting     due 2026-03-02T12:01:00Z
    2026-03-02T12:01:00Z  looking     asking the vendor whether it has it
    2026-03-02T12:01:00Z  looked      200 {"items":[{"id":"inv-deal-won:D-1042"}]} in 212 ms: the vendor has it as inv-deal-won:D-1042
    2026-03-02T12:01:00Z  delivered
    "#);
}

#[test]
fn what_the_vendor_does_not_have_is_sent_again_with_the_same_bytes() {
    let world = world([Says::Silence], []);
    assert_eq!(world.entry().life.state, State::Delivered);
    assert_eq!(calls(&world), (2, 1));
    let vendor = world.vendor.borrow();
    assert_eq!(vendor.calls[0].request, vendor.calls[1].request);
    assert_eq!(vendor.questions[0].request, "GET /v2/invoices?external_id=D-1042");
    insta::assert_snapshot!(world.history(), @r#"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  sending     attempt 1
    2026-03-02T12:00:00Z  attempt 1   no answer in time in 212 ms: unknown
    2026-03-02T12:00:00Z  waiting     due 2026-03-02T12:01:00Z
    2026-03-02T12:01:00Z  looking     asking the vendor whether it has it
    2026-03-02T12:01:00Z  looked      200 {"items":[]} in 212 ms: the vendor does not have it
    2026-03-02T12:01:00Z  sending     attempt 2
    2026-03-02T12:01:00Z  attempt 2   201 in 212 ms: delivered
    2026-03-02T12:01:00Z  delivered
    "#);
}

/// Trap P24: a record of the same number that is not ours.
#[test]
fn p24_a_record_that_is_not_ours_is_left_to_a_person() {
    let foreign = Told::Status(200, r#"{"items":[{"id":"inv_1","external_id":"D-10421"}]}"#);
    let world = World::new({
        let mut of = asked(integration(Dedupe::None, waits(&[10, 60])));
        let lookup = of.lookup.as_mut().expect("a lookup");
        let fairlead_core::expression::Expression::Step { of: each, .. } = lookup.found.clone()
        else {
            panic!("a path")
        };
        let ours = says("external_id", "D-1042");
        lookup.ours = Some(fairlead_core::expression::Expression::Pipe(each, Box::new(ours)));
        of
    });
    {
        let mut vendor = world.vendor.borrow_mut();
        vendor.script = [Says::CreatedUnheard].into();
        vendor.told = [foreign].into();
    }
    world.submit(deal_with_question("D-1042")).expect("accepted");
    world.settle();
    let life = world.entry().life;
    assert!(matches!(life.state, State::Parked { class: Class::InDoubt, .. }), "{life:?}");
    assert!(life.doubt && life.vendor_id.is_none());
    assert_eq!(calls(&world), (1, 1));
    assert!(detail(&world).contains("the vendor has a record that matches and is not ours"));
}

#[test]
fn several_records_that_match_are_left_to_a_person() {
    let two = Told::Status(200, r#"{"items":[{"id":"inv_1"},{"id":"inv_2"}]}"#);
    let world = world([Says::CreatedUnheard], [two]);
    let life = world.entry().life;
    assert!(matches!(life.state, State::Parked { class: Class::InDoubt, .. }), "{life:?}");
    assert_eq!(calls(&world), (1, 1));
    assert!(detail(&world).contains("the vendor has 2 records that match"));
}

#[test]
fn an_answer_that_is_not_clean_is_asked_for_again_and_nothing_is_sent() {
    let unclear = [
        Told::Silence,
        Told::Status(500, "down"),
        Told::Status(404, r#"{"items":[]}"#),
        Told::Status(200, "<html>"),
        Told::Status(200, r#"{"items":null}"#),
        Told::Status(200, r#"{"items":[{"number":1}]}"#),
    ];
    for told in unclear {
        let why = format!("{told:?}");
        let world = world([Says::CreatedUnheard], [told]);
        assert_eq!(world.entry().life.state, State::Delivered, "{why}");
        assert_eq!(calls(&world), (1, 2), "{why}");
    }
}

#[test]
fn a_vendor_that_never_says_leaves_it_in_doubt() {
    let world = world([Says::CreatedUnheard], vec![Told::Status(503, "later"); 9]);
    let life = world.entry().life;
    assert!(matches!(life.state, State::Parked { class: Class::InDoubt, .. }), "{life:?}");
    assert_eq!(calls(&world), (1, 3));
    insta::assert_snapshot!(world.history(), @r"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  sending     attempt 1
    2026-03-02T12:00:00Z  attempt 1   connection lost before an answer in 212 ms: unknown
    2026-03-02T12:00:00Z  waiting     due 2026-03-02T12:01:00Z
    2026-03-02T12:01:00Z  looking     asking the vendor whether it has it
    2026-03-02T12:01:00Z  looked      503 later in 212 ms: it is not known whether the vendor has it
    2026-03-02T12:01:00Z  waiting     due 2026-03-02T12:02:00Z
    2026-03-02T12:02:00Z  looking     asking the vendor whether it has it
    2026-03-02T12:02:00Z  looked      503 later in 212 ms: it is not known whether the vendor has it
    2026-03-02T12:02:00Z  waiting     due 2026-03-02T12:12:00Z
    2026-03-02T12:12:00Z  looking     asking the vendor whether it has it
    2026-03-02T12:12:00Z  looked      503 later in 212 ms: it is not known whether the vendor has it
    2026-03-02T12:12:00Z  parked      in_doubt
    2026-03-02T12:12:00Z  alerted
    ");
}

#[test]
fn an_order_to_retry_needs_no_look_by_a_person() {
    let world = world([Says::CreatedUnheard], vec![Told::Silence; 3]);
    assert_eq!(calls(&world), (1, 3));
    world.redrive();
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    assert_eq!(calls(&world), (1, 4));
}

#[test]
fn a_key_is_relied_on_first_and_the_vendor_asked_when_it_is_too_old() {
    let keyed = keyed_for(Duration::from_secs(60));
    let mut of = asked(integration(keyed, waits(&[10, 120])));
    of.response.record_id = Some(answer("body.id"));
    let world = World::new(of);
    world.vendor.borrow_mut().script = [Says::CreatedUnheard, Says::Silence].into();
    world.submit(deal_with_question("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    assert_eq!(calls(&world), (2, 1));
}

#[test]
fn a_refused_credential_stops_questions_as_it_stops_calls() {
    let world = World::new(asked(integration(Dedupe::None, waits(&[10, 60]))));
    world.vendor.borrow_mut().script = [Says::CreatedUnheard].into();
    world.submit(deal_with_question("D-1042")).expect("accepted");
    world.settle_until(fairlead_core::span::after(
        fairlead_tests::sample::noon(),
        Duration::from_secs(5),
    ));
    world.vendor.borrow_mut().takes = "second";
    world.settle();
    let life = world.entry().life;
    assert!(matches!(life.state, State::Parked { class: Class::Auth, .. }), "{life:?}");
    assert!(life.doubt);
    assert_eq!(calls(&world), (1, 2));
}
