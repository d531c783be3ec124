//! Stories of a correction that is ordered at the desk: what is ordered happens, and is found where the desk says.

use fairlead::desk::{Desk, DeskError};
use fairlead_core::{
    accept::Content,
    edit::NotEditable,
    entry::Entry,
    id::{DeliveryId, EntryKey, IdempotencyKey},
    violation::{Contract, Violation},
};
use fairlead_tests::{
    memory::World,
    sample::{deal, integration, keyed, waits},
};
use uuid::Uuid;

use crate::console::{aws::Aws, enter, links};

/// What the source would have sent.
const WON: &str = include_str!("../../integrations/deal-won-to-invoice/samples/won.json");

/// An event that told no record and came to the bus: parked under the message's own name.
fn unnamed() -> Entry {
    let world = World::new(integration(keyed(), waits(&[])));
    let mut refused = deal("unknown (evt-9)");
    refused.event = "{}".to_owned();
    refused.idempotency_key = IdempotencyKey::new("eventbridge:evt-9");
    let violation = Violation { pointer: String::new(), detail: "no".into(), of: Contract::Event };
    refused.content = Content::Violations(vec![violation]);
    world.submit(refused).expect("accepted");
    world.settle();
    world.entry()
}

fn run(story: impl AsyncFnOnce(Aws, Desk, Entry)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let aws = Aws::with(20).await;
        let desk = Desk::of(aws.config(), "fairlead").await.expect("the stack is there");
        let parked = aws.instead_of_newest(unnamed());
        story(aws, desk, parked).await;
    });
}

#[test]
fn a_correction_whose_key_stands_for_another_delivery_is_refused_and_nothing_is_ordered() {
    run(async |aws, desk, parked| {
        let entry = desk.editable(&parked.id.to_string(), false).await.expect("it may be edited");
        let correction = desk.corrected(&entry, WON.to_owned()).await.expect("its key is free");
        // Its source has sent it again meanwhile.
        let id = DeliveryId(Uuid::from_u128(0xbeef));
        aws.hold(&Entry { key: correction.entry, id, ..entry.clone() });
        let refused = desk.corrected(&entry, WON.to_owned()).await.expect_err("its key is taken");
        let why = NotEditable::Taken(id);
        assert!(matches!(&refused, DeskError::NotEditable(of) if *of == why), "{refused}");
        assert_eq!(refused.to_string(), format!("{why}; nothing was done"));
        assert_eq!((refused.exit_code(), aws.sent().len()), (1, 0));
    });
}

#[test]
fn a_correction_that_names_its_record_is_found_under_that_record() {
    run(async |_, desk, parked| {
        assert_eq!(parked.record.id, "unknown (evt-9)");
        let correction = desk.corrected(&parked, WON.to_owned()).await.expect("it is valid");
        let key = IdempotencyKey::new("deal-won:D-1042");
        assert_eq!(correction.entry, EntryKey::of(&parked.integration, &key));
        let done = desk.exchange(&parked, &correction, "the source sent nothing", false).await;
        let next = done.expect("it is ordered").next;
        assert_eq!(next.as_deref(), Some("fairlead record D-1042"));
    });
}

#[test]
fn the_console_goes_on_with_the_record_that_the_correction_names() {
    run(async |aws, desk, parked| {
        let reader = enter(aws, desk).await;
        let page = format!("/deliveries/{}", parked.id);
        let (text, _) = reader.read(&page).await;
        let form = &*links(&text, "name=\"form\" value=\"").pop().expect("a form");
        let version = parked.life.version.0.to_string();
        let given = [
            ("form", form),
            ("version", &version),
            ("reason", "the source sent nothing"),
            ("event", WON),
            ("sure", "yes"),
        ];
        let sent = reader.press(&format!("{page}/edit"), &given).send().await;
        let answer = sent.expect("the console answers");
        assert_eq!(answer.status().as_u16(), 303);
        let to = answer.headers()["location"].to_str().expect("a place").to_owned();
        assert!(to.starts_with("/record?id=D%2D1042&"), "{to}");
        assert_eq!(reader.aws.sent().len(), 1);
    });
}
