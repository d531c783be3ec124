//! Everything that happened to one business record, over all integrations.

use serde::Serialize;

use super::delivery::Delivery;
use crate::cli::View;

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
        if self.deliveries.is_empty() {
            text.push_str(&format!("Nothing happened to {} in {}.\n", self.record, self.since));
            let more = format!("Next: fairlead record {} --since 365d\n", self.record);
            text.push_str(&more);
        }
        text
    }

    fn problem(&self) -> bool {
        self.deliveries.is_empty()
    }
}
