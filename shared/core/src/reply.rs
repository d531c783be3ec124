//! What a sender is answered: one event, a batch of them, or a question.

use serde_json::{Value, json};

use crate::{id::DeliveryId, problem::Problem, record::Record};

/// What became of one event: taken in, not wanted, or refused.
pub type Outcome = Result<Option<Taken>, Problem>;

/// What became of one event that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its delivery.
    pub delivery: DeliveryId,
    /// Whether the same event came before.
    pub duplicate: bool,
    /// The business thing concerned.
    pub record: Record,
}

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub kind: &'static str,
    /// Whether to say when to come again.
    pub try_again: bool,
    /// The body.
    pub body: Value,
}

impl Reply {
    /// The answer about one event.
    pub fn one(outcome: &Outcome) -> Self {
        match outcome {
            Ok(Some(taken)) => Self::good(202, taken.body()),
            Ok(None) => Self::good(200, json!({"skipped": true})),
            Err(problem) => Self::problem(problem),
        }
    }

    /// The answer about a batch: each event's own status, in the order in which they came.
    ///
    /// Status 207 says that there is something to read. When one of them could not be kept just now, the whole
    /// answer is 503, so that a sender who reads no bodies sends all of it again: what was taken is recognised.
    pub fn batch(outcomes: &[Outcome]) -> Self {
        let count = |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|o| wanted(o)).count();
        let events: Vec<Value> = outcomes.iter().map(listed).collect();
        let mut reply = if outcomes.contains(&Err(Problem::TryAgain)) {
            Self::problem(&Problem::TryAgain)
        } else {
            Self::good(207, json!({}))
        };
        reply.body["accepted"] = json!(count(|outcome| matches!(outcome, Ok(Some(_)))));
        reply.body["skipped"] = json!(count(|outcome| matches!(outcome, Ok(None))));
        reply.body["refused"] = json!(count(Result::is_err));
        reply.body["events"] = json!(events);
        reply
    }

    /// The refusal of a request.
    pub fn problem(problem: &Problem) -> Self {
        Self {
            status: problem.status(),
            kind: "application/problem+json",
            try_again: matches!(problem, Problem::TryAgain),
            body: problem.body(),
        }
    }

    /// An answer that is no refusal.
    pub fn good(status: u16, body: Value) -> Self {
        Self { status, kind: "application/json", try_again: false, body }
    }
}

impl Taken {
    fn body(&self) -> Value {
        json!({
            "delivery": self.delivery,
            "duplicate": self.duplicate,
            "record": self.record.to_string(),
        })
    }
}

fn listed(outcome: &Outcome) -> Value {
    let mut body = match outcome {
        Ok(Some(taken)) => taken.body(),
        Ok(None) => json!({"skipped": true}),
        Err(problem) => json!({"problem": problem.body()}),
    };
    body["status"] = json!(Reply::one(outcome).status);
    body
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn taken(duplicate: bool) -> Outcome {
        let record = Record { kind: "deal".into(), id: "D-1".into(), label: None, url: None };
        Ok(Some(Taken { delivery: DeliveryId(Uuid::nil()), duplicate, record }))
    }

    #[test]
    fn a_batch_is_answered_event_by_event_in_its_order() {
        let bad = Err(Problem::BadBody("the event is a number".to_owned()));
        let reply = Reply::batch(&[taken(false), bad, taken(true), Ok(None)]);
        assert_eq!((reply.status, reply.kind), (207, "application/json"));
        let id = Uuid::nil();
        assert_eq!(
            reply.body,
            json!({"accepted": 2, "skipped": 1, "refused": 1, "events": [
                {"status": 202, "delivery": id, "duplicate": false, "record": "deal D-1"},
                {"status": 400, "problem": {
                    "type": "urn:fairlead:problem:bad-body", "title": "The body is not an event",
                    "status": 400, "detail": "the event is a number",
                }},
                {"status": 202, "delivery": id, "duplicate": true, "record": "deal D-1"},
                {"status": 200, "skipped": true},
            ]})
        );
    }

    #[test]
    fn a_batch_that_was_not_kept_wholly_is_sent_again_wholly() {
        let reply = Reply::batch(&[taken(false), Err(Problem::TryAgain)]);
        assert_eq!((reply.status, reply.kind), (503, "application/problem+json"));
        assert!(reply.try_again);
        assert_eq!(reply.body["type"], "urn:fairlead:problem:try-again");
        assert_eq!(reply.body["events"][0]["status"], 202, "what was taken is told all the same");
        assert_eq!(reply.body["events"][1]["status"], 503);
    }
}
