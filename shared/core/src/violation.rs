//! What is wrong with an event, told to the sender by JSON pointer.

use serde::{Deserialize, Serialize};

/// One thing that an event, or the request made from it, does against its contract.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Violation {
    /// Where, as a JSON pointer (RFC 6901) into what `of` names; empty for the whole.
    pub pointer: String,
    /// What is wrong and what is expected, in one line.
    pub detail: String,
    /// Which document the pointer points into.
    pub of: Contract,
}

/// The document that a violation is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contract {
    /// The event that the source system sent.
    Event,
    /// The mapping refused the event: a missing table value, a failing expression.
    Mapping,
    /// The request that the mapping made for the vendor.
    Request,
}
