//! The only crate that knows AWS and HTTP: one struct that implements `Ports`, and what the functions share.
//!
//! - [`world`]: the struct, and where its parts come from.
//! - [`ledger`], [`row`], [`ran`]: DynamoDB, the form of an entry there, and how one is found.
//! - [`queue`]: SQS, outgoing; [`batch`]: SQS, incoming.
//! - [`vendor`]: the HTTP call; [`secret`], [`credential`]: what it proves itself by.
//! - [`topic`]: SNS; [`log`]: flat JSON lines; [`env`]: what the template sets.

pub mod batch;
pub mod credential;
mod dns;
pub mod env;
pub mod ledger;
pub mod log;
pub mod queue;
pub mod ran;
mod redact;
pub mod row;
pub mod secret;
mod small;
mod token;
pub mod topic;
pub mod vendor;
mod wire;
pub mod world;
