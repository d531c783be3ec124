//! Stories of a comparison with a vendor: where it does not list, it is asked for each delivery, and no longer than it
//! answers.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::StatusCode};
use clap::Parser;
use fairlead::{
    cli::{Cli, Failure, Shown},
    desk::Desk,
};
use fairlead_core::integration::{Catalog, Dedupe};
use fairlead_tests::sample::{asked, catalog, integration, waits};
use tokio::net::TcpListener;

use crate::console::aws::Aws;

/// So many deliveries were delivered.
const DELIVERED: usize = 25;

/// What the vendor answers to each question, counted from 1.
type Says = fn(&Aws, usize) -> (u16, &'static str);

/// How the comparison ends where the vendor does not list, and how many questions it was asked.
fn compared(says: Says) -> (Result<Shown, Failure>, usize) {
    let catalog = catalog(&asked(integration(Dedupe::None, waits(&[10]))));
    compared_in(Box::leak(Box::new(catalog)), says)
}

fn compared_in(catalog: &'static Catalog, says: Says) -> (Result<Shown, Failure>, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let (aws, questions) = (Arc::new(Aws::with(2 * DELIVERED).await), Arc::default());
        aws.reach(&vendor(Arc::clone(&aws), says, Arc::clone(&questions)).await);
        let desk = Desk::of(aws.config(), "fairlead").await.expect("the stack is there");
        let desk = desk.with_catalog(catalog);
        let words = ["fairlead", "reconcile", "deal-won-to-invoice"];
        let ended = Cli::try_parse_from(words).expect("a command").at(&desk).await;
        (ended, questions.load(Ordering::Relaxed))
    })
}

/// A vendor on this machine, and where it is.
async fn vendor(aws: Arc<Aws>, says: Says, questions: Arc<AtomicUsize>) -> String {
    let answer = move || {
        let number = questions.fetch_add(1, Ordering::Relaxed) + 1;
        let (status, body) = says(&aws, number);
        async move { (StatusCode::from_u16(status).expect("a status"), body) }
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let at = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    at
}

const HAS_IT: &str = r#"{"items":[{"id":"inv-deal-won:D-1042"}]}"#;

#[test]
fn a_vendor_that_refuses_us_or_asks_for_fewer_questions_is_asked_no_more() {
    for (says, asked) in [
        ((|_, _| (401, "key revoked")) as Says, 2),
        (|_, _| (403, "forbidden"), 1),
        (|_, n| if n < 4 { (200, HAS_IT) } else { (429, "slow down") }, 4),
        (|_, _| (503, "down"), 1),
    ] {
        let (ended, questions) = compared(says);
        let why = ended.expect_err("it ends with the vendor's answer");
        assert!(why.to_string().starts_with("finance-api could not be asked: "), "{why}");
        assert_eq!((why.code(), questions), (3, asked), "{why}");
    }
}

#[test]
fn a_pause_is_heeded_while_a_vendor_is_asked() {
    let (ended, questions) = compared(|aws, number| {
        if number == 3 {
            aws.pause("finance-api");
        }
        (200, HAS_IT)
    });
    let why = ended.expect_err("it is paused").to_string();
    assert!(why.starts_with("finance-api is paused"), "{why}");
    assert_eq!(questions, 10);
}

#[test]
fn what_a_vendor_says_nothing_clear_about_is_not_compared() {
    let (ended, questions) =
        compared(|_, number| if number % 5 == 0 { (200, "<html>") } else { (200, HAS_IT) });
    let shown = ended.expect("it is compared");
    assert_eq!(questions, DELIVERED);
    let said = shown.said();
    assert!(said.contains("deal-won-to-invoice: 20 compared since"), "{said}");
    assert!(said.contains("Of 5 the vendor said nothing clear."), "{said}");
}

#[test]
fn what_a_vendor_names_as_its_next_page_forges_no_line() {
    let (ended, _) = compared_in(fairlead_catalog::catalog(), |_, _| {
        (
            200,
            r#"{"items":[],"next":"https://elsewhere.example.com/\nfairlead: all is well\u001b[2J"}"#,
        )
    });
    let why = ended.expect_err("it lies elsewhere").to_string();
    assert!(why.contains("the next page lies elsewhere: https://elsewhere.example.com/ "), "{why}");
    assert!(!why.chars().any(char::is_control), "{why:?}");
}
