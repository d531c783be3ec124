//! Collects what owners are sent: a queue can be emptied once only, so one collector serves all scenarios.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fairlead::stack::{Stack, StackError};
use fairlead_core::{entry::Entry, id::DeliveryId, issue::Cause};
use serde_json::Value;
use tokio::task::JoinHandle;

/// A message on the DLQ, or one of the alert topic.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    /// As it came.
    pub(crate) text: String,
    /// Read as JSON; `null` when it is none.
    pub(crate) body: Value,
    /// What the SQS console shows beside it.
    pub(crate) attributes: BTreeMap<String, String>,
}

/// Everything that came so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mail {
    alerts: Vec<Letter>,
    letters: Vec<Letter>,
}

/// Collects until it is dropped.
#[derive(Debug)]
pub(crate) struct Inbox {
    mail: Arc<Mutex<Mail>>,
    task: JoinHandle<()>,
}

impl Inbox {
    /// Subscribes to the alert topic and begins to empty that queue and the DLQ.
    pub(crate) async fn open(stack: Arc<Stack>) -> Result<Self, StackError> {
        let alerts = stack.subscribe("stack-suite-alerts").await?;
        let mail = Arc::<Mutex<Mail>>::default();
        let into = Arc::clone(&mail);
        let task = tokio::spawn(async move {
            loop {
                if collect(&stack, &alerts, &into).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        });
        Ok(Self { mail, task })
    }

    /// The texts of all alerts.
    pub(crate) fn alerts(&self) -> Vec<String> {
        self.told().into_iter().map(|alert| alert.text).collect()
    }

    /// All alerts, as they came.
    pub(crate) fn told(&self) -> Vec<Letter> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner).alerts.clone()
    }

    /// All messages of the DLQ.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner).letters.clone()
    }

    /// The alerts that say that the issue of a parked delivery was opened; it may have been opened for another one.
    pub(crate) fn alerts_about(&self, parked: &Entry) -> Vec<Value> {
        let all = self.alerts().into_iter().filter_map(|text| serde_json::from_str(&text).ok());
        let Some(issue) = Cause::of(parked).map(|cause| cause.id().to_string()) else {
            return vec![];
        };
        let about = |facts: &Value| facts["issue"] == *issue && facts["news"] == "opened";
        all.filter(|alert: &Value| about(&alert["metadata"]["additionalContext"])).collect()
    }

    /// The messages of the DLQ about a delivery.
    pub(crate) fn letters_about(&self, delivery: DeliveryId) -> Vec<Letter> {
        let id = delivery.to_string();
        self.letters().into_iter().filter(|letter| letter.body["delivery"] == *id).collect()
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn collect(stack: &Stack, alerts: &str, into: &Mutex<Mail>) -> Result<(), StackError> {
    let dlq = &stack.outputs().dispatch_dlq_url;
    let (alerts, letters) = tokio::try_join!(stack.take(alerts), stack.take(dlq))?;
    let [alerts, letters] = [alerts, letters].map(|messages| {
        let letters = messages.into_iter().map(|message| {
            let text = message.body.unwrap_or_default();
            let body = serde_json::from_str(&text).unwrap_or_default();
            let attributes = message.message_attributes.unwrap_or_default().into_iter();
            let attributes = attributes.map(|(name, a)| (name, a.string_value.unwrap_or_default()));
            Letter { text, body, attributes: attributes.collect() }
        });
        letters.collect::<Vec<_>>()
    });
    let mut mail = into.lock().unwrap_or_else(PoisonError::into_inner);
    mail.letters.extend(letters);
    mail.alerts.extend(alerts);
    Ok(())
}
