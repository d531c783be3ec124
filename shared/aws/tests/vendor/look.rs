//! The question whether a vendor has a record: a GET with our credential and without our key.

use std::time::Duration;

use fairlead_aws::vendor::Vendor;
use fairlead_core::{
    expression::{Comparison, Expression, Step},
    id::VendorId,
    integration::{Dedupe, Lookup},
    meaning::Finding,
    outcome::{Answer, NotSent},
};

use crate::{
    call::{CANARY, Call, RESET, TIMEOUT, at, replied},
    server::{Server, answer},
};

/// The ids under `body.items[].id`.
fn lookup() -> Lookup {
    let step = |of: Expression, to| Expression::Step { of: Box::new(of), to, lenient: false };
    let member = |of, name: &str| step(of, Step::Member(name.to_owned()));
    let items = member(member(Expression::Input, "body"), "items");
    Lookup {
        get: "/v2/invoices?external_id=\\(.id)".to_owned(),
        found: member(step(items, Step::Each), "id"),
        ours: None,
        absent_if: None,
        after: Duration::from_secs(60),
    }
}

fn call() -> Call {
    let mut call = Call::new();
    call.request.lookup = Some("/v2/invoices?external_id=D-1042".to_owned());
    call
}

async fn asked(vendor: &Vendor, call: &Call) -> (Answer, Finding) {
    vendor.look(&call.whole(), &lookup()).await
}

async fn found(said: impl Into<Vec<u8>>) -> Finding {
    let server = Server::saying(said).await;
    asked(&at(server.port), &call()).await.1
}

#[tokio::test(flavor = "current_thread")]
async fn the_question_is_a_get_with_our_credential_and_without_key_or_body() {
    let server = Server::saying(answer("200 OK", r#"{"items":[]}"#)).await;
    let (answer, finding) = asked(&at(server.port), &call()).await;
    assert_eq!((replied(answer).status, finding), (200, Finding::Absent));
    let [request] = &server.requests()[..] else { panic!("one request") };
    let request = request.to_ascii_lowercase();
    assert!(request.starts_with("get /finance-api/v2/invoices?external_id=d-1042 http/1.1\r\n"));
    assert!(request.contains(&format!("authorization: bearer {CANARY}")), "{request}");
    for absent in ["idempotency-key", "content-type", "content-length", "transfer-encoding"] {
        assert!(!request.contains(absent), "{absent} in {request}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_found_is_read_from_a_clean_answer_only() {
    let one = answer("200 OK", r#"{"items":[{"id":"inv_7"}]}"#);
    assert_eq!(found(one).await, Finding::Ours(VendorId::new("inv_7")));
    let two = answer("200 OK", r#"{"items":[{"id":1},{"id":2}]}"#);
    assert_eq!(found(two).await, Finding::Several(2));
    let long = format!("{{\"items\":[],\"note\":\"{}\"}}", "x".repeat(300_000));
    for unclear in [
        answer("200 OK", ""),
        answer("200 OK", "[]"),
        answer("200 OK", r#"{"items":{}"#),
        answer("200 OK", r#"{"items":[{"id":null}]}"#),
        answer("200 OK", &long),
        answer("404 Not Found", r#"{"items":[]}"#),
        answer("500 X", r#"{"items":[]}"#),
    ] {
        let text = unclear.clone();
        assert_eq!(found(unclear).await, Finding::Unclear, "{text}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_vendor_may_say_by_a_status_that_it_has_none_where_that_is_declared() {
    let missing = |status: u16| {
        let of = Box::new(Expression::Input);
        let at = Expression::Step { of, to: Step::Member("status".to_owned()), lenient: false };
        let is = Comparison::Equal;
        Some(Expression::Compare(Box::new(at), is, Box::new(Expression::Literal(status.into()))))
    };
    for (said, body, wanted) in [
        (404, "{}", Finding::Absent),
        (410, "", Finding::Absent),
        (200, r#"{"error":"none"}"#, Finding::Absent),
        (200, r#"{"items":[{"id":1}]}"#, Finding::Unclear),
        (301, "{}", Finding::Unclear),
        (401, "{}", Finding::Unclear),
        (403, "{}", Finding::Unclear),
        (408, "{}", Finding::Unclear),
        (429, "{}", Finding::Unclear),
        (500, "{}", Finding::Unclear),
        (503, "{}", Finding::Unclear),
    ] {
        let server = Server::saying(answer(&format!("{said} X"), body)).await;
        let lookup = Lookup { absent_if: missing(said), ..lookup() };
        let (_, finding) = at(server.port).look(&call().whole(), &lookup).await;
        assert_eq!(finding, wanted, "{said} {body}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn p30_an_echo_of_our_secret_is_no_find() {
    let echo = answer("200 OK", &format!("{{\"items\":[{{\"id\":\"{CANARY}\"}}]}}"));
    assert_eq!(found(echo).await, Finding::Unclear);
}

#[tokio::test(flavor = "current_thread")]
async fn a_lost_answer_says_nothing() {
    let gone = Server::start(|mut peer| async move {
        peer.request().await;
    })
    .await;
    assert_eq!(asked(&at(gone.port), &call()).await, (RESET, Finding::Unclear));
    let silent = Server::start(|mut peer| async move {
        peer.request().await;
        std::future::pending::<()>().await;
    })
    .await;
    let mut short = Call::short();
    short.request.lookup = call().request.lookup;
    assert_eq!(asked(&at(silent.port), &short).await, (TIMEOUT, Finding::Unclear));
}

#[tokio::test(flavor = "current_thread")]
async fn without_a_question_nothing_is_asked() {
    let server = Server::saying(answer("200 OK", r#"{"items":[]}"#)).await;
    let not_allowed = Answer::NotSent(NotSent::NotAllowed);
    assert_eq!(asked(&at(server.port), &Call::new()).await, (not_allowed, Finding::Unclear));
    assert!(server.requests().is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn a_key_is_sent_in_quotes_where_the_vendor_wants_it_so() {
    let server = Server::saying(answer("201 Created", "{}")).await;
    let mut call = Call::new();
    let (header, max_age) = ("Idempotency-Key".to_owned(), Duration::from_secs(60));
    call.dedupe = Dedupe::Key { header, max_age, quoted: true };
    replied(call.make(&at(server.port)).await);
    let [request] = &server.requests()[..] else { panic!("one request") };
    assert!(request.contains("idempotency-key: \"deal-won:D-1042\"\r\n"), "{request}");
}
