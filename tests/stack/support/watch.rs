//! Watches one case: its entry, the vendor's requests about it, and what its owner was sent.

use std::{fmt::Write, time::Duration};

use fairlead::vendor::Request;
use fairlead_core::{
    class::Class,
    entry::{Entry, State},
    history::{History, What},
    id::EntryKey,
    outcome::{Answer, NotSent},
};
use serde_json::{Value, json};

use super::{case::Case, inbox::Letter, signed::Call, wait::eventually, world::World};

/// Other scenarios use the same queues, so a moment at which nothing lies on one may be long in coming.
const QUIET: Duration = Duration::from_secs(300);

impl World {
    /// POSTs the event, signed.
    pub(crate) async fn post(&self, case: &Case) -> fairlead::stack::Answer {
        let answer = self.stack.post(case.integration, &case.event).await;
        answer.expect("the API answers")
    }

    /// POSTs the event and expects it to be taken as a new one; gives the delivery's id.
    pub(crate) async fn accept(&self, case: &Case) -> String {
        let answer = self.post(case).await;
        assert_eq!(answer.status, 202, "{case:?}: {answer:?}");
        assert_eq!(answer.body["duplicate"], false, "{case:?}: {answer:?}");
        let id = answer.body["delivery"].as_str();
        id.unwrap_or_else(|| panic!("no delivery in {answer:?}")).to_owned()
    }

    /// The case's entry.
    pub(crate) async fn entry(&self, key: &EntryKey) -> Option<Entry> {
        self.stack.entry(key).await.expect("the ledger answers")
    }

    /// The vendor's requests about the case.
    pub(crate) fn requests(&self, case: &Case) -> Vec<Request> {
        self.vendor.requests_about(&case.id)
    }

    /// How many invoices the vendor has of the case.
    pub(crate) fn invoices(&self, case: &Case) -> usize {
        self.vendor.invoices_for(&case.external).len()
    }

    /// Waits for something about a case; when it does not come, tells all that is known of the case.
    pub(crate) async fn until<T>(
        &self,
        within: Duration,
        what: &str,
        case: &Case,
        look: impl AsyncFnMut() -> Option<T>,
    ) -> T {
        let what = format!("{}: {what}", case.id);
        eventually(within, &what, async || self.story(case).await, look).await
    }

    /// Waits until nothing lies on a queue, neither visible nor received: what was sent to it has been worked off.
    pub(crate) async fn worked_off(&self, queue: &str, case: &Case) {
        let ask = json!({"QueueUrl": queue, "AttributeNames": ["All"]});
        let look = async || {
            let call = Call::json("sqs", "AmazonSQS.GetQueueAttributes", &ask);
            let said = self.ask(call).await.json();
            let none = |name: &str| said["Attributes"][name] == "0";
            let counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
            counts.into_iter().all(none).then_some(())
        };
        self.until(QUIET, "its queue is worked off", case, look).await;
    }

    /// Waits until the case is delivered.
    pub(crate) async fn delivered(&self, within: Duration, case: &Case) -> Entry {
        let key = case.entry();
        let look = async || self.entry(&key).await.filter(|e| e.life.state == State::Delivered);
        self.until(within, "delivered", case, look).await
    }

    /// Waits until the case is parked in this class and its owner has been told.
    pub(crate) async fn parked(&self, within: Duration, case: &Case, class: Class) -> Entry {
        self.parked_at(within, case, &case.entry(), class).await
    }

    /// The same for a case whose entry lies elsewhere.
    pub(crate) async fn parked_at(
        &self,
        within: Duration,
        case: &Case,
        key: &EntryKey,
        class: Class,
    ) -> Entry {
        let is = |entry: &Entry| matches!(entry.life.state, State::Parked { class: c, told: true, .. } if c == class);
        let look = async || self.entry(key).await.filter(is);
        self.until(within, &format!("parked as {}, owner told", class.word()), case, look).await
    }

    /// Waits for the alert that opened a parked delivery's issue, and for its one message on the DLQ.
    pub(crate) async fn told(&self, case: &Case, entry: &Entry) -> (Value, Letter) {
        let look = async || {
            let alert = self.inbox.alerts_about(entry).pop();
            Some((alert?, self.inbox.letters_about(entry.id).pop()?))
        };
        let told = self.until(super::wait::SOON, "alert and DLQ message", case, look).await;
        assert_eq!(self.inbox.letters_about(entry.id).len(), 1, "DLQ messages about {}", case.id);
        told
    }

    /// All that is known of a case, for whoever reads the failure.
    pub(crate) async fn story(&self, case: &Case) -> String {
        let mut story = match self.stack.entry(&case.entry()).await {
            Ok(Some(entry)) => tale(&entry),
            other => format!("entry: {other:?}\n"),
        };
        for request in self.requests(case) {
            let _ = writeln!(story, "vendor: {request:?}");
        }
        for text in self.inbox.alerts().iter().filter(|text| text.contains(&case.id)) {
            let _ = writeln!(story, "alert: {text}");
        }
        story
    }
}

/// An entry as text.
fn tale(entry: &Entry) -> String {
    let mut tale = format!("{} {}: {:?}\n", entry.id, entry.record, entry.life);
    for line in &entry.history.lines {
        let _ = writeln!(tale, "  {} {}", line.at, line.what.text());
    }
    tale
}

/// The words of a history, in order: `accepted`, `sending`, `answered`, `delivered`.
///
/// Without the detours of a machine so busy that dispatch had no time left for its call and gave it back.
pub(crate) fn words(history: &History) -> Vec<String> {
    let (mut words, mut given_back) = (Vec::new(), false);
    for line in &history.lines {
        match &line.what {
            What::Answered { answer: Answer::NotSent(NotSent::NoTime), .. } => {
                words.pop();
                given_back = true;
            }
            What::Waiting { .. } if given_back => given_back = false,
            what => words.push(word(what)),
        }
    }
    words
}

fn word(what: &What) -> String {
    match serde_json::to_value(what) {
        Ok(Value::String(word)) => word,
        Ok(Value::Object(one)) => one.keys().cloned().collect(),
        other => format!("{other:?}"),
    }
}

/// Asserts that all requests carry one key and one body, byte for byte.
#[track_caller]
pub(crate) fn assert_same(requests: &[Request], key: &str) {
    for request in requests {
        assert_eq!(request.idempotency_key.as_deref(), Some(key), "{request:?}");
        assert_eq!(request.body_sha256, requests[0].body_sha256, "{request:?}");
        assert_eq!((&request.method, &request.path), (&requests[0].method, &requests[0].path));
    }
}
