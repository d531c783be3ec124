//! Stories of what a vendor calls our records: learnt once, needed elsewhere, waited for, never guessed.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    entry::{Carries, State},
    ticket::Queue,
};
use fairlead_tests::{memory::Says, sample::noon};

use crate::bundle::{Bundle, created};

#[test]
fn an_id_that_is_known_at_acceptance_stands_in_the_request_and_costs_one_read() {
    let bundle = Bundle::new();
    bundle.says([created()]);
    bundle.saved("C-12", 1);
    bundle.world.settle();
    let before = bundle.world.counts();
    let order = bundle.placed("O-1", "C-12");
    bundle.world.settle();
    let sent = bundle.sent();
    assert_eq!(sent[1], r#"POST /v3/contacts/cust_9/orders {"contact":"cust_9","order":"O-1"}"#);
    assert_eq!(bundle.now(&order).life.state, State::Delivered);
    let after = bundle.world.counts();
    assert_eq!(after.entry_writes - before.entry_writes, 3);
    assert_eq!(after.small_reads - before.small_reads, 1);
    assert_eq!(after.small_writes, before.small_writes);
}

#[test]
fn what_needs_an_id_waits_for_it_and_is_rendered_when_it_is_there() {
    let bundle = Bundle::new();
    let order = bundle.placed("O-1", "C-12");
    assert_eq!((order.life.carries, &order.request), (Carries::Nothing, &None));
    bundle.world.settle_until(noon() + Duration::from_secs(30));
    assert!(bundle.sent().is_empty());
    bundle.says([created()]);
    bundle.saved("C-12", 1);
    bundle.world.settle();
    assert_eq!(bundle.sent().len(), 2);
    insta::assert_snapshot!(bundle.history(&order), @r"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  waiting     for the vendor's id of customer C-12, next look 2026-03-02T12:00:10Z
    2026-03-02T12:00:10Z  waiting     for the vendor's id of customer C-12, next look 2026-03-02T12:01:10Z
    2026-03-02T12:01:10Z  rendered
    2026-03-02T12:01:10Z  sending     attempt 1
    2026-03-02T12:01:10Z  attempt 1   201 in 212 ms: delivered
    2026-03-02T12:01:10Z  delivered
    ");
}

#[test]
fn what_never_gets_its_id_is_parked_and_a_retry_looks_again() {
    let bundle = Bundle::new();
    let order = bundle.placed("O-1", "C-12");
    bundle.world.settle();
    let parked = bundle.now(&order);
    assert!(matches!(parked.life.state, State::Parked { class: Class::Missing, told: true, .. }));
    assert!(bundle.sent().is_empty());
    let [message] = &bundle.world.parked_messages()[..] else { panic!("one message") };
    let notice = message.notice.as_ref().expect("it can be read");
    assert_eq!(notice.detail, "the vendor's id of customer C-12 is not known");
    assert_eq!(
        notice.next_action,
        "See that the record it needs is delivered to this destination, then retry."
    );
    assert!(notice.command.is_some());
    // No chain of tickets, however long it waits.
    assert!(parked.history.lines.len() < 12, "{}", bundle.history(&order));
    bundle.says([created()]);
    bundle.saved("C-12", 1);
    bundle.world.settle();
    bundle.order(&order);
    bundle.world.settle();
    assert_eq!(bundle.now(&order).life.state, State::Delivered);
    assert_eq!(bundle.sent().len(), 2);
}

#[test]
fn the_same_event_again_while_it_waits_is_the_same_delivery() {
    let bundle = Bundle::new();
    let order = bundle.placed("O-1", "C-12");
    bundle.world.settle_until(noon() + Duration::from_secs(5));
    let copies = bundle.world.bodies(Queue::Retry);
    assert_eq!(copies.len(), 1);
    bundle.world.put(Queue::Intake, &copies[0]);
    bundle.says([created()]);
    bundle.saved("C-12", 1);
    bundle.world.settle();
    assert_eq!(bundle.now(&order).life.state, State::Delivered);
    assert_eq!(bundle.sent().len(), 2);
}

#[test]
fn a_record_is_created_once_and_then_updated_under_the_vendors_id() {
    let bundle = Bundle::new();
    bundle.says([created()]);
    bundle.saved("C-12", 1);
    bundle.world.settle();
    bundle.saved("C-12", 2);
    bundle.world.settle();
    assert_eq!(
        bundle.sent(),
        [
            r#"POST /v3/contacts {"id":"C-12","version":1}"#,
            r#"PUT /v3/contacts/cust_9 {"id":"C-12","version":2}"#,
        ]
    );
}

/// Both were accepted, and rendered to create, before either was sent.
#[test]
fn the_second_of_two_creates_becomes_an_update_before_it_is_sent() {
    let bundle = Bundle::new();
    bundle.says([created()]);
    let first = bundle.saved("C-12", 1);
    let second = bundle.saved("C-12", 2);
    assert_eq!(second.life.carries, Carries::Request);
    bundle.world.settle();
    let ends = [&first, &second].map(|entry| bundle.now(entry).life.state);
    assert_eq!(ends, [State::Delivered, State::Delivered]);
    assert_eq!(
        bundle.sent(),
        [
            r#"POST /v3/contacts {"id":"C-12","version":1}"#,
            r#"PUT /v3/contacts/cust_9 {"id":"C-12","version":2}"#,
        ]
    );
}

/// The first create may have taken effect, so nobody else may create; its retry says what the record is called.
#[test]
fn while_a_create_is_in_doubt_no_other_delivery_creates() {
    let bundle = Bundle::new();
    bundle.says([Says::CreatedUnheard, created()]);
    let first = bundle.saved("C-12", 1);
    bundle.world.settle_until(noon() + Duration::from_secs(1));
    bundle.saved("C-12", 2);
    bundle.world.settle();
    assert_eq!(bundle.now(&first).life.state, State::Delivered);
    let sent = bundle.sent();
    assert_eq!(sent.iter().filter(|call| call.starts_with("POST")).count(), 2, "{sent:?}");
    assert_eq!(bundle.world.vendor.borrow().created.len(), 2, "one create and one update");
    assert_eq!(
        sent.last().map(String::as_str),
        Some(r#"PUT /v3/contacts/cust_9 {"id":"C-12","version":2}"#)
    );
}
