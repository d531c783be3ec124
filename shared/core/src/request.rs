//! The vendor's request as it was rendered at acceptance; every attempt sends these bytes.

use serde::{Deserialize, Serialize};

use crate::integration::Method;

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
