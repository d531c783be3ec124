//! How long waits end: the due index is looked at once a minute, and what is due gets a ticket again.

use crate::{
    decide::Input,
    door,
    drive::{Rules, drive},
    entry::{DUE_SHARDS, due_partition, gate_partition},
    integration::Destination,
    ports::{PortError, Ports},
};

/// The most pages of one partition that one look releases; what remains is released a minute later.
const MOST_PAGES: usize = 20;

/// Releases every delivery whose long wait is over. Safe when two looks overlap, or one stops half-way:
/// each release moves the delivery's next look, and a delivery that has moved on ignores its ticket.
///
/// Gives how many were looked at.
///
/// # Errors
/// When the world did not do its part; the next look takes up what is left.
pub async fn release<P: Ports>(ports: &P, rules: &Rules<'_>) -> Result<usize, PortError> {
    let mut looked = 0;
    for shard in 0..DUE_SHARDS {
        for _ in 0..MOST_PAGES {
            let page = ports.due(&due_partition(shard), ports.now()).await?;
            if page.is_empty() {
                break;
            }
            for key in &page {
                drive(ports, rules, key, Input::Due, 0).await?;
            }
            looked += page.len();
        }
    }
    for destination in rules.catalog.destinations.values() {
        looked += release_held(ports, rules, destination).await?;
    }
    Ok(looked)
}

/// Releases what a destination's gate held back, oldest first and no more than it takes until the next look.
///
/// One query a minute while nothing is held back; while the gate is closed nothing is written.
async fn release_held<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    destination: &Destination,
) -> Result<usize, PortError> {
    let partition = gate_partition(&destination.name);
    let mut released = give_up(ports, rules, destination, &partition).await?;
    let mut page = ports.due(&partition, ports.now()).await?;
    if page.is_empty() {
        return Ok(0);
    }
    let room = released + door::room(ports, destination).await?;
    while released < room && !page.is_empty() {
        page.truncate(room - released);
        for key in &page {
            drive(ports, rules, key, Input::Due, 0).await?;
        }
        released += page.len();
        page = ports.due(&partition, ports.now()).await?;
    }
    Ok(released)
}

/// Lets go of what has waited longer than its integration allows: dispatch will park it, open gate or not.
async fn give_up<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    destination: &Destination,
    partition: &str,
) -> Result<usize, PortError> {
    let integrations = rules.catalog.integrations.values();
    let theirs = integrations.filter(|i| i.destination == destination.name);
    let Some(longest) = theirs.map(|i| i.retry.give_up_after).max() else { return Ok(0) };
    let Ok(begun) = ports.now().checked_sub(longest) else { return Ok(0) };
    let page = ports.due(partition, begun).await?;
    for key in &page {
        drive(ports, rules, key, Input::Due, 0).await?;
    }
    Ok(page.len())
}
