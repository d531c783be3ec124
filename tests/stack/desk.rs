//! The operator's desk against the deployed bundle: what she looks at, and what she orders, with the command's own code.

use fairlead::{
    cli::{Options, Output, Place, View},
    desk::{Desk, Filter, view::Found},
    vendor::Step,
};
use fairlead_core::{
    class::Class,
    entry::{End, Entry, State},
    ticket::Act,
};
use futures::FutureExt;
use serde_json::json;

use crate::support::{case::Case, scenario::Scenario, wait::SOON, world::World};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("an operator looks up a record, resolves it, and the audit knows", |w| {
            resolve(w).boxed_local()
        }),
        Scenario::new("what an operator discards is never called again", |w| {
            discard(w).boxed_local()
        }),
        Scenario::new("a corrected event goes out once, and its record shows both", |w| {
            corrected(w).boxed_local()
        }),
        Scenario::new("a corrected payment goes to the invoice that its deal has", |w| {
            paid(w).boxed_local()
        }),
        Scenario::new("a retry by filter plans, orders, and begun again does nothing", |w| {
            retry(w).boxed_local()
        }),
        Scenario::new("the doctor finds this stack whole", |w| doctor(w).boxed_local()),
    ]
}

/// The desk of this stack.
pub(crate) async fn desk(world: &World) -> Desk {
    let desk = Desk::of(world.stack.config().clone(), "fairlead").await;
    desk.expect("the stack is there")
}

fn options() -> Options {
    Options { place: Place::default(), output: Output::Table, yes: true, no_color: true }
}

/// A status that no other scenario uses: these deliveries open an issue of their own.
const OURS: u16 = 423;

/// Parks a delivery, whose vendor answers once with this status.
pub(crate) async fn refused(world: &World, case: &Case, status: u16) -> Entry {
    let error = json!({"error": {"code": "no", "message": "amount is higher than the order"}});
    let no = Step::Status { code: status, retry_after: None, body: Some(error) };
    world.vendor.behave(&case.id, vec![no]);
    world.accept(case).await;
    let entry = world.parked(SOON, case, Class::Rejected).await;
    world.told(case, &entry).await;
    entry
}

/// Waits until the case has ended so.
pub(crate) async fn closed(world: &World, case: &Case, how: End) -> Entry {
    let key = case.entry();
    let look =
        async || world.entry(&key).await.filter(|entry| entry.life.state == State::Closed { how });
    world.until(SOON, how.word(), case, look).await
}

async fn resolve(world: &World) {
    let (desk, case) = (desk(world).await, Case::deal("DESK-1"));
    let parked = refused(world, &case, OURS).await;
    let life = desk.record("DESK-1", None).await.expect("the ledger answers");
    assert_eq!(life.deliveries.len(), 1, "{}", life.text());
    let id = life.deliveries[0].delivery.clone();
    assert!(life.text().contains("needs you: rejected"), "{}", life.text());
    let filter = Filter { record: Some("DESK-1".to_owned()), ..Filter::default() };
    let list = desk.deliveries(&filter, 20, None).await.expect("the ledger answers");
    assert_eq!(list.deliveries.len(), 1, "{}", list.text());
    let status = desk.status(None).await.expect("the ledger answers");
    assert!(status.problem() && status.text().contains(case.integration), "{}", status.text());
    let act = || Act::Resolve { vendor_id: Some("INV-7".to_owned()) };
    let done = desk.order(&id[..23], act(), "entered by hand", false).await.expect("ordered");
    assert!(done.text().contains(&format!("fairlead deliveries show {id}")), "{}", done.text());
    let entry = closed(world, &case, End::Resolved).await;
    assert!(desk.order(&id, act(), "again", false).await.is_err(), "it is over");
    let said = desk.show(&id).await.expect("the ledger answers").text();
    assert!(said.contains("as INV-7: entered by hand"), "{said}");
    let audit = desk.audit(None, 100, None).await.expect("the ledger answers");
    let note = audit.acts.iter().find(|note| note.on.contains(&id)).expect("a note");
    assert_eq!((note.did.word(), note.reason.as_str()), ("resolve", "entered by hand"));
    assert_eq!((entry.life.attempts, world.invoices(&case)), (parked.life.attempts, 0));
}

