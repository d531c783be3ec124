//! Stories of answers that mean more than their status says.

use fairlead_core::{
    class::Class,
    entry::State,
    id::VendorId,
    integration::{Integration, ResponseRule},
    meaning::{Override, Verdict},
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{answer, deal, integration, keyed, says, waits},
};

/// The vendor names its record at `id`, says 409 `taken` for one that it has, and 200 `ok: false` for a refusal.
fn outspoken() -> Integration {
    let mut of = integration(keyed(), waits(&[10]));
    of.response = ResponseRule {
        record_id: Some(answer("body.id")),
        duplicate_if: Some(says("body.error.code", "taken")),
        rejected_if: Some(says("body.ok", false)),
    };
    of
}

fn told(script: impl IntoIterator<Item = Says>) -> World {
    let world = World::new(outspoken());
    world.vendor.borrow_mut().script = script.into_iter().collect();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    world
}

#[test]
fn the_vendors_id_is_kept_with_the_delivery() {
    let world = told([Says::CreatedAs(201, r#"{"id":"inv_7"}"#)]);
    let life = world.entry().life;
    assert_eq!((life.state, life.vendor_id), (State::Delivered, Some(VendorId::new("inv_7"))));
    // In the write that settles it: accepted, claimed, settled.
    assert_eq!(world.counts().entry_writes, 3);
    insta::assert_snapshot!(world.history(), @r#"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  sending     attempt 1
    2026-03-02T12:00:00Z  attempt 1   201 {"id":"inv_7"} in 212 ms: delivered; vendor id inv_7
    2026-03-02T12:00:00Z  delivered
    "#);
}

#[test]
fn a_missing_id_does_not_undo_a_delivery() {
    let world = told([Says::CreatedAs(201, r#"{"number":"inv_7"}"#)]);
    let life = world.entry().life;
    assert_eq!((life.state, life.vendor_id), (State::Delivered, None));
    assert!(world.alerts().is_empty());
    insta::assert_snapshot!(world.history(), @r#"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  sending     attempt 1
    2026-03-02T12:00:00Z  attempt 1   201 {"number":"inv_7"} in 212 ms: delivered; the vendor's id was not found in the answer
    2026-03-02T12:00:00Z  delivered
    "#);
}

#[test]
fn a_409_that_says_i_have_it_ends_the_doubt() {
    let taken = r#"{"error":{"code":"taken"},"id":"inv_7"}"#;
    let world = told([Says::CreatedUnheard, Says::Status(409, None, taken)]);
    let life = world.entry().life;
    assert_eq!((life.state, life.vendor_id), (State::Delivered, Some(VendorId::new("inv_7"))));
    assert!(!life.doubt);
    insta::assert_snapshot!(world.history(), @r#"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  sending     attempt 1
    2026-03-02T12:00:00Z  attempt 1   connection lost before an answer in 212 ms: unknown
    2026-03-02T12:00:00Z  waiting     due 2026-03-02T12:00:10Z
    2026-03-02T12:00:10Z  sending     attempt 2
    2026-03-02T12:00:10Z  attempt 2   409 {"error":{"code":"taken"},"id":"inv_7"} in 212 ms: delivered, the vendor had it already; vendor id inv_7
    2026-03-02T12:00:10Z  delivered
    "#);
}

#[test]
fn a_409_that_says_something_else_is_a_refusal() {
    let world = told([Says::Status(409, None, r#"{"error":{"code":"locked"}}"#)]);
    let state = world.entry().life.state;
    assert!(matches!(state, State::Parked { class: Class::Rejected, .. }), "{state:?}");
}

#[test]
fn a_200_that_says_no_is_no_delivery() {
    let world = told([Says::Status(200, None, r#"{"ok":false,"id":"inv_7"}"#)]);
    let life = world.entry().life;
    assert!(matches!(life.state, State::Parked { class: Class::Rejected, .. }), "{life:?}");
    assert_eq!(life.vendor_id, None);
}

#[test]
fn a_status_means_what_its_destination_declares() {
    for (statuses, verdict, status, ends) in [
        ("5xx", Verdict::NoEffect, 500, "delivered"),
        ("404", Verdict::NoEffect, 404, "delivered"),
        ("404", Verdict::Delivered, 404, "delivered"),
        ("500", Verdict::Rejected, 500, "parked"),
        ("2xx", Verdict::Rejected, 202, "parked"),
    ] {
        let world = World::new(outspoken());
        let declared = Override { statuses: statuses.parse().expect("statuses"), verdict };
        for destination in world.catalog.borrow_mut().destinations.values_mut() {
            destination.outcomes = vec![declared];
        }
        world.vendor.borrow_mut().script = [Says::Status(status, None, "")].into();
        world.submit(deal("D-1042")).expect("accepted");
        world.settle();
        let life = world.entry().life;
        assert_eq!(life.state.word(), ends, "{statuses}");
        assert!(!life.doubt, "{statuses}");
    }
}
