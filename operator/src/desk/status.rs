//! How every integration stands: a bounded number of keys, and the states of the newest.

use std::{collections::BTreeMap, time::Duration};

use fairlead_aws::work::From;
use fairlead_core::{
    class::Class,
    gate::Gate,
    id::{DestinationName, EntryKey},
    issue::{Issue, Phase},
    ports::Gates,
};
use jiff::Timestamp;

use super::{
    Desk, DeskError,
    list::{back, stretch, waiting_partitions},
    view::{Facts, Status},
};

/// So many keys are counted of what ran and of each partition of what needs work.
const MOST_COUNTED: usize = 20_000;

/// So many deliveries' states are read, the newest: short waits stand in no index.
const MOST_READ: usize = 500;

/// Since when what is done is counted, where nothing is said.
const STATUS_SINCE: Duration = Duration::from_secs(86_400);

impl Desk {
    /// How every integration stands.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn status(&self, since: Option<Duration>) -> Result<Status, DeskError> {
        let now = Timestamp::now();
        let ran = stretch(now, since, STATUS_SINCE);
        let ran = self.ledger.latest(ran, MOST_COUNTED).await?;
        let parked = self.ledger.all_parked(From::Oldest, MOST_COUNTED).await?;
        let (waiting, more) = self.counted_waiting(now).await?;
        // After the index: what was retried in between has then moved on, and is not taken for untold.
        let newest: Vec<EntryKey> = ran.iter().take(MOST_READ).map(|ran| ran.key.clone()).collect();
        let states = self.ledger.states(&newest).await?;
        let facts = Facts {
            since: back(now, since, STATUS_SINCE),
            now,
            bounded: ran.len() == MOST_COUNTED || parked.more || more,
            unread: ran.len() - newest.len(),
            ran: ran.into_iter().map(|ran| (ran.id.accepted_at(), ran.key)).collect(),
            states: states.into_iter().collect(),
            waiting,
            parked: parked.places.into_iter().map(|place| (place.at, place.key)).collect(),
            gates: self.gates().await?,
            alert_dlq: self.alert_dlq().await.ok(),
            crashed: self.crashed().await?,
        };
        Ok(Status::of(&facts, fairlead_catalog::catalog()))
    }

    /// How many issues about crashed tickets are not over.
    async fn crashed(&self) -> Result<usize, DeskError> {
        let issues = self.ledger.issues_beginning("").await?;
        let crashed = |issue: &&Issue| issue.cause.class == Class::Crashed;
        let open = |issue: &&Issue| !matches!(issue.phase, Phase::Resolved { .. });
        Ok(issues.iter().filter(crashed).filter(open).count())
    }

    /// The gates that were ever written.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn gates(&self) -> Result<BTreeMap<DestinationName, Gate>, DeskError> {
        let mut gates = BTreeMap::new();
        for name in fairlead_catalog::catalog().destinations.keys() {
            gates.extend(self.ledger.gate(name).await?.map(|gate| (name.clone(), gate)));
        }
        Ok(gates)
    }

    /// What the index holds of what waits, and since when; the index itself knows only when it is looked at next.
    async fn counted_waiting(
        &self,
        now: Timestamp,
    ) -> Result<(Vec<(Timestamp, EntryKey)>, bool), DeskError> {
        let (mut keys, mut more) = (Vec::new(), false);
        for partition in waiting_partitions() {
            let page = self.ledger.places(&partition, From::Oldest, None, MOST_COUNTED).await?;
            more |= page.more;
            keys.extend(page.places.into_iter().map(|place| place.key));
        }
        let first = &keys[..keys.len().min(MOST_READ)];
        let entries = self.ledger.load_all(first).await?;
        let known: BTreeMap<EntryKey, Timestamp> =
            entries.into_iter().map(|entry| (entry.key, entry.id.accepted_at())).collect();
        let since = |key: &EntryKey| known.get(key).copied().unwrap_or(now);
        Ok((keys.into_iter().map(|key| (since(&key), key)).collect(), more))
    }
}