async fn discard(world: &World) {
    let (desk, case) = (desk(world).await, Case::deal("DESK-2"));
    let parked = refused(world, &case, OURS).await;
    let id = parked.id.to_string();
    desk.order(&id, Act::Discard, "a test order", false).await.expect("ordered");
    closed(world, &case, End::Discarded).await;
    let filter = Filter { record: Some("DESK-2".to_owned()), ..Filter::default() };
    let nothing = desk.retry_all(&filter, "again", false, &options()).await.expect("a plan");
    assert!(nothing.said.contains("nothing was ordered"), "{nothing:?}");
    let letter = world.inbox.letters_about(parked.id).pop().expect("its message");
    let dispatch = &world.stack.outputs().dispatch_queue_url;
    world.stack.send(dispatch, &letter.text).await.expect("redriven");
    world.worked_off(dispatch, &case).await;
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (1, 0));
}

async fn corrected(world: &World) {
    let (desk, case) = (desk(world).await, Case::deal("DESK-3"));
    let parked = refused(world, &case, OURS).await;
    let id = parked.id.to_string();
    let entry = desk.editable(&id, false).await.expect("it may be edited");
    let event = entry.event.replace("1250.00", "1205.00");
    let broken = entry.event.replace("1250.00", "many");
    assert!(desk.corrected(&entry, broken).await.is_err(), "it is checked before it is sent");
    let correction = desk.corrected(&entry, event).await.expect("it is valid");
    assert!(correction.difference.contains("1205.00"), "{}", correction.difference);
    for _ in 0..2 {
        desk.exchange(&entry, &correction, "digits swapped", false).await.expect("ordered");
    }
    closed(world, &case, End::Edited).await;
    let look = async || {
        let new = world.entry(&correction.entry).await;
        new.filter(|entry| entry.life.state == State::Delivered)
    };
    world.until(SOON, "the correction is delivered", &case, look).await;
    let life = desk.record("DESK-3", None).await.expect("the ledger answers");
    assert_eq!(life.deliveries.len(), 2, "{}", life.text());
    assert!(life.text().contains(&format!("from delivery {id}")), "{}", life.text());
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (2, 1));
}

/// What the request needs is looked up for the correction as it was for the event.
async fn paid(world: &World) {
    let (deal, payment) = (Case::deal("DESK-5"), Case::paid("pi_DESK5", "DESK-5"));
    world.accept(&deal).await;
    let invoice = world.delivered(SOON, &deal).await.life.vendor_id.expect("an id");
    let entry = refused(world, &payment, OURS).await;
    let desk = desk(world).await;
    let event = entry.event.replace("125000", "125100");
    let correction = desk.corrected(&entry, event).await.expect("it is valid");
    desk.exchange(&entry, &correction, "digits swapped", false).await.expect("ordered");
    closed(world, &payment, End::Edited).await;
    let look = async || {
        let new = world.entry(&correction.entry).await;
        new.filter(|entry| entry.life.state == State::Delivered)
    };
    world.until(SOON, "the correction is delivered", &payment, look).await;
    let paid = world.vendor.requests_about(&payment.id).pop().expect("a request");
    assert_eq!(paid.path, format!("/v2/invoices/{invoice}/payments"));
}

async fn retry(world: &World) {
    let (desk, case) = (desk(world).await, Case::deal("DESK-4"));
    refused(world, &case, OURS).await;
    let filter = Filter { record: Some("DESK-4".to_owned()), ..Filter::default() };
    for _ in 0..2 {
        desk.retry_all(&filter, "customer unblocked", false, &options()).await.expect("ordered");
    }
    let entry = world.delivered(SOON, &case).await;
    let ordered = entry.history.lines.iter().filter(|line| line.what.is_ordered()).count();
    assert_eq!((ordered, world.requests(&case).len(), world.invoices(&case)), (1, 2, 1));
    desk.tail(&filter, Output::Json, true).await.expect("the ledger answers");
}

async fn doctor(world: &World) {
    let checks = desk(world).await.doctor().await.expect("AWS answers");
    let text = checks.text();
    let bad = |check: &&fairlead::desk::view::Check| check.found == Found::Bad;
    // Other scenarios park deliveries and pause destinations at the same time; that is theirs to look at.
    let theirs = |of: &str| of.starts_with("DLQ ") || of.starts_with("destination ");
    let found: Vec<_> = checks.checks.iter().filter(bad).filter(|c| !theirs(&c.of)).collect();
    assert!(found.is_empty(), "{text}");
    for wanted in
        ["stack", "you", "clock", "secret fairlead/finance-api", "function fairlead-dispatch"]
    {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    eprintln!("{text}");
}
