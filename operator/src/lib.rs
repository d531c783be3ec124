//! Placeholder.
pub mod vendor;
