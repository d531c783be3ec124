//! What the ledger says was delivered, compared with what the vendor holds; and what may be mended of that.

mod ask;
mod side;

use std::time::Duration;

use clap::Args;
use fairlead_core::{
    id::{DeliveryId, IntegrationName, VendorId},
    integration::{Destination, Integration},
    reconcile::{Findings, Ours, compare, proven},
    ticket::Act,
};
use jiff::Timestamp;

use super::{Desk, DeskError, bulk::agree, filter::since, list::back, view::Reconciled};
use crate::cli::Options;

/// How far back is compared where nothing is said.
const SINCE: Duration = Duration::from_secs(7 * 86_400);

/// What is compared.
#[derive(Debug, Args)]
pub struct Reconcile {
    /// The integration's name.
    integration: String,
    /// What was sent since: 15m, 24h, 30d; where nothing is said, 7d.
    #[arg(long, value_parser = since)]
    since: Option<Duration>,
    /// Resolve what is in doubt and has surely taken effect, under the vendor's id. Nothing else is changed.
    #[arg(long, requires = "reason")]
    apply: bool,
    /// Why; stands in the history of each delivery.
    #[arg(long)]
    reason: Option<String>,
}

/// What both sides say.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// What differs.
    pub(crate) findings: Findings,
    /// What is in doubt and has surely taken effect: a person may say so, because the vendor has.
    pub(crate) proven: Vec<(DeliveryId, VendorId)>,
    /// Of what was accepted before, only what the audit names was looked at.
    pub(crate) looked_back_to: Option<Timestamp>,
    /// So many deliveries the vendor has said nothing clear about.
    pub(crate) unclear: usize,
    /// The vendor was asked for each delivery, so what nobody knows was not looked for.
    pub(crate) one_by_one: bool,
}

impl Desk {
    /// Compares, and with `--apply` mends what is safe.
    ///
    /// # Errors
    /// When the integration cannot be compared, the vendor does not answer, or AWS does not do its part.
    pub async fn reconcile(
        &self,
        what: &Reconcile,
        options: &Options,
    ) -> Result<Reconciled, DeskError> {
        let since = back(Timestamp::now(), what.since, SINCE);
        let name = IntegrationName::new(&what.integration);
        let (integration, destination) = self.declared(&name)?;
        self.gate_is_open(destination).await?;
        let compared = match &integration.reconcile {
            Some(rule) => self.compare_list(integration, destination, rule, since).await?,
            None => self.compare_each(integration, destination, since).await?,
        };
        let mut resolved = 0;
        if let (true, Some(reason)) = (what.apply && !compared.proven.is_empty(), &what.reason) {
            agree(options, compared.proven.len())?;
            for (delivery, vendor_id) in &compared.proven {
                let act = Act::Resolve { vendor_id: Some(vendor_id.to_string()) };
                self.order(&delivery.to_string(), act, reason, false).await?;
                resolved += 1;
            }
        }
        Ok(Reconciled::of(what.integration.clone(), since, compared, resolved))
    }

    fn declared(
        &self,
        name: &IntegrationName,
    ) -> Result<(&'static Integration, &'static Destination), DeskError> {
        let catalog = self.catalog()?;
        catalog.find(name).ok_or_else(|| {
            let names: Vec<_> = catalog.integrations.keys().map(IntegrationName::as_str).collect();
            DeskError::NoIntegration(name.to_string(), names.join(", "))
        })
    }
}

/// Compares with the list, once both sides are read.
fn compared(ours: &[Ours], list: &side::Listed<'_>) -> Compared {
    let findings = compare(ours, &list.items, list.rule.status.as_ref());
    Compared { proven: proven(ours, &findings), findings, ..Compared::default() }
}
