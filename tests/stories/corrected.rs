//! Stories of a correction as the desk checks it: with what the crosswalk knows, and with the key that was given.

use fairlead::desk::{
    DeskError,
    edit::{Correction, check},
};
use fairlead_core::{
    entry::{End, Entry, State},
    id::Sha256Hex,
    ticket::{Act, Order, Queue, Step, Ticket},
};
use fairlead_tests::memory::Says;
use futures::executor::block_on;

use crate::bundle::{Bundle, created};

const NO: Says = Says::Status(422, None, "no");

/// What the desk makes of the event with this put for that.
fn correction(
    bundle: &Bundle,
    of: &Entry,
    this: &str,
    that: &str,
) -> Result<Correction, DeskError> {
    let event = of.event.replace(this, that);
    block_on(check(&bundle.contracts, &bundle.world, &bundle.now(of), event))
}

/// The desk orders it, validate makes the same of it, and it goes its way; gives the delivery that carries it.
fn exchanged(bundle: &Bundle, of: &Entry, correction: &Correction) -> Entry {
    let (entry, event) = (bundle.now(of), Sha256Hex::of(correction.event.as_bytes()));
    let integration = bundle.world.catalog.borrow().integrations[&entry.integration].clone();
    let text = correction.event.clone();
    let made = bundle.contracts.corrected(&bundle.world, &integration, &entry, text);
    let made = block_on(made).expect("validate takes it too");
    bundle.world.corrected.borrow_mut().insert(event.clone(), made);
    let mut ticket = Ticket::new(Step::Render, entry.key.clone(), entry.id);
    let (by, reason, version) = ("kim".to_owned(), "mistyped".to_owned(), entry.life.version);
    ticket.order = Some(Order { by, reason, version, checked: false, act: Act::Edit { event } });
    bundle.world.put(Queue::Intake, &ticket.text());
    bundle.world.settle();
    assert_eq!(bundle.now(of).life.state, State::Closed { how: End::Edited });
    let new = bundle.world.entries().into_iter().find(|entry| entry.key == correction.entry);
    new.expect("where the desk has said")
}

/// Two contacts that the vendor has, and a vendor that refuses what comes next.
fn contacts() -> Bundle {
    let bundle = Bundle::new();
    bundle.says([created(), Says::CreatedAs(201, r#"{"id":"cust_10"}"#), NO]);
    bundle.saved("C-12", 1);
    bundle.world.settle();
    bundle.saved("C-13", 1);
    bundle.world.settle();
    bundle
}

#[test]
fn what_needs_an_id_is_corrected_with_what_the_crosswalk_knows() {
    let bundle = contacts();
    let order = bundle.placed("O-1", "C-12");
    bundle.world.settle();
    let correction = correction(&bundle, &order, "C-12", "C-13").expect("it is valid");
    insta::assert_snapshot!(correction.difference, @r#"
    --- event as it was
    +++ event corrected
    @@ -1,4 +1,4 @@
     {
       "order": "O-1",
    -  "customer": "C-12"
    +  "customer": "C-13"
     }
    --- path as it was
    +++ path corrected
    @@ -1 +1 @@
    -POST /v3/contacts/cust_9/orders
    +POST /v3/contacts/cust_10/orders
    --- request as it was
    +++ request corrected
    @@ -1,4 +1,4 @@
     {
    -  "contact": "cust_9",
    +  "contact": "cust_10",
       "order": "O-1"
     }
    "#);
    let new = exchanged(&bundle, &order, &correction);
    assert_eq!(new.life.state, State::Delivered);
    let sent = bundle.sent().pop();
    let wanted = r#"POST /v3/contacts/cust_10/orders {"contact":"cust_10","order":"O-1"}"#;
    assert_eq!(sent.as_deref(), Some(wanted));
}

#[test]
fn what_needs_an_id_that_nobody_knows_yet_is_corrected_and_waits_for_it() {
    let bundle = contacts();
    let order = bundle.placed("O-1", "C-12");
    bundle.world.settle();
    let correction = correction(&bundle, &order, "C-12", "C-99").expect("it is valid");
    insta::assert_snapshot!(correction.difference, @r#"
    --- event as it was
    +++ event corrected
    @@ -1,4 +1,4 @@
     {
       "order": "O-1",
    -  "customer": "C-12"
    +  "customer": "C-99"
     }
    The request is made when the crosswalk knows all that it needs.
    "#);
    assert_eq!(exchanged(&bundle, &order, &correction).request, None);
}

#[test]
fn an_update_is_compared_with_the_update_that_was_refused() {
    let bundle = contacts();
    let second = bundle.saved("C-12", 2);
    bundle.world.settle();
    let correction = correction(&bundle, &second, ":2", ":3").expect("it is valid");
    insta::assert_snapshot!(correction.difference, @r#"
    --- event as it was
    +++ event corrected
    @@ -1,4 +1,4 @@
     {
       "customer": "C-12",
    -  "version": 2
    +  "version": 3
     }
    --- request as it was
    +++ request corrected
    @@ -1,4 +1,4 @@
     {
       "id": "C-12",
    -  "version": 2
    +  "version": 3
     }
    "#);
}

#[test]
fn an_event_whose_sender_gave_the_key_is_corrected_under_that_key_and_its_digest() {
    let bundle = Bundle::new();
    bundle.says([NO, NO, Says::Created]);
    let note = bundle.noted("N-1", "k-1");
    bundle.world.settle();
    let once = correction(&bundle, &note, "cal", "call").expect("it is valid");
    let new = exchanged(&bundle, &note, &once);
    assert!(new.idempotency_key.as_str().starts_with("k-1:edit:"), "{}", new.idempotency_key);
    // Refused again: it is corrected again.
    let twice = correction(&bundle, &new, "call back", "call them back").expect("it is valid");
    assert_eq!(exchanged(&bundle, &new, &twice).life.state, State::Delivered);
}

/// What is measured is the event, and not the lines and indents that an editor was given.
#[test]
fn an_event_that_is_long_in_the_editor_only_is_corrected() {
    let bundle = contacts();
    let order = bundle.placed("O-1", "C-12");
    bundle.world.settle();
    let much = format!("{{{}", " ".repeat(300_000));
    let event = order.event.replacen('{', &much, 1).replace("C-12", "C-13");
    let made = block_on(check(&bundle.contracts, &bundle.world, &bundle.now(&order), event));
    let correction = made.expect("it is valid");
    assert_eq!(correction.event, order.event.replace("C-12", "C-13"));
    assert_eq!(exchanged(&bundle, &order, &correction).life.state, State::Delivered);
}
