//! How long waits end: the due index is looked at once a minute, and what is due gets a ticket again.

use crate::{
    decide::Input,
    drive::{Rules, drive},
    entry::{DUE_SHARDS, due_partition},
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
    Ok(looked)
}
