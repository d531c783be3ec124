//! Deliveries of an event that was half taken in, and whose integration the bundle that takes it in again has not.
//!
//! An event of EventBridge stays on its queue until every integration that wants it has its delivery. Whoever dies
//! in between is followed by another who does it all again. But when a bundle without one of the integrations was
//! deployed meanwhile, nobody would send the ticket of that one's delivery.

use crate::{
    decide::Input,
    drive::{Rules, drive_entry},
    id::{EntryKey, Sha256Hex},
    ports::{PortError, Ports},
};

/// Sends what is missing of the deliveries of this payload at `keys`, as when their event comes again; dispatch
/// then parks them, and their owners are told. Keys of integrations that the bundle has are not looked at.
///
/// Gives how many were found.
///
/// # Errors
/// When the world did not do its part; the event then comes again.
pub async fn carry_on<P: Ports>(
    ports: &P,
    rules: &Rules<'_>,
    payload: &Sha256Hex,
    keys: impl IntoIterator<Item = EntryKey>,
) -> Result<usize, PortError> {
    let known = |name: &str| rules.catalog.integrations.keys().any(|k| k.as_str() == name);
    let gone = |key: &EntryKey| key.integration().is_some_and(|name| !known(name));
    let mut found = 0;
    for key in keys.into_iter().filter(gone) {
        let Some(entry) = ports.load(&key).await? else { continue };
        if entry.payload_hash == *payload {
            drive_entry(ports, rules, entry, Input::Submitted, 0).await?;
            found += 1;
        }
    }
    Ok(found)
}
