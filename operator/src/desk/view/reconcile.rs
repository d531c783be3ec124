//! What the ledger and a vendor do not agree on.

use fairlead_core::{history::one_line, reconcile::Findings};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::table::{counted, table};
use crate::{
    cli::View,
    desk::reconcile::{Applied, Compared},
};

/// What the ledger and a vendor do not agree on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// The integration.
    pub integration: String,
    /// What was sent since then was compared.
    pub since: Timestamp,
    /// What differs.
    #[serde(flatten)]
    pub findings: Findings,
    /// Of what was accepted before, only what the audit names was looked at.
    pub looked_back_to: Option<Timestamp>,
    /// So many deliveries the vendor has said nothing clear about.
    pub unclear: usize,
    /// The vendor was asked for each delivery, so what the ledger does not know was not looked for.
    pub one_by_one: bool,
    /// So many were in doubt and are resolved now.
    pub resolved: usize,
    /// So many were in doubt and could not be resolved, because they have moved since they were compared.
    pub refused: usize,
    /// The next useful command.
    pub next: String,
}

impl Reconciled {
    pub(crate) fn of(
        integration: String,
        since: Timestamp,
        compared: Compared,
        applied: Applied,
        to_apply: String,
    ) -> Self {
        let Applied { resolved, refused } = applied;
        let Compared { findings, proven, looked_back_to, unclear, one_by_one } = compared;
        let concerned = findings.deliveries();
        let next = match (proven.len() > resolved, concerned.first()) {
            (true, _) => to_apply,
            (false, Some(first)) => format!("fairlead deliveries show {first}"),
            (false, None) => "fairlead status".to_owned(),
        };
        Self {
            integration,
            since,
            findings,
            looked_back_to,
            unclear,
            one_by_one,
            resolved,
            refused,
            next,
        }
    }

    fn rows(&self) -> Vec<[String; 4]> {
        let missing = self.findings.missing.iter().map(|found| {
            let was = found.vendor_id.as_ref().map_or("", |id| id.as_str());
            let what = "delivered, and the vendor does not have it".to_owned();
            ["missing".to_owned(), found.record.clone(), was.to_owned(), what]
        });
        let differing = self.findings.differing.iter().map(|found| {
            let what = format!(
                "{}: {} here, {} there",
                found.field,
                plain(&found.ours),
                plain(&found.theirs)
            );
            ["differing".to_owned(), found.record.clone(), found.vendor_id.to_string(), what]
        });
        let extra = self.findings.extra.iter().map(|found| {
            let what = match &found.twice {
                Some(delivery) => format!("the vendor has delivery {delivery} twice"),
                None => "no delivery is known for it".to_owned(),
            };
            let name = found.name.clone().unwrap_or_default();
            ["extra".to_owned(), name, found.vendor_id.to_string(), what]
        });
        let rows = missing.chain(differing).chain(extra);
        rows.map(|row| row.map(|cell| one_line(&cell, 80))).collect()
    }

    /// What both sides say, as people read it.
    pub(crate) fn found(&self) -> String {
        let Findings { compared, missing, extra, differing } = &self.findings;
        let mut text = String::new();
        if !self.findings.is_empty() {
            text.push_str(&table(["FOUND", "RECORD", "VENDOR ID", "WHAT"], self.rows()));
        }
        text.push_str(&format!(
            "{}: {compared} compared since {:.0}; {} missing, {} extra, {} differing.\n",
            self.integration,
            self.since,
            missing.len(),
            extra.len(),
            differing.len(),
        ));
        let strange = extra.iter().any(|found| found.twice.is_none());
        if let Some(at) = self.looked_back_to.filter(|_| strange) {
            text.push_str(&format!(
                "Of deliveries accepted before {at:.0}, only those were looked at that the audit names; \
                 what a retry of many or a redrive has sent may be one of the others. --since looks further back.\n"
            ));
        }
        if self.one_by_one {
            text.push_str("The vendor was asked for each delivery; what it has beyond them was not looked for.\n");
        }
        if self.unclear > 0 {
            text.push_str(&format!("Of {} the vendor said nothing clear.\n", self.unclear));
        }
        text
    }
}

/// A value as people write it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl View for Reconciled {
    fn text(&self) -> String {
        let mut text = self.found();
        if self.resolved > 0 {
            text.push_str(&format!("{} were in doubt and are resolved now.\n", self.resolved));
        }
        if self.refused > 0 {
            let refused = counted(self.refused, "was", "were");
            text.push_str(&format!(
                "{refused} refused: what has moved since it was compared is left as it is.\n"
            ));
        }
        text.push_str(&format!("Next: {}\n", self.next));
        text
    }

    fn problem(&self) -> bool {
        !self.findings.is_empty() || self.unclear > 0 || self.refused > 0
    }
}

#[cfg(test)]
mod tests {
    use fairlead_core::{
        id::{DeliveryId, VendorId},
        reconcile::Extra,
    };
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_called_extra_says_how_far_back_deliveries_were_looked_at() {
        let since = "2026-03-02T12:00:00Z".parse().expect("a time");
        let extra = |twice| Extra { vendor_id: VendorId::new("INV-9"), name: None, twice };
        let said = |extra| {
            let findings = Findings { extra, ..Findings::default() };
            let compared =
                Compared { findings, looked_back_to: Some(since), ..Compared::default() };
            let (name, applied) = ("deal-won-to-invoice".to_owned(), Applied::default());
            Reconciled::of(name, since, compared, applied, String::new()).text()
        };
        let line = "Of deliveries accepted before 2026-03-02T12:00:00Z, only those were looked at";
        assert!(said(vec![extra(None)]).contains(line));
        assert!(!said(vec![]).contains(line));
    }

    #[test]
    fn what_has_moved_meanwhile_is_counted_and_is_a_problem() {
        let since = "2026-03-02T12:00:00Z".parse().expect("a time");
        let one = (DeliveryId(Uuid::from_u128(7)), VendorId::new("INV-7"));
        let ended = |refused| {
            let compared = Compared { proven: vec![one.clone()], ..Compared::default() };
            let applied = Applied { resolved: 1 - refused, refused };
            let (name, again) = ("deal-won-to-invoice".to_owned(), "once more".to_owned());
            Reconciled::of(name, since, compared, applied, again)
        };
        let (good, moved) = (ended(0), ended(1));
        assert_eq!((good.problem(), moved.problem()), (false, true));
        assert!(good.text().ends_with("Next: fairlead status\n"), "{}", good.text());
        let said = "1 was refused: what has moved since it was compared is left as it is.\n\
                    Next: once more\n";
        assert!(moved.text().ends_with(said), "{}", moved.text());
    }
}
