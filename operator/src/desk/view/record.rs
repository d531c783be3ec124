//! Everything that happened to one business record, over all integrations.

use std::time::Duration;

use fairlead_core::{span, word};
use serde::Serialize;

use super::{counted, delivery::Delivery};
use crate::cli::View;

/// How far back is looked by the command that looks further.
const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// Everything that happened to one business record, oldest delivery first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Life {
    /// The record's id, as it was asked for.
    pub record: String,
    /// How far back was looked, as it was asked for: `30d`.
    pub since: String,
    /// Its deliveries, over all integrations.
    pub deliveries: Vec<Delivery>,
}

impl View for Life {
    fn text(&self) -> String {
        let mut text: String =
            self.deliveries.iter().map(|one| format!("{}\n", one.text())).collect();
        text.push_str(&match self.deliveries.len() {
            0 => format!("Nothing happened to {} in {}.\n", self.record, self.since),
            n => format!(
                "{} in {}; older ones were not looked for.\n",
                counted(n, "delivery", "deliveries"),
                self.since
            ),
        });
        // What lies before may matter, so the command is one that looks there.
        if span::parse(&self.since).is_ok_and(|since| since < YEAR) {
            let year = span::text(YEAR);
            let more = format!("fairlead record --since {year} {}", word::last(&self.record));
            text.push_str(&format!("Next: {more}\n"));
        }
        text
    }

    fn problem(&self) -> bool {
        self.deliveries.is_empty()
    }
}
