//! What the ledger says was delivered, compared with what the vendor holds; and what may be mended of that.

mod ask;
mod side;

use std::time::Duration;

use clap::Args;
use fairlead_core::{
    id::{DeliveryId, IntegrationName},
    integration::{Destination, Integration},
    reconcile::{Differing, Findings, compare},
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
    /// Resolve what is in doubt and stands at the vendor, under the vendor's id. Nothing else is changed.
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
        let doubtful = doubtful(&compared.findings);
        let mut resolved = 0;
        if let (true, Some(reason)) = (what.apply && !doubtful.is_empty(), &what.reason) {
            agree(options, doubtful.len())?;
            for (delivery, vendor_id) in &doubtful {
                let act = Act::Resolve { vendor_id: Some(vendor_id.clone()) };
                self.order(&delivery.to_string(), act, reason, false).await?;
                resolved += 1;
            }
        }
        Ok(Reconciled::of(what.integration.clone(), since, compared, doubtful.len(), resolved))
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

/// What is parked in doubt and stands at the vendor once: a person may say so, because the vendor has.
fn doubtful(findings: &Findings) -> Vec<(DeliveryId, String)> {
    let twice = |delivery| findings.extra.iter().any(|extra| extra.twice == Some(delivery));
    let doubt = |found: &&Differing| found.field == "state" && found.ours == "parked: in_doubt";
    let found = findings.differing.iter().filter(doubt).filter(|found| !twice(found.delivery));
    found.map(|found| (found.delivery, found.vendor_id.to_string())).collect()
}

/// Compares with the list, once both sides are read.
fn compared(ours: &[fairlead_core::reconcile::Ours], list: &side::Listed<'_>) -> Compared {
    let findings = compare(ours, &list.items, list.rule.status.as_ref());
    Compared { findings, unclear: 0, one_by_one: false }
}

#[cfg(test)]
mod tests {
    use fairlead_core::{id::VendorId, reconcile::Extra};
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;

    fn state(n: u128, ours: &str) -> Differing {
        Differing {
            delivery: DeliveryId(Uuid::from_u128(n)),
            record: format!("deal D-{n}"),
            vendor_id: VendorId::new(format!("INV-{n}")),
            field: "state".to_owned(),
            ours: ours.into(),
            theirs: Value::from("held"),
        }
    }

    #[test]
    fn only_what_is_in_doubt_and_stands_there_once_is_resolved() {
        let differing = vec![
            state(1, "parked: in_doubt"),
            state(2, "parked: in_doubt"),
            state(3, "parked: rejected"),
            Differing { field: "amount".to_owned(), ..state(4, "parked: in_doubt") },
        ];
        let twice = Some(DeliveryId(Uuid::from_u128(2)));
        let extra = vec![Extra { vendor_id: VendorId::new("INV-9"), name: None, twice }];
        let findings = Findings { differing, extra, ..Findings::default() };
        let found = [(DeliveryId(Uuid::from_u128(1)), "INV-1".to_owned())];
        assert_eq!(doubtful(&findings), found);
    }
}
