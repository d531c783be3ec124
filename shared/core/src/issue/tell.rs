//! How an issue learns of a parking, and how what it leads to is sent.

use jiff::Timestamp;

use super::{
    Due, Issue, IssueId, Sighting,
    cause::Cause,
    command,
    look::SENDS,
    send::Unsent,
    step::{Input, Step, step},
};
use crate::{
    entry::{Entry, State},
    id::Version,
    integration::Catalog,
    notice::Notice,
    ports::{Issues, PortError, Ports, Saved},
    span::after,
};

/// An issue in an endless change of hands is a fault of ours.
const MOST_TURNS: usize = 32;

/// Tells the issue of a parked delivery that it has one more. Most issues know that already, and nothing is written.
///
/// # Errors
/// When the ledger does not answer. A channel that takes nothing is no error: what it missed stands in the issue.
pub async fn tell<P: Ports>(ports: &P, catalog: &Catalog, entry: &Entry) -> Result<(), PortError> {
    let Some(sighting) = Sighting::of(entry, catalog) else { return Ok(()) };
    let id = sighting.cause.id();
    let mut unsent = Unsent::default();
    unsent.change(ports, &id, Input::Seen(Box::new(sighting))).await?;
    unsent.send(ports, after(ports.now(), SENDS)).await?;
    Ok(())
}

/// A person looks after the issue from now on. Gives what it is now; none when there is no such issue.
///
/// # Errors
/// When the ledger does not answer.
pub async fn acknowledge<I: Issues>(
    issues: &I,
    id: &IssueId,
    by: &str,
    now: Timestamp,
) -> Result<Option<Issue>, PortError> {
    let input = Input::Acknowledged { by: by.to_owned() };
    Ok(settle(issues, id, &input, || now).await?.0)
}

/// Load, decide, save; a lost race begins again.
pub(super) async fn settle<I: Issues>(
    issues: &I,
    id: &IssueId,
    input: &Input,
    now: impl Fn() -> Timestamp,
) -> Result<(Option<Issue>, Vec<Due>), PortError> {
    for _ in 0..MOST_TURNS {
        let found = issues.issue(id).await?;
        let Step { next, send } = step(found.as_ref(), input, now());
        let Some(next) = next else { return Ok((found, send)) };
        let replaces = found.map_or(Version(0), |found| found.version);
        if issues.save_issue(&next, replaces).await? == Saved::Done {
            return Ok((Some(next), send));
        }
    }
    Err(PortError::new("change the issue", "it changed hands too often"))
}

impl Sighting {
    /// What an issue learns of a parked delivery; none of one in any other state.
    pub fn of(entry: &Entry, catalog: &Catalog) -> Option<Self> {
        let State::Parked { since, .. } = entry.life.state else { return None };
        let mut told = entry.clone();
        told.owner.answers = catalog.answers(entry);
        let (cause, notice) = (Cause::of(entry)?, Notice::of(&told)?);
        let commands = command::of(&cause, entry, catalog);
        Some(Self {
            cause,
            at: since,
            destination: Some(entry.destination.clone()),
            delivery: Some(entry.id),
            entry: Some(entry.key.clone()),
            notice,
            // Who answers for it now; an entry knows who did when it was accepted.
            owner: catalog
                .integrations
                .get(&entry.integration)
                .map_or_else(|| entry.owner.clone(), |declared| declared.owner.clone()),
            commands,
        })
    }
}
