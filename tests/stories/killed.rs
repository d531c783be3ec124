//! A retry of 500 as the command does it, killed in the middle and run again: every order is about the same parking.

use std::collections::BTreeMap;

use clap::Parser;
use fairlead::{
    cli::{Cli, Failure, Shown},
    desk::Desk,
};
use fairlead_core::{
    audit::{Did, Note},
    id::DeliveryId,
    ticket::{Act, Ticket},
};

use crate::console::aws::Aws;

/// So many are parked.
const PARKED: usize = 500;

async fn retry(desk: &Desk) -> Result<Shown, Failure> {
    let reason = ["--reason", "customer unblocked"];
    let words = ["fairlead", "retry", "--class", "rejected", "--yes"].into_iter().chain(reason);
    Cli::try_parse_from(words).expect("a command").at(desk).await
}

fn orders(aws: &Aws) -> Vec<Ticket> {
    aws.sent().iter().map(|body| Ticket::read(body).expect("a ticket")).collect()
}

/// Nothing is obeyed meanwhile, so the second run orders everything again: the worst that can be. Of the orders that
/// name one version, at most one is obeyed, as the stories of bulks show.
#[test]
fn a_retry_of_500_that_is_killed_and_run_again_orders_each_for_the_same_parking() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let aws = Aws::with(2 * PARKED).await;
        let desk = Desk::of(aws.config(), "fairlead").await.expect("the stack is there");
        tokio::select! {
            ended = retry(&desk) => panic!("it was not killed: {ended:?}"),
            () = aws.when_sent(PARKED / 2) => {}
        }
        let first = orders(&aws).len();
        assert!((PARKED / 2..PARKED).contains(&first), "{first} were sent before the end");
        let shown = retry(&desk).await.expect("it is ordered");
        let all = format!("ordered: retry {PARKED} deliveries");
        assert!(!shown.problem() && shown.said().starts_with(&all), "{}", shown.said());
        let orders = orders(&aws);
        assert_eq!(orders.len(), first + PARKED);
        named(&aws, &orders);
        written_down(&desk, &orders, first).await;
    });
}

/// Each of the parked is named, and nothing else; each by all its orders as it was parked once.
fn named(aws: &Aws, orders: &[Ticket]) {
    let mut versions = BTreeMap::<DeliveryId, Vec<_>>::new();
    for ticket in orders {
        let order = ticket.order.as_ref().expect("an order");
        assert_eq!((&order.act, order.checked), (&Act::Retry, false));
        versions.entry(ticket.delivery).or_default().push((&ticket.entry, order.version));
    }
    let ids: Vec<String> = versions.keys().map(ToString::to_string).collect();
    let mut parked = aws.newest(true, PARKED);
    parked.sort();
    assert_eq!(ids, parked);
    for (id, of) in &versions {
        assert!(of.windows(2).all(|two| two[0] == two[1]), "{id}: {of:?}");
    }
}

/// Both runs stand in the audit, the second one first, and each order names its run.
async fn written_down(desk: &Desk, orders: &[Ticket], first: usize) {
    let audit = desk.audit(None, 10, None).await.expect("the ledger answers");
    let bulk = |note: &Note| note.did == Did::Retry && note.deliveries > 1;
    let notes: Vec<Note> = audit.acts.into_iter().filter(bulk).collect();
    assert_eq!(notes.len(), 2, "{notes:#?}");
    for (note, count) in notes.iter().zip([PARKED, first]) {
        assert_eq!(note.on, format!("{PARKED} parked deliveries: --class rejected"));
        let bulk = format!("[bulk {}]", note.short());
        let of_it = |ticket: &&Ticket| {
            ticket.order.as_ref().is_some_and(|order| order.reason.ends_with(&bulk))
        };
        assert_eq!(orders.iter().filter(of_it).count(), count, "{bulk}");
    }
}
