//! Tickets of the first release, each step with all that it carried.

use fairlead_core::{
    class::{Class, Effect},
    id::{DeliveryId, EntryKey, IdempotencyKey, IntegrationName, Version},
    notice::Notice,
    ticket::{Act, NotATicket, Order, Step, Ticket},
};
use uuid::Uuid;

use crate::{golden, names};

fn ticket(step: Step) -> Ticket {
    let integration = IntegrationName::new("deal-won-to-invoice");
    let entry = EntryKey::of(&integration, &IdempotencyKey::new("deal-won:D-1042"));
    let id = "0199c2f0-5a00-7000-8000-000000000001".parse::<Uuid>().expect("an id");
    Ticket::new(step, entry, DeliveryId(id))
}

fn order(by: &str, checked: bool) -> Order {
    let reason = "the message was redriven".to_owned();
    Order { by: by.to_owned(), reason, version: Version(7), checked, act: Act::Retry }
}

fn notice() -> Notice {
    let said = |text: &str| text.to_owned();
    Notice {
        integration: said("deal-won-to-invoice"),
        step: said("dispatch"),
        record: said("deal D-1042 Nordwind GmbH"),
        class: Class::InDoubt,
        detail: said("no answer: the connection was reset"),
        effect: Effect::Unknown,
        attempts: 3,
        owner: said("finance-ops"),
        contact: said("finance-ops@example.com"),
        // As the first release put it.
        next_action: said(
            "Look in the vendor's system whether the record is there; only if it is not, retry with --checked.",
        ),
        command: Some(said("fairlead retry 0199c2 --checked --reason \"...\"")),
        runbook: Some(said("https://wiki.example.com/runbooks/deal-won")),
        link: Some(said("https://crm.example.com/deals/D-1042")),
    }
}

/// What each file means.
pub(crate) fn meant() -> Vec<(&'static str, Ticket)> {
    vec![
        ("alert", Ticket { hops: 3, version: Some(Version(7)), ..ticket(Step::Alert) }),
        ("alert-without-version", ticket(Step::Alert)),
        ("dispatch", ticket(Step::Dispatch)),
        ("due", Ticket { hops: 11, ..ticket(Step::Due) }),
        (
            "retry-by-redrive",
            Ticket {
                order: Some(order("dlq redrive", false)),
                notice: Some(notice()),
                ..ticket(Step::Retry)
            },
        ),
        ("retry-checked", Ticket { order: Some(order("ada", true)), ..ticket(Step::Retry) }),
    ]
}

/// Guarantee 16: a ticket that lay on a queue during the deploy does what it was sent for.
#[test]
fn every_ticket_of_the_first_release_means_what_it_meant() {
    let meant = meant();
    for (name, ticket) in &meant {
        let read = Ticket::read(&golden(&format!("tickets/{name}.json")));
        assert_eq!(&read.expect("a ticket"), ticket, "{name}");
    }
    assert_eq!(names("tickets"), meant.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

/// The other half of guarantee 16: what a later release wrote is not taken for something else.
#[test]
fn a_ticket_of_a_newer_form_is_refused_in_words() {
    let newer = golden("tickets/dispatch.json").replace("\"v\":1", "\"v\":2");
    let refused = Ticket::read(&newer).expect_err("it is too new");
    assert!(matches!(refused, NotATicket::TooNew(2)), "{refused:?}");
    assert_eq!(refused.to_string(), "the ticket has form 2; this release reads form 1");
}
