//! What the template sets for each function; the only place that reads environment variables.

use std::time::Duration;

use fairlead_core::{
    integration::Catalog,
    issue::dlq::Dlq,
    stage::{NotAStage, NotDeclared, Stage},
    ticket::Queue,
};

/// Where a deployed bundle's parts are. Each function gets those that it needs.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The ledger's table name.
    pub ledger: String,
    /// URL of the dispatch queue.
    pub dispatch_queue: Option<String>,
    /// URL of the retry queue.
    pub retry_queue: Option<String>,
    /// URL of the alert queue.
    pub alert_queue: Option<String>,
    /// URL of the intake queue.
    pub intake_queue: Option<String>,
    /// URL of the dispatch queue's DLQ.
    pub dispatch_dlq: Option<String>,
    /// URL of the intake queue's DLQ.
    pub intake_dlq: Option<String>,
    /// URL of the retry queue's DLQ.
    pub retry_dlq: Option<String>,
    /// URL of the alert queue's DLQ.
    pub alert_dlq: Option<String>,
    /// The URL that is told of issues, where one is.
    pub alert_webhook: Option<String>,
    /// Where PagerDuty takes events.
    pub pagerduty: Option<String>,
    /// ARN of the topic that owners subscribe to.
    pub alert_topic: Option<String>,
    /// The stack's name, which owners are told.
    pub stack: Option<String>,
    /// Only on the local engine: the loopback URL that stands for every vendor.
    pub local_vendor: Option<String>,
    /// How long dispatch may run; leases and call deadlines follow from it.
    pub dispatch_timeout: Duration,
    /// Which of the destinations' stages is deployed here.
    pub stage: Stage,
}

/// What the template has set wrongly; the function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum EnvError {
    /// A variable is missing.
    #[error("the environment variable {0} is not set; deploy with infra/template.yaml")]
    Missing(&'static str),
    /// `FAIRLEAD_LOCAL_VENDOR` names another machine.
    #[error(
        "FAIRLEAD_LOCAL_VENDOR is \"{0}\"; only a loopback URL such as http://127.0.0.1:4010 is taken"
    )]
    NotLoopback(String),
    /// `FAIRLEAD_DISPATCH_TIMEOUT` is no number of seconds.
    #[error("FAIRLEAD_DISPATCH_TIMEOUT is \"{0}\"; it is a whole number of seconds")]
    NotSeconds(String),
    /// `FAIRLEAD_STAGE` is no stage.
    #[error("FAIRLEAD_STAGE: {0}")]
    NotAStage(#[from] NotAStage),
    /// The bundle was built without this stage.
    #[error("FAIRLEAD_STAGE: {0}")]
    NotDeclared(#[from] NotDeclared),
}

impl Places {
    /// Reads the variables.
    ///
    /// # Errors
    /// When one is missing that every function needs, or one has a wrong form.
    pub fn from_env() -> Result<Self, EnvError> {
        Ok(Self {
            ledger: var("FAIRLEAD_LEDGER").ok_or(EnvError::Missing("FAIRLEAD_LEDGER"))?,
            dispatch_queue: var("FAIRLEAD_DISPATCH_QUEUE"),
            retry_queue: var("FAIRLEAD_RETRY_QUEUE"),
            alert_queue: var("FAIRLEAD_ALERT_QUEUE"),
            intake_queue: var("FAIRLEAD_INTAKE_QUEUE"),
            dispatch_dlq: var("FAIRLEAD_DISPATCH_DLQ"),
            intake_dlq: var("FAIRLEAD_INTAKE_DLQ"),
            retry_dlq: var("FAIRLEAD_RETRY_DLQ"),
            alert_dlq: var("FAIRLEAD_ALERT_DLQ"),
            alert_webhook: var("FAIRLEAD_ALERT_WEBHOOK"),
            pagerduty: var("FAIRLEAD_PAGERDUTY"),
            alert_topic: var("FAIRLEAD_ALERT_TOPIC"),
            stack: var("FAIRLEAD_STACK"),
            local_vendor: var("FAIRLEAD_LOCAL_VENDOR").map(loopback).transpose()?,
            dispatch_timeout: seconds(var("FAIRLEAD_DISPATCH_TIMEOUT"))?,
            stage: stage(var("FAIRLEAD_STAGE"))?,
        })
    }

    /// As much as the desk needs to ask vendors, from the stack's own parameters.
    ///
    /// # Errors
    /// When one of them has a wrong form.
    pub fn of_stack(ledger: &str, stage: &str, local_vendor: &str) -> Result<Self, EnvError> {
        let local = Some(local_vendor.to_owned()).filter(|url| !url.is_empty());
        Ok(Self {
            ledger: ledger.to_owned(),
            local_vendor: local.map(loopback).transpose()?,
            dispatch_timeout: seconds(None)?,
            stage: stage.parse()?,
            ..Self::default()
        })
    }

    /// The catalog of this stage. Called once, while starting: what it makes stays for good.
    ///
    /// # Errors
    /// When the bundle was built without this stage.
    pub fn catalog(&self, all: &'static Catalog) -> Result<&'static Catalog, EnvError> {
        match self.stage {
            Stage::Prod => Ok(all),
            stage => Ok(Box::leak(Box::new(all.in_stage(stage)?))),
        }
    }

    /// The queue's URL, where this function may send to it.
    pub fn url(&self, queue: Queue) -> Option<&str> {
        match queue {
            Queue::Dispatch => self.dispatch_queue.as_deref(),
            Queue::Retry => self.retry_queue.as_deref(),
            Queue::Alert => self.alert_queue.as_deref(),
            Queue::Dlq => self.dispatch_dlq.as_deref(),
            Queue::Intake => self.intake_queue.as_deref(),
        }
    }
}

impl Places {
    /// The DLQ's URL, where this function may look at it.
    pub fn dlq(&self, dlq: Dlq) -> Option<&str> {
        match dlq {
            Dlq::Intake => self.intake_dlq.as_deref(),
            Dlq::Dispatch => self.dispatch_dlq.as_deref(),
            Dlq::Retry => self.retry_dlq.as_deref(),
            Dlq::Alert => self.alert_dlq.as_deref(),
        }
    }
}

fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn loopback(url: String) -> Result<String, EnvError> {
    let host = url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
    match host.as_deref() {
        Some("127.0.0.1" | "localhost" | "[::1]") => Ok(url.trim_end_matches('/').to_owned()),
        _ => Err(EnvError::NotLoopback(url)),
    }
}

/// A function that asks no destination has no such variable.
fn stage(value: Option<String>) -> Result<Stage, NotAStage> {
    value.map_or(Ok(Stage::Prod), |text| text.parse())
}

/// A function that makes no calls has no such variable, and no use for the value.
fn seconds(value: Option<String>) -> Result<Duration, EnvError> {
    let Some(text) = value else { return Ok(Duration::from_secs(30)) };
    text.parse().map(Duration::from_secs).map_err(|_| EnvError::NotSeconds(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_stands_for_a_vendor() {
        for good in ["http://127.0.0.1:4010", "http://localhost:1/", "http://[::1]:80"] {
            assert!(loopback(good.to_owned()).is_ok(), "{good}");
        }
        for bad in [
            "http://10.0.0.1",
            "https://example.com",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com",
            "x",
        ] {
            assert!(loopback(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
