//! Stories of what a vendor calls our records: learnt once, needed elsewhere, waited for, never guessed.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    entry::{Carries, End, State},
    ticket::{Act, Queue},
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
    assert!(
        notice.next_action.starts_with("See that the record it needs is delivered"),
        "{}",
        notice.next_action
    );
    assert!(notice.command.is_some());
    let [issue] = &bundle.world.issues()[..] else { panic!("one issue") };
    let retry = format!("fairlead retry --issue {} --reason \"...\"", issue.id);
    assert_eq!(issue.commands, ["fairlead record C-12", &retry]);
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

/// What a person says counts like a vendor's answer: what needs the id has it, and the next delivery updates.
#[test]
fn what_is_resolved_under_the_vendors_id_is_known_to_what_needs_it_and_updated_from_then_on() {
    let bundle = Bundle::new();
    bundle.says([Says::Status(422, None, "no")]);
    let first = bundle.saved("C-12", 1);
    bundle.world.settle();
    let order = bundle.placed("O-1", "C-12");
    let before = bundle.world.counts();
    let resolve = bundle.ordered(&first, Act::Resolve { vendor_id: Some(" cust_7 ".to_owned()) });
    (0..20).for_each(|_| bundle.world.put(Queue::Dispatch, &resolve));
    bundle.world.settle();
    assert_eq!(bundle.now(&first).life.state, State::Closed { how: End::Resolved });
    assert_eq!(bundle.now(&order).life.state, State::Delivered);
    assert_eq!(bundle.world.counts().small_writes - before.small_writes, 1, "one link");
    bundle.saved("C-12", 2);
    bundle.world.settle();
    assert_eq!(
        bundle.sent()[1..],
        [
            r#"POST /v3/contacts/cust_7/orders {"contact":"cust_7","order":"O-1"}"#,
            r#"PUT /v3/contacts/cust_7 {"id":"C-12","version":2}"#,
        ]
    );
}

/// The vendor has made the record anew under another id, so updates of the old one are refused.
#[test]
fn an_update_that_is_resolved_under_another_id_corrects_the_crosswalk() {
    let bundle = Bundle::new();
    bundle.says([created(), Says::Status(404, None, "there is no cust_9")]);
    bundle.saved("C-12", 1);
    bundle.world.settle();
    let update = bundle.saved("C-12", 2);
    bundle.world.settle();
    let stale = bundle.ordered(&update, Act::Resolve { vendor_id: Some("cust_8".to_owned()) });
    bundle.resolve(&update, "cust_10");
    bundle.world.settle();
    bundle.world.put(Queue::Dispatch, &stale);
    bundle.world.settle();
    bundle.saved("C-12", 3);
    bundle.world.settle();
    let last = bundle.sent().pop();
    assert_eq!(last.as_deref(), Some(r#"PUT /v3/contacts/cust_10 {"id":"C-12","version":3}"#));
}
