//! How a request is made after acceptance: what it needs is looked up, it is made once, and the delivery goes on.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    accept::refusal,
    crosswalk::Crosswalk,
    decide::Input,
    drive::{Rules, drive_entry},
    entry::{Carries, Entry},
    id::{DestinationName, EntryKey, VendorId},
    integration::Integration,
    ports::{PortError, Ports},
    record::RecordName,
    rendered::Rendered,
    request::Request,
    violation::Violation,
};

/// Something that a request needs from the crosswalk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The name under which the request calls it.
    pub name: String,
    /// The record whose vendor id it is.
    pub record: RecordName,
    /// How long a delivery waits for it.
    pub wait: Duration,
}

/// What the crosswalk knows of all that a request needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The vendor ids, by the names under which the request calls them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<String, VendorId>,
    /// The record's own vendor id, where the integration updates what it has created.
    #[serde(default, rename = "vendor_id", skip_serializing_if = "Option::is_none")]
    pub own: Option<VendorId>,
}

/// What came of looking it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookedUp {
    /// Everything is known.
    Found(Found),
    /// This is not.
    Missing(Need),
}

/// What can make requests from events. validate alone has one.
pub trait Renders {
    /// What the entry's request needs.
    ///
    /// # Errors
    /// When the event does not fit its contract.
    fn needs(&self, entry: &Entry) -> Result<Vec<Need>, Vec<Violation>>;

    /// The entry's request, and which of the integration's requests it is.
    ///
    /// # Errors
    /// When the event does not fit its contract.
    fn render(&self, entry: &Entry, found: &Found) -> Result<(Carries, Request), Vec<Violation>>;
}

/// Looks up what a request needs; nothing is read where nothing is needed.
///
/// # Errors
/// When the ledger does not answer.
pub async fn look_up<C: Crosswalk>(
    crosswalk: &C,
    at: &DestinationName,
    needs: Vec<Need>,
    own: Option<&RecordName>,
) -> Result<LookedUp, PortError> {
    let mut found = Found::default();
    for need in needs {
        match crosswalk.vendor_id(at, &need.record).await? {
            Some(vendor_id) => found.needs.insert(need.name, vendor_id),
            None => return Ok(LookedUp::Missing(need)),
        };
    }
    if let Some(own) = own {
        found.own = crosswalk.vendor_id(at, own).await?;
    }
    Ok(LookedUp::Found(found))
}

/// Makes the request of the delivery at `key`, if it lacks one or has one too many, and drives it on.
///
/// # Errors
/// When the world did not do its part; the caller must then keep its ticket.
pub async fn render<P: Ports, R: Renders + ?Sized>(
    ports: &P,
    rules: &Rules<'_>,
    renders: &R,
    key: &EntryKey,
    hops: u8,
) -> Result<(), PortError> {
    let Some(entry) = ports.load(key).await? else { return Ok(()) };
    let input = match rules.catalog.integrations.get(&entry.integration) {
        None => Input::Picked,
        Some(integration) => {
            made(ports, integration, renders, &entry).await?.map_or(Input::Due, Input::Rendered)
        }
    };
    drive_entry(ports, rules, entry, input, hops).await
}

/// `None`: its bytes are made, and they do not change.
async fn made<P: Ports, R: Renders + ?Sized>(
    ports: &P,
    integration: &Integration,
    renders: &R,
    entry: &Entry,
) -> Result<Option<Rendered>, PortError> {
    let (lacks, creates) =
        (entry.life.carries == Carries::Nothing, integration.creates(entry.life.carries));
    if entry.life.state.is_over() || !(lacks || creates) {
        return Ok(None);
    }
    let needs = match renders.needs(entry) {
        Ok(needs) => needs,
        Err(violations) => return Ok(Some(refused(&violations))),
    };
    let own = integration.update.as_ref().map(|_| entry.record.name());
    let found = match look_up(ports, &entry.destination, needs, own.as_ref()).await? {
        LookedUp::Found(found) => found,
        LookedUp::Missing(Need { record, wait, .. }) => {
            return Ok(Some(Rendered::Missing { record, wait }));
        }
    };
    if creates && found.own.is_none() {
        return Ok(None);
    }
    Ok(Some(match renders.render(entry, &found) {
        Ok((carries, request)) => {
            Rendered::Made { carries, request, config: integration.hash.clone() }
        }
        Err(violations) => refused(&violations),
    }))
}

fn refused(violations: &[Violation]) -> Rendered {
    let (class, detail) = refusal(violations);
    Rendered::Refused { class, detail }
}
