//! What the one-minute schedule does for issues: counts, updates, escalates, says that it is over, and sends what a
//! dead channel has missed.

use std::time::Duration;

use super::{
    Issue, IssueId, Sighting,
    dlq::{self, Dlq, Dlqs, Known},
    send::Unsent,
    step::Input,
    tell::{settle, tell},
};
use crate::{
    class::Class,
    drive::Rules,
    id::EntryKey,
    owner::Channel,
    ports::{Due, Issues, PortError, Ports},
    span::after,
};

/// What one look has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Issues that were looked at.
    pub issues: usize,
    /// Deliveries that are parked.
    pub parked: u64,
    /// Messages of the dispatch DLQ that were removed, because their deliveries are parked no longer.
    pub removed: u64,
}

/// Where release 0.1.0 kept all parked deliveries.
pub const OLD_PARTITION: &str = "parked";

/// So many places of the index are read for one that is right; at the next look it has caught up.
const MOST_READ: usize = 10;

/// So long after its beginning a look stops looking at DLQs, though at each of them once. The rest of the minute is for
/// messages.
pub const LOOKS: Duration = Duration::from_secs(25);

/// So long after its beginning a look sends its last message, so that the function outlives the wait for a channel.
pub const SENDS: Duration = Duration::from_secs(40);

/// Looks at every open issue and at every DLQ, and only then sends: no channel holds up what an issue is to learn. Safe when two looks overlap, or one stops half-way.
///
/// # Errors
/// The first thing that went wrong, once all the others are done; the next look takes up what is left.
pub async fn look<P: Ports + Dlqs>(ports: &P, rules: &Rules<'_>) -> Result<Looked, PortError> {
    let begun = ports.now();
    let (mut looked, mut crashed, mut wrong) = (Looked::default(), Vec::new(), Vec::new());
    let (mut unsent, mut deaf) = (Unsent::default(), Vec::new());
    let adopted = adopt(ports, rules, &mut wrong).await;
    wrong.extend(adopted.err());
    for issue in all(ports, &mut wrong).await? {
        looked.issues += 1;
        if !issue.deaf.is_empty() {
            unsent.reported.extend(&issue.deaf);
            deaf.push(issue.id.clone());
        }
        if issue.cause.class == Class::Crashed {
            crashed.push(issue);
            continue;
        }
        looked.parked += look_at(ports, rules, &issue, &mut unsent, &mut wrong).await;
    }
    for dlq in Dlq::ALL {
        let known = if dlq == Dlq::Dispatch { looked.parked } else { 0 };
        let known = Known { parked: known, crashed: &crashed, until: after(begun, LOOKS) };
        match dlq::look(ports, rules, dlq, &known, &mut unsent).await {
            Ok(removed) => looked.removed += removed,
            Err(error) => wrong.push(error),
        }
    }
    match unsent.send(ports, after(begun, SENDS)).await {
        Ok(through) => wrong.extend(hear(ports, &deaf, &through).await.err()),
        Err(error) => wrong.push(error),
    }
    wrong.into_iter().next().map_or(Ok(looked), Err)
}

/// Issues that have reported a channel as dead learn that it took a message of any issue; they say so at the next look.
async fn hear<P: Ports>(ports: &P, deaf: &[IssueId], through: &[Channel]) -> Result<(), PortError> {
    for id in deaf.iter().filter(|_| !through.is_empty()) {
        let heard = Input::Heard(through.to_vec());
        settle(ports.issues(), id, &heard, || ports.now()).await?;
    }
    Ok(())
}

/// Every issue that is watched. One that cannot be read, as after a rollback, must not stop the others.
async fn all<P: Ports>(ports: &P, wrong: &mut Vec<PortError>) -> Result<Vec<Issue>, PortError> {
    let mut issues = Vec::new();
    for id in ports.issues().watched().await? {
        match ports.issues().issue(&id).await {
            Ok(issue) => issues.extend(issue),
            Err(error) => wrong.push(error),
        }
    }
    Ok(issues)
}

/// Gives how many of its deliveries are parked.
async fn look_at<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    issue: &Issue,
    unsent: &mut Unsent,
    wrong: &mut Vec<PortError>,
) -> u64 {
    let found = match ports.issues().parked(&issue.id).await {
        Ok(found) => found,
        Err(error) => {
            wrong.push(error);
            return 0;
        }
    };
    // An entry that cannot be read keeps its issue from no escalation and no end.
    let shown = if found.count > 0 { shown(ports, rules, issue).await } else { Ok(None) };
    match shown {
        Ok(Some(sighting)) => {
            let shown = Input::Shown(Box::new(sighting));
            wrong.extend(unsent.change(ports, &issue.id, shown).await.err());
        }
        Ok(None) => {}
        Err(error) => wrong.push(error),
    }
    wrong.extend(unsent.change(ports, &issue.id, Input::Looked(found)).await.err());
    found.count
}

/// What is known now of the delivery that stands for the issue, where that has changed; of the oldest other one, when
/// that one is parked for this cause no longer.
async fn shown<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    issue: &Issue,
) -> Result<Option<Sighting>, PortError> {
    let parked = async |key: &EntryKey| {
        let entry = ports.load(key).await?;
        let sighting = entry.and_then(|entry| Sighting::of(&entry, rules.catalog));
        Ok::<_, PortError>(sighting.filter(|sighting| sighting.cause == issue.cause))
    };
    if let Some(key) = &issue.entry
        && let Some(same) = parked(key).await?
    {
        let is_new = same.notice != issue.notice
            || same.commands != issue.commands
            || same.owner != issue.owner;
        return Ok(is_new.then_some(same));
    }
    // The index may be a moment old, so what it shows is read.
    let page = ports.due(&issue.id.partition(), ports.now(), None).await?;
    for Due { key, .. } in page.iter().take(MOST_READ) {
        if let Some(sighting) = parked(key).await? {
            return Ok(Some(sighting));
        }
    }
    Ok(None)
}

/// Brings deliveries that an older release parked under the issues that they belong to. One that cannot be read keeps
/// none behind it.
async fn adopt<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    wrong: &mut Vec<PortError>,
) -> Result<(), PortError> {
    for due in ports.due(OLD_PARTITION, ports.now(), None).await? {
        wrong.extend(adopt_one(ports, rules, &due.key).await.err());
    }
    Ok(())
}

async fn adopt_one<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    key: &EntryKey,
) -> Result<(), PortError> {
    let Some(mut entry) = ports.load(key).await? else { return Ok(()) };
    tell(ports, rules.catalog, &entry).await?;
    let version = entry.life.version;
    // The version stays: an order to retry that lies on the DLQ names it. A lost race moves the entry as well.
    entry.writer = ports.token();
    ports.save(&entry, version).await?;
    Ok(())
}
