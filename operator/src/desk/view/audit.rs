//! Who did what, newest first.

use fairlead_core::{audit::Note, history::one_line};
use jiff::Timestamp;
use serde::Serialize;

use super::table::table;
use crate::cli::View;

/// A page of what operators did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// Newest first.
    pub acts: Vec<Note>,
    /// Since when was looked, where it was said.
    pub since: Option<Timestamp>,
    /// Where the next page begins; `None` when this was the last.
    pub cursor: Option<String>,
    /// The next useful command.
    pub next: String,
}

impl View for Audit {
    fn text(&self) -> String {
        if self.acts.is_empty() {
            return format!("Nobody did anything.\nNext: {}\n", self.next);
        }
        let head = ["WHEN", "WHO", "DID", "ON", "WHY"];
        let rows = self.acts.iter().map(|note| {
            [
                format!("{:.0}", note.at),
                who(&note.by).to_owned(),
                note.did.word().to_owned(),
                one_line(&note.on, 60),
                one_line(&note.reason, 60),
            ]
        });
        format!("{}Next: {}\n", table(head, rows), self.next)
    }
}

/// The name at the end of an ARN: `arn:aws:sts::123456789012:assumed-role/ops/kim` is `ops/kim`.
pub(crate) fn who(arn: &str) -> &str {
    let resource = arn.rsplit(':').next().unwrap_or(arn);
    let kinds = ["assumed-role/", "user/", "role/"];
    kinds.iter().find_map(|kind| resource.strip_prefix(kind)).unwrap_or(resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_shown_by_its_name() {
        assert_eq!(who("arn:aws:sts::123456789012:assumed-role/ops/kim"), "ops/kim");
        assert_eq!(who("arn:aws:iam::123456789012:user/kim"), "kim");
        assert_eq!(who("arn:aws:iam::123456789012:root"), "root");
        assert_eq!(who("kim"), "kim");
    }
}
