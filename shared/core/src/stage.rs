//! Where a bundle is deployed: production, or one of the places before it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A stage. Destinations may differ from one to the next; everything else is the same.
///
/// The words are fixed, so that a slip fails the deployment and does not choose another vendor.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Where integrations are written.
    Dev,
    /// Where they are tried.
    Test,
    /// The last look before production.
    Staging,
    /// Where the business runs; what a destination itself says.
    #[default]
    Prod,
}

/// Why a text is no stage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no stage; it is one of dev, test, staging and prod")]
pub struct NotAStage(pub String);

/// Why a bundle cannot run in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no destination says what it is in stage {0}; add stages: {{{0}: ...}} in destinations.yaml, or deploy with Stage=prod"
)]
pub struct NotDeclared(pub Stage);

impl Stage {
    /// All stages, production last.
    pub const ALL: [Self; 4] = [Self::Dev, Self::Test, Self::Staging, Self::Prod];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Test => "test",
            Self::Staging => "staging",
            Self::Prod => "prod",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Stage {
    type Err = NotAStage;

    fn from_str(text: &str) -> Result<Self, NotAStage> {
        let found = Self::ALL.into_iter().find(|stage| stage.as_str() == text);
        found.ok_or_else(|| NotAStage(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_read_as_it_is_written_and_a_slip_is_none() {
        for stage in Stage::ALL {
            assert_eq!(stage.as_str().parse(), Ok(stage));
            assert_eq!(serde_json::to_value(stage).expect("JSON"), stage.as_str());
        }
        assert_eq!("prdo".parse::<Stage>(), Err(NotAStage("prdo".to_owned())));
    }
}
