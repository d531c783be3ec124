//! What lies on the DLQs of that AWS.

use std::{collections::BTreeMap, sync::Mutex};

use serde_json::{Value, json};

use super::held::lock;

/// The DLQs, by the names of the stack's outputs.
#[derive(Default)]
pub(super) struct Dlqs {
    lying: Mutex<BTreeMap<String, Lying>>,
    /// Somebody is looking at so many of each.
    hidden: Mutex<usize>,
}

/// What lies on one of them.
#[derive(Default)]
struct Lying {
    bodies: Vec<String>,
    /// The first so many were received, and do not show yet.
    received: usize,
}

impl Dlqs {
    pub(super) fn hide(&self, count: usize) {
        *lock(&self.hidden) = count;
    }

    pub(super) fn lay(&self, dlq: &str, bodies: &[&str]) {
        let bodies = bodies.iter().map(|body| (*body).to_owned()).collect();
        lock(&self.lying).insert(dlq.to_owned(), Lying { bodies, received: 0 });
    }

    pub(super) fn attributes(&self, ask: &Value) -> Value {
        self.of(ask, |name, dlq| {
            json!({"Attributes": {
                "ApproximateNumberOfMessages": (dlq.bodies.len() - dlq.received).to_string(),
                "ApproximateNumberOfMessagesNotVisible": (dlq.received + *lock(&self.hidden)).to_string(),
                "QueueArn": format!("arn:aws:sqs:us-east-1:123456789012:{}-dlq", name.to_lowercase()),
            }})
        })
    }

    pub(super) fn receive(&self, ask: &Value) -> Value {
        // SQS asks some of its servers only where nobody waits, and may give nothing.
        if ask["WaitTimeSeconds"].as_u64().is_none_or(|seconds| seconds == 0) {
            return json!({});
        }
        self.of(ask, |_, dlq| {
            let shown = dlq.bodies.iter().enumerate().skip(dlq.received).take(10);
            let shown: Vec<Value> = shown
                .map(|(n, body)| json!({"MessageId": n.to_string(), "ReceiptHandle": "r", "Body": body}))
                .collect();
            dlq.received += shown.len();
            json!({"Messages": shown})
        })
    }

    pub(super) fn show_again(&self, ask: &Value) -> Value {
        self.of(ask, |_, dlq| {
            dlq.received = 0;
            json!({"Successful": [], "Failed": []})
        })
    }

    fn of(&self, ask: &Value, does: impl FnOnce(&str, &mut Lying) -> Value) -> Value {
        let name = ask["QueueUrl"].as_str().unwrap_or_default();
        let mut all = lock(&self.lying);
        does(name, all.entry(name.to_owned()).or_default())
    }
}
