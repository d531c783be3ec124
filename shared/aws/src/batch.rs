//! SQS, incoming: every record of a batch on its own, all at once, each failing alone.

use std::{future::Future, panic::AssertUnwindSafe};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use fairlead_core::{
    ports::PortError,
    ticket::{NotATicket, Ticket, TooManyHops},
};
use futures::{FutureExt, future::join_all};
use jiff::Timestamp;

use crate::trace;

/// Why a record stays on its queue.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The world did not do its part.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The body is no ticket; after some tries it goes to the DLQ, where someone sees it.
    #[error(transparent)]
    Poison(#[from] NotATicket),
    /// The body is no event that an integration wants.
    #[error("{0}")]
    Stray(String),
    /// Our own fault; the record is tried again and then goes to the DLQ.
    #[error("the function panicked")]
    Panic,
}

impl Failure {
    /// Nothing failed: the ticket is to come back.
    fn is_meant(&self) -> bool {
        matches!(self, Self::Port(error) if error.source.is::<TooManyHops>())
    }
}

/// The body of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// As it was sent.
    pub text: String,
    /// When it was received first, where that was before: whoever received it may have died over it.
    pub since: Option<Timestamp>,
}

impl Body {
    fn of(record: &mut SqsMessage) -> Self {
        let number = |name: &str| record.attributes.get(name)?.parse::<i64>().ok();
        let again = number("ApproximateReceiveCount").is_some_and(|receives| receives > 1);
        let first = number("ApproximateFirstReceiveTimestamp").or_else(|| number("SentTimestamp"));
        let since =
            first.filter(|_| again).and_then(|millis| Timestamp::from_millisecond(millis).ok());
        Self { text: record.body.take().unwrap_or_default(), since }
    }
}

/// SQS gave a record without an id, so that no answer about it is possible; the whole batch comes back.
#[derive(Debug, thiserror::Error)]
#[error("a record has no message id")]
pub struct Unnamed;

/// Runs `each` on every record and answers which of them stay on the queue.
///
/// # Errors
/// When a record has no id: an empty `itemIdentifier` would fail the whole batch without saying why.
pub async fn each_record<F, R>(event: SqsEvent, each: F) -> Result<SqsBatchResponse, Unnamed>
where
    F: Fn(Body) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let runs = event.records.into_iter().map(|record| one(record, &each));
    let mut answer = SqsBatchResponse::default();
    for outcome in join_all(runs).await {
        if let Some(id) = outcome? {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            answer.batch_item_failures.push(failure);
        }
    }
    Ok(answer)
}

async fn one<F, R>(mut record: SqsMessage, each: &F) -> Result<Option<String>, Unnamed>
where
    F: Fn(Body) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let id = record.message_id.take().filter(|id| !id.is_empty()).ok_or(Unnamed)?;
    let body = Body::of(&mut record);
    let trace = record.attributes.get(trace::ATTRIBUTE).map(String::as_str);
    let run = AssertUnwindSafe(each(body)).catch_unwind();
    let failure = match trace::within(trace, run).await {
        Ok(Ok(())) => return Ok(None),
        Ok(Err(failure)) => failure,
        Err(_) => Failure::Panic,
    };
    let receives = record.attributes.get("ApproximateReceiveCount").map(String::as_str);
    if failure.is_meant() {
        tracing::info!(sqs_message = %id, receives, cause = %failure, "the record stays on its queue");
    } else {
        tracing::error!(sqs_message = %id, receives, cause = %failure, "the record stays on its queue");
    }
    Ok(Some(id))
}

/// The same for queues of tickets.
///
/// # Errors
/// As [`each_record`].
pub async fn each_ticket<F, R>(event: SqsEvent, each: F) -> Result<SqsBatchResponse, Unnamed>
where
    F: Fn(Ticket) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let each = &each;
    each_record(event, |body| async move { each(Ticket::read(&body.text)?).await }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(bodies: &[&str]) -> SqsEvent {
        let records: Vec<_> = bodies
            .iter()
            .enumerate()
            .map(|(n, body)| serde_json::json!({"messageId": format!("m{n}"), "body": body}))
            .collect();
        serde_json::from_value(serde_json::json!({"Records": records})).expect("a batch")
    }

    async fn answer(bodies: &[&str]) -> String {
        let answer = each_record(batch(bodies), |body| async move {
            match body.text.as_str() {
                "panic" => panic!("as asked"),
                "fail" => Err(Failure::Stray("as asked".to_owned())),
                _ => Ok(()),
            }
        });
        serde_json::to_string(&answer.await.expect("all have ids")).expect("an answer")
    }

    /// Trap P13: an empty list is success, a malformed id fails the whole batch.
    #[tokio::test]
    async fn a_record_that_panics_or_fails_fails_alone() {
        assert_eq!(answer(&["ok", "ok"]).await, r#"{"batchItemFailures":[]}"#);
        assert_eq!(
            answer(&["ok", "panic", "ok", "fail"]).await,
            r#"{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m3"}]}"#
        );
    }

    #[test]
    fn only_a_ticket_that_is_to_come_back_is_no_error() {
        let kept = Failure::from(PortError::new("hold the ticket", TooManyHops));
        assert!(kept.is_meant());
        let lost = Failure::from(PortError::new("hold the ticket", "its chain is too long"));
        assert!(!lost.is_meant() && !Failure::Panic.is_meant());
    }

    #[test]
    fn a_record_that_was_received_before_tells_when_that_was() {
        let body = |receives: &str| {
            let attributes = serde_json::json!({
                "ApproximateReceiveCount": receives, "SentTimestamp": "1772445600000",
                "ApproximateFirstReceiveTimestamp": "1772452800000",
            });
            let record =
                serde_json::json!({"messageId": "m", "body": "b", "attributes": attributes});
            Body::of(&mut serde_json::from_value(record).expect("a record"))
        };
        assert_eq!(body("1"), Body { text: "b".to_owned(), since: None });
        assert_eq!(body("2").since, Some("2026-03-02T12:00:00Z".parse().expect("a time")));
    }

    #[tokio::test]
    async fn a_poison_body_does_not_keep_its_neighbours() {
        let event = batch(&["{not json", ""]);
        let answer = each_ticket(event, |_| async { Ok(()) }).await.expect("all have ids");
        assert_eq!(answer.batch_item_failures.len(), 2);
    }

    #[tokio::test]
    async fn a_record_without_an_id_brings_the_batch_back() {
        let event = serde_json::json!({"Records": [{"messageId": "", "body": ""}]});
        let event = serde_json::from_value(event).expect("a batch");
        assert!(each_record(event, |_| async { Ok(()) }).await.is_err());
    }
}
