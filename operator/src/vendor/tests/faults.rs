//! The vendor when it is told to misbehave.
use super::*;
use crate::vendor::Step;
use std::io::ErrorKind;
use std::time::Instant;

const PATH: &str = "/finance-api/v2/invoices";

#[tokio::test]
async fn a_commit_without_an_answer_holds_exactly_one_invoice_after_the_repetition() {
    let vendor = vendor();
    vendor.behave("D-1042", vec![Step::CommitThenDrop]);
    assert!(post(&vendor, PATH, "k", INVOICE).send().await.is_err());
    assert_eq!((vendor.invoices().len(), vendor.requests()[0].answered), (1, None));
    let (status, body) = json(post(&vendor, PATH, "k", INVOICE).send().await.unwrap()).await;
    assert_eq!((status, &body["id"]), (201, &"INV-1001".into()));
    assert_eq!(vendor.invoices_for("D-1042").len(), 1);
    let done: Vec<String> = vendor.requests().into_iter().map(|one| one.done).collect();
    assert_eq!(done, ["commit_then_drop", "ok"]);
}

#[tokio::test]
async fn a_plan_is_taken_step_by_step_and_only_by_its_record() {
    let vendor = vendor();
    vendor.behave_on(
        "POST",
        "D-1042",
        vec![Step::retry_after(503, "2"), Step::commit_then_status(500)],
    );
    let other = INVOICE.replace("D-1042", "D-10421");
    assert_eq!(post(&vendor, PATH, "o", &other).send().await.unwrap().status(), 201);
    let lookup = request(&vendor, Method::GET, "/finance-api/v2/invoices?external_id=D-1042");
    assert_eq!(lookup.send().await.unwrap().status(), 200);
    let refused = post(&vendor, PATH, "k", INVOICE).send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (503, &"2".parse().unwrap())
    );
    assert!(vendor.invoices_for("D-1042").is_empty());
    assert_eq!(post(&vendor, PATH, "k", INVOICE).send().await.unwrap().status(), 500);
    assert_eq!(vendor.invoices_for("D-1042").len(), 1);
    assert_eq!(post(&vendor, PATH, "k", INVOICE).send().await.unwrap().status(), 201);
    assert_eq!(vendor.invoices_for("D-1042").len(), 1);
}

#[tokio::test]
async fn a_default_stays_until_it_is_changed() {
    let vendor = vendor();
    vendor.default_behaviour("finance-api", Step::status(503)).unwrap();
    for _ in 0..3 {
        assert_eq!(post(&vendor, PATH, "k", INVOICE).send().await.unwrap().status(), 503);
    }
    vendor.default_behaviour("finance-api", Step::Ok).unwrap();
    assert_eq!(post(&vendor, PATH, "k", INVOICE).send().await.unwrap().status(), 201);
    assert!(vendor.default_behaviour("nowhere", Step::Ok).is_err());
}

#[tokio::test]
async fn connections_end_as_the_step_says() {
    // The step, how much of an answer comes, how the connection ends, and how many invoices there are.
    let reset = Err(ErrorKind::ConnectionReset);
    check(Step::Drop, "", Ok(()), 0).await;
    check(Step::CommitThenDrop, "", Ok(()), 1).await;
    check(Step::Reset, "", reset, 0).await;
    check(Step::CommitThenReset, "", reset, 1).await;
    check(Step::ResetMidHeaders, "HTTP/1.1 201 Crea", reset, 1).await;
    check(Step::ResetMidBody, "{\"id\":\"INV-1001\"", reset, 1).await;
    check(Step::Truncated, "content-length: 57\r\n\r\n{\"id\":\"INV-1001\"", Ok(()), 1).await;
    check(Step::Garbage, "speaks no HTTP", Ok(()), 1).await;
    check(Step::BadChunk, "not-a-size", Ok(()), 1).await;
    check(Step::Drip { every_ms: 1 }, "\"status\":\"draft\"}", Ok(()), 1).await;
    check(Step::DripHeader { every_ms: 1 }, "\"status\":\"draft\"}", Ok(()), 1).await;
}

