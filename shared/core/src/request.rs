//! The vendor's request as it was rendered at acceptance; every attempt sends these bytes.

use serde::{Deserialize, Serialize};

use crate::integration::Method;

/// The most bytes that an event and its body may take together as the ledger stores them.
///
/// DynamoDB takes 400 KB an entry; the rest is for the history, which must still fit when the delivery has failed for
/// the sixtieth time: an entry that cannot be saved is stuck.
pub const MOST_STORED: usize = 240_000;

/// One rendered request: method, path and body never change again, so every attempt is the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// Path and query below the destination's base URL, percent-encoded; begins with `/`.
    pub path: String,
    /// The JSON body.
    pub body: String,
    /// Path and query at which to ask whether the vendor has it, where it can be asked; like `path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<String>,
}
