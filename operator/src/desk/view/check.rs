//! What a check of the deployed stack found.

use serde::Serialize;

use super::table::counted;
use crate::cli::View;

/// Everything that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// In the order in which they were made.
    pub checks: Vec<Check>,
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What: `secret fairlead/finance-api`.
    pub of: String,
    /// How it is.
    pub found: Found,
    /// What is so, or what is wrong.
    pub said: String,
    /// What mends it.
    pub mend: Option<String>,
}

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// It could not be looked at: your credentials may not, or this endpoint does not know it.
    Unseen,
}

impl Check {
    /// As it should be.
    pub fn good(of: impl Into<String>, said: impl Into<String>) -> Self {
        Self { of: of.into(), found: Found::Good, said: said.into(), mend: None }
    }

    /// Not as it should be; `mend` is the command or the act that mends it.
    pub fn bad(of: impl Into<String>, said: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { of: of.into(), found: Found::Bad, said: said.into(), mend: Some(mend.into()) }
    }

    /// It could not be looked at.
    pub fn unseen(of: impl Into<String>, said: impl Into<String>) -> Self {
        Self { of: of.into(), found: Found::Unseen, said: said.into(), mend: None }
    }
}

impl View for Checks {
    fn text(&self) -> String {
        let mut text = String::new();
        for check in &self.checks {
            let mark = match check.found {
                Found::Good => "ok",
                Found::Bad => "BAD",
                Found::Unseen => "?",
            };
            text.push_str(&format!("{mark:<4}{}: {}\n", check.of, check.said));
            check.mend.iter().for_each(|mend| text.push_str(&format!("      mend: {mend}\n")));
        }
        let bad = self.checks.iter().filter(|check| check.found == Found::Bad).count();
        text.push_str(&match bad {
            0 => "Everything that could be looked at is as it should be.\n".to_owned(),
            _ => format!("{} to be mended.\n", counted(bad, "thing is", "things are")),
        });
        text.push_str("Next: fairlead status\n");
        text
    }

    fn problem(&self) -> bool {
        self.checks.iter().any(|check| check.found == Found::Bad)
    }
}
