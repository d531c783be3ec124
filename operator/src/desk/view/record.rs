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
    /// Its newest deliveries, over all integrations.
    pub deliveries: Vec<Delivery>,
    /// Where older ones begin; nothing where there are none in that time.
    pub cursor: Option<String>,
}

impl View for Life {
    fn text(&self) -> String {
        let mut text: String =
            self.deliveries.iter().map(|one| format!("{}\n", one.text())).collect();
        text.push_str(&match self.deliveries.len() {
            n if self.cursor.is_some() => format!(
                "The newest {} in {}; there are older ones.\n",
                counted(n, "delivery", "deliveries"),
                self.since
            ),
            0 => format!("Nothing happened to {} in {}.\n", self.record, self.since),
            n => format!(
                "{} in {}; older ones were not looked for.\n",
                counted(n, "delivery", "deliveries"),
                self.since
            ),
        });
        // What lies before may matter, so the command is one that looks there.
        if let Some(cursor) = &self.cursor {
            let record = word::option("record", &self.record);
            let more = format!("fairlead deliveries {record} --since {}", self.since);
            text.push_str(&format!("Next: {more} --cursor {cursor}\n"));
        } else if span::parse(&self.since).is_ok_and(|since| since < YEAR) {
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
