//! What deliveries of one record share: its turn, replaced by version, and its id at the vendor, the one heard last.

use std::time::Duration;

use fairlead_core::{
    crosswalk::Link,
    id::{DeliveryId, DestinationName, EntryKey, IntegrationName, Token, VendorId, Version},
    ports::{Gates, Ports, Saved},
    record::{RecordName, RecordVersion},
    span::after,
    turn::{Hold, Turn, place},
};
use uuid::Uuid;

use super::{entry, small::at};

pub(super) async fn keeps_turns_by_version<G: Gates>(gates: &G) {
    let of = place(&IntegrationName::new("contract"), "R-7");
    assert_eq!(gates.turn(&of).await.expect("it answers"), None);
    let version = |text: &str| Some(RecordVersion::read(text).expect("a version"));
    let delivery = DeliveryId(Uuid::from_u128(7));
    let held = Hold { token: Token(Uuid::from_u128(9)), delivery, until: at(35) };
    let creating = Some(EntryKey::of(
        &IntegrationName::new("contract"),
        &fairlead_core::id::IdempotencyKey::new("R-7"),
    ));
    let sent = version("12345678901234567890123456789012345678");
    let first = Turn { version: Version(1), sent, held: Some(held), creating };
    let sent = version("2026-01-02T03:04:05.678+02:00");
    let second = Turn { version: Version(2), sent, held: None, creating: None };
    for (turn, replaces, expected) in [
        (&first, Version(0), Saved::Done),
        (&first, Version(0), Saved::Lost),
        (&second, Version(0), Saved::Lost),
        (&second, Version(1), Saved::Done),
        (&first, Version(1), Saved::Lost),
    ] {
        let saved = gates.save_turn(&of, turn, replaces).await.expect("it answers");
        assert_eq!(saved, expected, "{turn:?} over {replaces:?}");
        let stands = if expected == Saved::Done { Some(turn.clone()) } else { None };
        let found = gates.turn(&of).await.expect("it answers");
        assert!(stands.is_none() || found == stands, "{found:?}");
    }
    let other = place(&IntegrationName::new("contract"), "R-8");
    assert_eq!(gates.turn(&other).await.expect("it answers"), None, "each record has its own");
    assert_eq!(gates.turn(&of).await.expect("it answers"), Some(second));
}

/// An answer that comes late must not put an old id in the place of a newer one.
pub(super) async fn keeps_the_id_that_was_heard_last<P: Ports>(ports: &P) {
    let (of, record) =
        (entry::destination(), RecordName { kind: "thing".to_owned(), id: "R/7 #".to_owned() });
    assert_eq!(ports.linked(&of, &record).await.expect("it answers"), None);
    let heard = |second: u64, id: &str| Link {
        record: record.clone(),
        vendor_id: VendorId::new(id),
        delivery: DeliveryId(Uuid::from_u128(u128::from(second))),
        at: after(at(0), Duration::from_secs(second)),
    };
    for (second, id, stands) in
        [(20, "B", "B"), (10, "A", "B"), (20, "B again", "B again"), (30, "C", "C")]
    {
        ports.link(&of, &heard(second, id)).await.expect("it answers");
        let found = ports.linked(&of, &record).await.expect("it answers").expect("a link");
        assert_eq!(found.vendor_id, VendorId::new(stands), "after {id} of second {second}");
    }
    assert_eq!(ports.linked(&of, &record).await.expect("it answers"), Some(heard(30, "C")));
    let elsewhere = DestinationName::new("contract-other-api");
    assert_eq!(ports.linked(&elsewhere, &record).await.expect("it answers"), None);
}
