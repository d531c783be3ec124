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
}
