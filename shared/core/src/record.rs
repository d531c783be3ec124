//! The business thing concerned, as people name it.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::Mark;

/// `deal D-1042 Nordwind GmbH`: what an operator recognises.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Record {
    /// What kind of thing: `deal`.
    pub kind: String,
    /// Its id in the source system: `D-1042`.
    pub id: String,
    /// What people call it: `Nordwind GmbH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its page in the source system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Record {
    /// The mark that the names of its deliveries carry.
    pub fn mark(&self) -> Mark {
        Self::mark_of(&self.id)
    }

    /// The mark of the record with this id. Its kind does not count: two integrations may call it differently.
    pub fn mark_of(id: &str) -> Mark {
        let digest = Sha256::digest(id.as_bytes());
        Mark([digest[0], digest[1]])
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.id)?;
        self.label.iter().try_for_each(|label| write!(f, " {label}"))
    }
}
