//! What the rules of an integration find in a real answer: in all of it, and without our own secret.

use fairlead_core::{
    expression::{Comparison, Expression, Step},
    id::VendorId,
    integration::ResponseRule,
    meaning::{Found, Verdict},
    outcome::Reply,
};

use crate::{
    call::{CANARY, Call, at, replied},
    server::{Server, answer},
};

fn path(names: &[&str]) -> Expression {
    names.iter().fold(Expression::Input, |of, name| {
        let to = Step::Member((*name).to_owned());
        Expression::Step { of: Box::new(of), to, lenient: false }
    })
}

async fn read(response: ResponseRule, bytes: impl Into<Vec<u8>>) -> Reply {
    let server = Server::saying(bytes).await;
    let mut call = Call::new();
    call.response = response;
    replied(call.make(&at(server.port)).await)
}

fn id_at(names: &[&str]) -> ResponseRule {
    ResponseRule { record_id: Some(path(names)), ..ResponseRule::default() }
}

#[tokio::test(flavor = "current_thread")]
async fn the_id_is_found_behind_what_the_ledger_keeps() {
    let body = format!("{{\"note\":\"{}\",\"id\":\"inv_7\"}}", "x".repeat(10_000));
    let reply = read(id_at(&["body", "id"]), answer("201 X", &body)).await;
    assert_eq!(reply.meaning.id, Some(Found::Id(VendorId::new("inv_7"))));
    assert!(!reply.excerpt.contains("inv_7"));
}

#[tokio::test(flavor = "current_thread")]
async fn an_answer_that_is_cut_or_no_json_has_no_id() {
    let long = format!("{{\"id\":\"inv_7\",\"note\":\"{}\"}}", "x".repeat(300_000));
    for body in [long.as_str(), "<id>7</id>", ""] {
        let reply = read(id_at(&["body", "id"]), answer("201 X", body)).await;
        assert_eq!(reply.meaning.id, Some(Found::Nothing));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn headers_are_read_by_their_names_in_lower_case() {
    let said = "HTTP/1.1 201 Created\r\nLocation: /v2/invoices/7\r\ncontent-length: 0\r\n\r\n";
    let reply = read(id_at(&["headers", "location"]), said).await;
    assert_eq!(reply.meaning.id, Some(Found::Id(VendorId::new("/v2/invoices/7"))));
}

#[tokio::test(flavor = "current_thread")]
async fn p30_an_echo_of_our_secret_is_no_id() {
    let body = format!("{{\"id\":\"{CANARY}\"}}");
    let reply = read(id_at(&["body", "id"]), answer("201 X", &body)).await;
    assert_eq!(reply.meaning.id, Some(Found::Nothing));
}

#[tokio::test(flavor = "current_thread")]
async fn a_duplicate_is_recognised_by_status_and_body() {
    let status = Expression::Compare(
        Box::new(path(&["status"])),
        Comparison::Equal,
        Box::new(Expression::Literal(409.into())),
    );
    let rule = ResponseRule { duplicate_if: Some(status), ..ResponseRule::default() };
    let reply = read(rule.clone(), answer("409 Conflict", "{}")).await;
    assert_eq!(reply.meaning.verdict, Some(Verdict::Duplicate));
    assert!(read(rule, answer("422 X", "{}")).await.meaning.is_plain());
}