async fn check(step: Step, part: &str, end: Result<(), ErrorKind>, invoices: usize) {
    let vendor = vendor();
    vendor.behave("D-1042", vec![step.clone()]);
    let (text, ended) = rest(&mut raw(&vendor).await).await;
    assert!(text.contains(part) && text.is_empty() == part.is_empty(), "{step:?}: {text}");
    assert_eq!(ended.map_err(|error| error.kind()), end, "{step:?}");
    assert_eq!(vendor.invoices().len(), invoices, "{step:?}");
    let done = &vendor.requests()[0];
    assert_eq!(done.answered.is_some(), text.contains("\r\n\r\n"), "{step:?}");
    assert_eq!(done.done, step.name());
}

#[tokio::test]
async fn a_client_calls_a_short_body_and_a_reset_errors() {
    for step in [Step::Truncated, Step::ResetMidBody, Step::BadChunk] {
        let vendor = vendor();
        vendor.behave("D-1042", vec![step.clone()]);
        let answer = post(&vendor, PATH, "k", INVOICE).send().await;
        let whole = match answer {
            Ok(answer) => answer.bytes().await,
            Err(error) => Err(error),
        };
        assert!(whole.is_err(), "{step:?}");
    }
}

#[tokio::test]
async fn hanging_ends_when_the_client_gives_up() {
    for (step, invoices) in [(Step::Hang, 1), (Step::HangBefore, 0), (Step::EndlessHeader, 1)] {
        let vendor = vendor();
        vendor.behave("D-1042", vec![step.clone()]);
        let call = post(&vendor, PATH, "k", INVOICE).timeout(Duration::from_millis(200));
        assert!(call.send().await.is_err(), "{step:?}");
        assert_eq!(vendor.invoices().len(), invoices, "{step:?}");
    }
}

#[tokio::test]
async fn slow_answers_come_late_and_are_logged_when_they_go_out() {
    let vendor = vendor();
    vendor.behave("D-1042", vec![Step::Slow { ms: 120 }, Step::Slow { ms: 5000 }]);
    let start = Instant::now();
    assert_eq!(post(&vendor, PATH, "k", INVOICE).send().await.unwrap().status(), 201);
    assert!(start.elapsed() >= Duration::from_millis(120));
    let impatient = post(&vendor, PATH, "k", INVOICE).timeout(Duration::from_millis(100));
    assert!(impatient.send().await.unwrap_err().is_timeout());
    let answered: Vec<_> = vendor.requests().into_iter().map(|one| one.answered).collect();
    assert_eq!(answered, [Some(201), None]);
}

#[tokio::test]
async fn a_huge_body_is_as_long_as_asked_and_still_json() {
    let vendor = vendor();
    vendor.behave("D-1042", vec![Step::Huge { bytes: 300_000 }]);
    let answer = post(&vendor, PATH, "k", INVOICE).send().await.unwrap();
    assert_eq!(answer.content_length(), None);
    let body = answer.bytes().await.unwrap();
    assert_eq!(body.len(), 300_000);
    assert!(serde_json::from_slice::<Value>(&body).is_ok());
}

#[tokio::test]
async fn redirects_and_echoes_have_no_effect() {
    let vendor = vendor();
    let to = "http://169.254.169.254/".to_owned();
    vendor.behave("D-1042", vec![Step::Redirect { to, code: 308 }, Step::EchoAuth { code: 400 }]);
    let away = post(&vendor, PATH, "k", INVOICE).send().await.unwrap();
    assert_eq!(
        (away.status().as_u16(), &away.headers()["location"]),
        (308, &"http://169.254.169.254/".parse().unwrap())
    );
    let echo = post(&vendor, PATH, "k", INVOICE).send().await.unwrap();
    assert_eq!(echo.headers()["x-request-id"], "Bearer demo-key");
    assert!(echo.text().await.unwrap().contains("Bearer demo-key"));
    assert!(vendor.invoices().is_empty());
}
