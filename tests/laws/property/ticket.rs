//! Tickets as they travel: read as written, in old forms too, and never from a newer release.

use fairlead_core::{
    class::{Class, Effect},
    id::{DeliveryId, EntryKey, Version},
    notice::Notice,
    ticket::{Act, NotATicket, Order, Step, Ticket},
};
use proptest::{option, prelude::*, sample::select};
use uuid::Uuid;

use super::any;

fn notice() -> impl Strategy<Value = Notice> {
    let text = ".{0,30}";
    (select(&Class::ALL[..]), text, text, any::<u32>(), option::of(text)).prop_map(
        |(class, record, detail, attempts, link)| Notice {
            integration: "deal-won-to-invoice".to_owned(),
            step: class.step().to_owned(),
            record,
            class,
            detail,
            effect: Effect::Unknown,
            attempts,
            owner: "finance-ops".to_owned(),
            contact: "finance-ops@example.com".to_owned(),
            next_action: class.next_action().to_owned(),
            command: None,
            runbook: None,
            link,
        },
    )
}

fn order() -> impl Strategy<Value = Order> {
    (".{0,20}", ".{0,20}", any::<u64>(), any::<bool>(), any::act()).prop_map(
        |(by, reason, version, checked, act)| Order {
            by,
            reason,
            version: Version(version),
            checked,
            act,
        },
    )
}

proptest! {
    #![proptest_config(any::cases())]

    #[test]
    fn a_ticket_is_read_as_it_was_written(
        step in select(vec![Step::Dispatch, Step::Due, Step::Alert, Step::Retry, Step::Render]),
        id: u128,
        hops: u8,
        version in option::of(any::<u64>()),
        order in option::of(order()),
        notice in option::of(notice()),
    ) {
        let delivery = DeliveryId(Uuid::from_u128(id));
        let mut ticket = Ticket::new(step, EntryKey::new("deal-won-to-invoice/4f"), delivery);
        (ticket.hops, ticket.order, ticket.notice) = (hops, order, notice);
        ticket.version = version.map(Version);
        prop_assert!(Ticket::is_meant(&ticket.text()));
        let read = Ticket::read(&ticket.text());
        prop_assert_eq!(read.expect("our own text"), ticket);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        // Whether it is a ticket does not matter here.
        let _ = Ticket::read(&text);
    }
}

#[test]
fn an_order_of_the_first_form_is_an_order_to_retry() {
    let first = r#"{"v":1,"step":"retry","entry":"a/b","delivery":"00000000-0000-0000-0000-000000000001",
        "order":{"by":"kim","reason":"mended","version":4}}"#;
    let order = Ticket::read(first).expect("the first form").order.expect("an order");
    assert_eq!((order.checked, order.act), (false, Act::Retry));
}

#[test]
fn the_first_form_is_read_and_a_newer_one_is_left_alone() {
    let first = r#"{"v":1,"step":"dispatch","entry":"a/b","delivery":"00000000-0000-0000-0000-000000000001"}"#;
    let ticket = Ticket::read(first).expect("the first form");
    assert_eq!((ticket.hops, ticket.order, ticket.version, ticket.notice), (0, None, None, None));
    let newer = first.replace(r#""v":1"#, r#""v":2"#);
    assert!(matches!(Ticket::read(&newer), Err(NotATicket::TooNew(2))));
}
