//! What the record has against a call, what validate's try to make a request leads to, and a person's orders.

use std::time::Duration;

use fairlead_core::{
    class::Class,
    decide::Input,
    entry::{Carries, Held, Life, State},
    id::{DeliveryId, Sha256Hex, VendorId, Version},
    integration::{Dedupe, Method},
    obstacle::Obstacle,
    record::{RecordName, RecordVersion},
    rendered::Rendered,
    request::Request,
    ticket::{Act, Order},
};
use fairlead_tests::sample;
use uuid::Uuid;

use super::{
    life::{Against, life, met, over, soon},
    rows::head,
};

/// What is done instead of a call, by what the record has against it.
pub(super) fn obstacles() -> Vec<Vec<String>> {
    let newer = || RecordVersion::Number(12);
    let all = [
        ("a newer version was sent", Obstacle::Newer(newer())),
        ("the version sent last cannot be compared", Obstacle::Unlike(newer())),
        ("another delivery of the record has its turn", Obstacle::Turn(soon())),
        ("the vendor has the record by now", Obstacle::Known),
        ("the vendor has it from this delivery", Obstacle::Ours(VendorId::new("INV-1"))),
        ("its id at the vendor is not known", Obstacle::Nameless(DeliveryId(Uuid::nil()))),
    ];
    let due = life(State::Waiting { due_at: over(), held: Held::Queue });
    let lives = [Life::begin(sample::noon()), due.clone(), Life { doubt: true, ..due }];
    let mut rows = head("Picked, and", &["accepted", "waiting, due", "waiting, due, in doubt"]);
    for (name, obstacle) in all {
        let mut row = vec![name.to_owned()];
        row.extend(lives.iter().map(|life| {
            let against = Against { closed: None, obstacle: Some(obstacle.clone()) };
            met(life, &Input::Picked, &sample::keyed(), against)
        }));
        rows.push(row);
    }
    rows
}

/// What comes of validate's try to make a request, where none was made yet.
pub(super) fn renders() -> Vec<Vec<String>> {
    let nothing = |state| Life { carries: Carries::Nothing, ..life(state) };
    let due = nothing(State::Waiting { due_at: over(), held: Held::Queue });
    let begun = Life { carries: Carries::Nothing, ..Life::begin(sample::noon()) };
    let long = Life { begun_at: sample::noon() - Duration::from_secs(864_000), ..due.clone() };
    let (body, path) = ("{}".to_owned(), "/things".to_owned());
    let request = Request { method: Method::Post, path, body, lookup: None };
    let (carries, config) = (Carries::Request, Sha256Hex::of(b"tidy"));
    let record = RecordName { kind: "customer".to_owned(), id: "C-1".to_owned() };
    let all = [
        ("it is made", Rendered::Made { carries, request, config }),
        (
            "it needs an id that the crosswalk does not know",
            Rendered::Missing { record, wait: Duration::from_secs(86_400) },
        ),
        (
            "the event does not fit",
            Rendered::Refused { class: Class::Mapping, detail: String::new() },
        ),
    ];
    let mut rows = head("the request", &["accepted", "waiting, due", "waited as long as it may"]);
    for (name, rendered) in all {
        let mut row = vec![name.to_owned()];
        let input = Input::Rendered(rendered);
        row.extend(
            [&begun, &due, &long]
                .map(|life| met(life, &input, &sample::keyed(), Against::default())),
        );
        rows.push(row);
    }
    rows
}

/// What a person's orders lead to. Where nothing is parked, an order is a ticket like any other.
pub(super) fn orders() -> Vec<Vec<String>> {
    let acts = [
        ("retry", Act::Retry, false),
        ("retry --checked", Act::Retry, true),
        ("resolve", Act::Resolve { vendor_id: None }, false),
        ("discard", Act::Discard, false),
        ("edit", Act::Edit { event: Sha256Hex::of(b"tidy") }, false),
        ("edit --checked", Act::Edit { event: Sha256Hex::of(b"tidy") }, true),
    ];
    let parked = |class| State::Parked { class, since: over(), told: true };
    let lives = [
        ("parked", life(parked(Class::Rejected))),
        ("parked, in doubt", Life { doubt: true, ..life(parked(Class::InDoubt)) }),
    ];
    let names: Vec<&str> = acts.iter().map(|act| act.0).collect();
    let mut rows = head("a vendor that knows no keys; order", &names);
    for (name, life) in lives {
        let mut row = vec![name.to_owned()];
        row.extend(acts.iter().map(|(_, act, checked)| {
            let (by, reason) = ("ada".to_owned(), "looked".to_owned());
            let order =
                Order { by, reason, version: Version(7), checked: *checked, act: act.clone() };
            met(&life, &Input::Ordered(order), &Dedupe::None, Against::default())
        }));
        rows.push(row);
    }
    rows
}
