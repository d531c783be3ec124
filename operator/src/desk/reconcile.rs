//! What the ledger says was delivered, compared with what the vendor holds; and what may be mended of that.

mod ask;
mod side;

use std::{io::Write, time::Duration};

use clap::Args;
use fairlead_core::{
    id::{DeliveryId, IntegrationName, VendorId},
    integration::{Destination, Integration},
    reconcile::{Findings, Ours, compare, proven},
    ticket::Act,
};
use jiff::Timestamp;

use super::{
    Desk, DeskError, Filter,
    act::reason,
    bulk::agree,
    filter::since,
    list::back,
    view::{Reconciled, counted},
};
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
    #[arg(long, value_parser = reason)]
    reason: Option<String>,
}

impl Reconcile {
    /// The command that compares the same again, and mends what is safe.
    fn to_apply(&self) -> String {
        let said = Filter { since: self.since, ..Filter::default() }.said();
        format!("fairlead reconcile {}{said} --apply --reason \"...\"", self.integration)
    }
}

/// What both sides say.
#[derive(Clone, Debug, Default)]
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

/// What became of the orders for what is proven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Applied {
    /// So many are resolved.
    pub(crate) resolved: usize,
    /// So many the rules refused: they have moved since they were compared.
    pub(crate) refused: usize,
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
        let (compared, ended) = match &integration.reconcile {
            Some(rule) => (self.compare_list(integration, destination, rule, since).await?, None),
            None => self.compare_each(integration, destination, since).await?,
        };
        let proven = compared.proven.clone();
        let report = |applied| {
            let name = what.integration.clone();
            Reconciled::of(name, since, compared.clone(), applied, what.to_apply())
        };
        let mut applied = Applied::default();
        // What was found until then took long.
        if let Some(why) = ended {
            return ask_over(&mut std::io::stderr(), &report(applied), || Err(why))
                .map(|()| report(applied));
        }
        if let (true, Some(reason)) = (what.apply && !proven.is_empty(), &what.reason) {
            let asked = || agree(options, proven.len());
            ask_over(&mut std::io::stderr(), &report(applied), asked)?;
            let order = async |delivery: &DeliveryId, vendor_id: &VendorId| {
                let act = Act::Resolve { vendor_id: Some(vendor_id.to_string()) };
                self.order(&delivery.to_string(), act, reason, false).await.map(drop)
            };
            resolve(&proven, order, &mut applied).await?;
        }
        Ok(report(applied))
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

/// Shows what was found before it asks about it, so that a no, or nobody to ask, loses nothing.
fn ask_over(
    out: &mut impl Write,
    report: &Reconciled,
    agree: impl FnOnce() -> Result<(), DeskError>,
) -> Result<(), DeskError> {
    // A reader that has gone away is no reason not to go on.
    let _ = out.write_all(report.found().as_bytes());
    agree()
}

/// Orders each, and counts. One that has moved meanwhile says nothing about the others.
async fn resolve(
    proven: &[(DeliveryId, VendorId)],
    order: impl AsyncFn(&DeliveryId, &VendorId) -> Result<(), DeskError>,
    applied: &mut Applied,
) -> Result<(), DeskError> {
    for (delivery, vendor_id) in proven {
        match order(delivery, vendor_id).await {
            Ok(()) => applied.resolved += 1,
            Err(why) if why.exit_code() == 1 => {
                eprintln!("{why}");
                applied.refused += 1;
            }
            Err(failed) => {
                let resolved = counted(applied.resolved, "is", "are");
                eprintln!("{resolved} resolved of {}; the rest was not ordered", proven.len());
                return Err(failed);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use uuid::Uuid;

    use super::*;

    fn proven() -> Vec<(DeliveryId, VendorId)> {
        let one = |n: u128| (DeliveryId(Uuid::from_u128(n)), VendorId::new(format!("INV-{n}")));
        (1..=3).map(one).collect()
    }

    /// What becomes of the orders where the second one ends so; how it ended, the figures, how many were tried.
    fn resolved(second: impl Fn() -> DeskError) -> (Result<(), DeskError>, Applied, usize) {
        let (tried, mut applied) = (RefCell::new(Vec::new()), Applied::default());
        let order = async |delivery: &DeliveryId, _: &VendorId| {
            tried.borrow_mut().push(*delivery);
            if tried.borrow().len() == 2 { Err(second()) } else { Ok(()) }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let ended = runtime.block_on(resolve(&proven(), order, &mut applied));
        (ended, applied, tried.into_inner().len())
    }

    #[test]
    fn what_has_moved_meanwhile_does_not_end_the_others() {
        let (ended, applied, tried) = resolved(|| DeskError::NotParked("x".into(), "resolved"));
        assert!(ended.is_ok());
        assert_eq!((applied, tried), (Applied { resolved: 2, refused: 1 }, 3));
        let (ended, applied, tried) = resolved(|| DeskError::Aws("send the order", "no".into()));
        assert!(ended.is_err(), "what AWS does not do is no refusal");
        assert_eq!((applied, tried), (Applied { resolved: 1, refused: 0 }, 2));
    }

    #[test]
    fn what_was_found_is_shown_before_anybody_is_asked() {
        let compared = Compared { proven: proven(), unclear: 4, ..Compared::default() };
        let name = "deal-won-to-invoice".to_owned();
        let now = Timestamp::UNIX_EPOCH;
        let report = Reconciled::of(name, now, compared, Applied::default(), String::new());
        let mut shown = Vec::new();
        let no = || Err(DeskError::NotAgreed("you did not agree"));
        assert!(ask_over(&mut shown, &report, no).is_err());
        let shown = String::from_utf8(shown).expect("a text");
        assert!(shown.contains("Of 4 the vendor said nothing clear."), "{shown}");
    }

    #[test]
    fn the_command_that_applies_compares_what_was_compared() {
        let mut what = Reconcile {
            integration: "deal-won-to-invoice".to_owned(),
            since: Some(Duration::from_secs(3_600)),
            apply: false,
            reason: None,
        };
        let rest = "--apply --reason \"...\"";
        let wanted = format!("fairlead reconcile deal-won-to-invoice --since 60m {rest}");
        assert_eq!(what.to_apply(), wanted);
        what.since = None;
        assert_eq!(what.to_apply(), format!("fairlead reconcile deal-won-to-invoice {rest}"));
    }
}
