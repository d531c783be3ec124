//! Stories of a record's versions: never backwards, one at a time, and nobody else waits.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    entry::{End, State},
    ticket::{Act, Queue},
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, noon, waits},
};

use crate::bundle::{Bundle, created};

const SUPERSEDED: State = State::Closed { how: End::Superseded };

/// Trap P25: a stale retry overwrites a newer update.
#[test]
fn an_older_version_is_never_sent_after_a_newer_one() {
    let bundle = Bundle::new();
    bundle.says([Says::Status(503, Some(Duration::from_secs(1)), "busy"), created()]);
    let first = bundle.saved("C-12", 1);
    bundle.world.settle_until(noon() + Duration::from_secs(5));
    let second = bundle.saved("C-12", 2);
    bundle.world.settle();
    assert_eq!(bundle.now(&second).life.state, State::Delivered);
    assert_eq!(bundle.now(&first).life.state, SUPERSEDED);
    assert_eq!(bundle.sent().len(), 2);
    insta::assert_snapshot!(bundle.history(&first), @r"
    2026-03-02T12:00:00Z  accepted    api
    2026-03-02T12:00:00Z  sending     attempt 1
    2026-03-02T12:00:00Z  attempt 1   503 busy in 212 ms: no_effect
    2026-03-02T12:00:00Z  waiting     due 2026-03-02T12:00:10Z
    2026-03-02T12:00:10Z  superseded  by version 2
    ");
    assert!(bundle.world.alerts().is_empty());
}

/// Trap P26: one bad record blocks its group for ever, or others with it.
#[test]
fn a_parked_record_holds_up_neither_its_next_version_nor_others() {
    let bundle = Bundle::new();
    bundle.says([Says::Status(422, None, "no"), created(), created()]);
    let bad = bundle.saved("C-12", 1);
    bundle.world.settle();
    assert!(matches!(bundle.now(&bad).life.state, State::Parked { class: Class::Rejected, .. }));
    let other = bundle.saved("C-13", 1);
    let next = bundle.saved("C-12", 2);
    bundle.world.settle();
    for entry in [&other, &next] {
        assert_eq!(bundle.now(entry).life.state, State::Delivered);
    }
    // And a person's order does not bring the old one back.
    bundle.order(&bad);
    bundle.world.settle();
    assert_eq!(bundle.now(&bad).life.state, SUPERSEDED);
    assert_eq!(bundle.sent().len(), 3);
}

#[test]
fn the_same_version_again_is_sent() {
    let bundle = Bundle::new();
    bundle.says([Says::Status(503, Some(Duration::from_secs(1)), "busy"), created()]);
    let first = bundle.saved("C-12", 7);
    bundle.world.settle();
    assert_eq!(bundle.now(&first).life.state, State::Delivered);
}

/// The request of version 1 may still be under way at the vendor when version 2 wants to leave.
#[test]
fn after_a_lost_answer_nothing_overtakes_until_the_lease_ends() {
    let bundle = Bundle::new();
    bundle.says([created(), Says::Silence]);
    bundle.saved("C-12", 1);
    bundle.world.settle();
    let second = bundle.saved("C-12", 2);
    bundle.world.settle_until(noon() + Duration::from_secs(1));
    let third = bundle.saved("C-12", 3);
    bundle.world.settle();
    let called = bundle.world.vendor.borrow().called_at();
    assert_eq!(bundle.now(&third).life.state, State::Delivered);
    let over = [State::Delivered, SUPERSEDED];
    assert!(over.contains(&bundle.now(&second).life.state));
    let overtaking = bundle.sent().iter().position(|call| call.contains(r#""version":3"#));
    let at = called[overtaking.expect("it was sent")];
    assert!(at >= called[1] + Duration::from_secs(10), "{called:?}");
}

/// An order to discard that comes late, when the delivery was retried, waits, and is due: it leads to no call past the
/// record's turn.
#[test]
fn a_stale_discard_brings_no_older_version_back() {
    let bundle = Bundle::new();
    let later = Some(Duration::from_secs(1_000));
    bundle.says([Says::Status(422, None, "no"), Says::Status(429, later, "slow"), created()]);
    let first = bundle.saved("C-12", 1);
    bundle.world.settle();
    let discard = bundle.ordered(&first, Act::Discard);
    bundle.order(&first);
    bundle.world.settle_until(bundle.world.clock() + Duration::from_secs(5));
    let State::Waiting { due_at, .. } = bundle.now(&first).life.state else {
        panic!("{}", bundle.history(&first))
    };
    let second = bundle.saved("C-12", 2);
    bundle.world.settle_until(due_at + Duration::from_millis(100));
    assert_eq!(bundle.now(&second).life.state, State::Delivered);
    bundle.world.put(Queue::Dispatch, &discard);
    bundle.world.settle();
    assert_eq!(bundle.now(&first).life.state, SUPERSEDED, "{}", bundle.history(&first));
    assert_eq!(bundle.sent().len(), 3);
}

#[test]
fn who_orders_nothing_reads_and_writes_nothing_more() {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    let counts = world.counts();
    assert_eq!((counts.entry_writes, counts.small_reads, counts.small_writes), (3, 0, 0));
}
