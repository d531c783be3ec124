//! `doctor`: whether the deployed stack is whole, and what mends it where it is not.

use fairlead_aws::{ran::Stretch, work::From};
use fairlead_core::{gate::Gate, id::DestinationName};
use jiff::Timestamp;

mod alarm;
mod caller;
mod secret;
mod source;
mod topic;

use super::{
    Desk, DeskError,
    signed::Said,
    view::{Check, Checks, table::counted},
};

impl Desk {
    /// Whether everything that the bundle needs is there.
    ///
    /// # Errors
    /// When AWS does not answer at all; what it refuses is a finding.
    pub async fn doctor(&self) -> Result<Checks, DeskError> {
        let mut checks = vec![Check::good("stack", format!("{} answers", self.stack))];
        checks.push(Check::good("you", self.caller().await?));
        checks.push(caller::clock(&self.config).await);
        checks.extend(self.ledger_answers().await);
        match self.catalog() {
            Ok(catalog) => checks.extend(secret::look(&self.config, catalog).await),
            Err(why) => checks.push(Check::bad("stage", why.to_string(), "sam deploy")),
        }
        checks.push(topic::look(&self.config, &self.outputs.alert_topic_arn).await);
        checks.extend(source::look(&self.config, &self.outputs).await);
        checks.push(alarm::look(&self.config, &self.stack).await);
        checks.extend(self.dlqs_are_empty().await);
        checks.extend(self.gates().await?.iter().filter_map(|(name, gate)| paused(name, gate)));
        Ok(Checks { checks })
    }

    /// Whether every secret that the bundle names is there. Values are looked at and never shown.
    ///
    /// # Errors
    /// When the stack's stage is not in the bundle; what AWS refuses is a finding.
    pub async fn secrets(&self) -> Result<Checks, DeskError> {
        Ok(Checks { checks: secret::look(&self.config, self.catalog()?).await })
    }

    /// Both indexes and the table, with the operator's own permissions.
    async fn ledger_answers(&self) -> Vec<Check> {
        let now = Timestamp::now();
        let ran = self.ledger.latest(Stretch::between(now, now), 1).await.map(drop);
        let work = self.ledger.all_parked(From::Oldest, 1).await.map(drop);
        let of = |name: &str| format!("ledger {}, {name}", self.outputs.ledger);
        [("index ran", ran), ("index work", work)]
            .map(|(name, answer)| match answer {
                Ok(()) => Check::good(of(name), "can be read"),
                Err(error) => {
                    let mend = "let this identity do dynamodb:Query and dynamodb:GetItem on it";
                    Check::bad(of(name), error.to_string(), mend)
                }
            })
            .into()
    }

    async fn dlqs_are_empty(&self) -> Vec<Check> {
        let letters = match self.dlq().await {
            Ok(letters) => letters,
            Err(error) => return vec![Check::unseen("DLQs", error.to_string())],
        };
        let check = |dlq: super::view::Dlq| match dlq.about {
            0 => Check::good(format!("DLQ {}", dlq.queue), "is empty"),
            n => Check::bad(
                format!("DLQ {}", dlq.queue),
                counted(n, "message lies on it", "messages lie on it"),
                "fairlead dlq",
            ),
        };
        letters.queues.into_iter().map(check).collect()
    }
}

/// A gate that somebody, or a refused credential, has closed stays closed until somebody opens it.
fn paused(name: &DestinationName, gate: &Gate) -> Option<Check> {
    let pause = gate.pause.as_ref()?;
    let said = format!("is paused since {:.0} by {}: {}", pause.since, pause.by, pause.reason);
    let mend = format!("once the reason is gone: fairlead resume {name}");
    Some(Check::bad(format!("destination {name}"), said, mend))
}
