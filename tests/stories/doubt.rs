//! Stories of lost answers: what the vendor may have is never sent blindly again.

use fairlead_core::{class::Class, entry::State, integration::Dedupe};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, waits},
};

/// Trap P1: the same at a vendor without keys.
#[test]
fn a_vendor_without_keys_is_not_called_again_after_a_lost_answer() {
    let world = World::new(integration(Dedupe::None, waits(&[10, 60])));
    world.vendor.borrow_mut().script = [Says::CreatedUnheard].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    world.redrive();
    world.settle();
    assert_eq!(world.vendor.borrow().calls.len(), 1);
    let state = world.entry().life.state;
    assert!(matches!(state, State::Parked { class: Class::InDoubt, told: true, .. }), "{state:?}");
    // The refused redrive leaves the message where people look for it, and tells nobody twice.
    assert_eq!(world.parked_messages().len(), 1);
    assert_eq!(world.alerts().len(), 1);
    insta::assert_snapshot!(world.history(), @r"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  sending     attempt 1
    2026-03-02T12:00:00Z  attempt 1   connection lost before an answer in 212 ms: unknown
    2026-03-02T12:00:00Z  parked      in_doubt
    2026-03-02T12:00:00Z  alerted
    ");
}

/// Trap P1: the vendor commits, the answer is lost, and the retry duplicates.
#[test]
fn a_vendor_with_keys_is_called_again_and_creates_one() {
    let world = World::new(integration(keyed(), waits(&[10, 60])));
    world.vendor.borrow_mut().script = [Says::CreatedUnheard, Says::Silence].into();
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    assert_eq!(world.entry().life.state, State::Delivered);
    assert_eq!(world.vendor.borrow().calls.len(), 3);
    assert_eq!(world.vendor.borrow().created.len(), 1);
}

#[test]
fn what_the_vendor_may_have_is_never_called_rejected_or_exhausted() {
    for last in [Says::Status(422, None, "no"), Says::Silence] {
        let world = World::new(integration(keyed(), waits(&[10])));
        world.vendor.borrow_mut().script = [Says::CreatedUnheard, last].into();
        world.submit(deal("D-1042")).expect("accepted");
        world.settle();
        let alert = &world.alerts()[0];
        assert_eq!(alert.body["metadata"]["additionalContext"]["class"], "in_doubt");
        assert_eq!(alert.body["metadata"]["additionalContext"]["effect"], "unknown");
    }
}
