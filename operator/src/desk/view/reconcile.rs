//! What the ledger and a vendor do not agree on.

use fairlead_core::{history::one_line, reconcile::Findings};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::table::table;
use crate::{cli::View, desk::reconcile::Compared};

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
    /// So many deliveries the vendor has said nothing clear about.
    pub unclear: usize,
    /// The vendor was asked for each delivery, so what the ledger does not know was not looked for.
    pub one_by_one: bool,
    /// So many were in doubt and are resolved now.
    pub resolved: usize,
    /// The next useful command.
    pub next: String,
}

impl Reconciled {
    pub(crate) fn of(
        integration: String,
        since: Timestamp,
        compared: Compared,
        resolved: usize,
    ) -> Self {
        let Compared { findings, proven, unclear, one_by_one } = compared;
        let concerned = findings.deliveries();
        let next = match (proven.len() > resolved, concerned.first()) {
            (true, _) => {
                format!("fairlead reconcile {integration} --apply --reason \"...\"")
            }
            (false, Some(first)) => format!("fairlead deliveries show {first}"),
            (false, None) => "fairlead status".to_owned(),
        };
        Self { integration, since, findings, unclear, one_by_one, resolved, next }
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
        if self.one_by_one {
            text.push_str("The vendor was asked for each delivery; what it has beyond them was not looked for.\n");
        }
        if self.unclear > 0 {
            text.push_str(&format!("Of {} the vendor said nothing clear.\n", self.unclear));
        }
        if self.resolved > 0 {
            text.push_str(&format!("{} were in doubt and are resolved now.\n", self.resolved));
        }
        text.push_str(&format!("Next: {}\n", self.next));
        text
    }

    fn problem(&self) -> bool {
        !self.findings.is_empty() || self.unclear > 0
    }
}
