//! Every destination that a bundle of this stack has ever named: what a gate has held back may lie under any of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    id::{DestinationName, Version},
    integration::Catalog,
    ports::{Gates, PortError},
};

/// One small item of the ledger. Names are only ever added: each costs one query a minute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Roll {
    /// Counts the writes; 0 while there is no item.
    pub version: Version,
    /// The names.
    pub names: BTreeSet<DestinationName>,
}

/// The destinations of earlier bundles that this one does not name. Those that it names are written down first.
///
/// # Errors
/// When the ledger does not answer.
pub async fn former<G: Gates>(
    gates: &G,
    catalog: &Catalog,
) -> Result<Vec<DestinationName>, PortError> {
    let mut roll = gates.roll().await?.unwrap_or_default();
    let now: BTreeSet<DestinationName> = catalog.destinations.keys().cloned().collect();
    let former = roll.names.difference(&now).cloned().collect();
    if !roll.names.is_superset(&now) {
        let replaces = roll.version;
        roll.version = replaces.next();
        roll.names.extend(now);
        // A lost race was won by another look, which has written the same; else the next look does.
        gates.save_roll(&roll, replaces).await?;
    }
    Ok(former)
}
