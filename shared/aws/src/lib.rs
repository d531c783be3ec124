//! The only crate that knows AWS and HTTP: one struct that implements `Ports`, and what the functions share.
//!
//! - [`world`]: the struct, and where its parts come from.
//! - [`ledger`], [`row`]: DynamoDB, and the form of an entry there.
//! - [`find`], [`ran`], [`work`], [`many`]: what the desk reads, by key and never by a scan; [`acts`]: what it did.
//! - [`queue`]: SQS, outgoing; [`batch`]: SQS, incoming.
//! - [`vendor`]: the HTTP call; [`secret`], [`credential`]: what it proves itself by.
//! - [`topic`]: SNS, and the other channels beside it; [`log`], [`metric`], [`trace`]: flat JSON lines, what they count, and what they belong to; [`env`]: what the template sets.

pub mod acts;
pub mod batch;
mod channel;
pub mod credential;
mod crosswalk;
mod dlq;
mod dns;
mod edits;
pub mod env;
pub mod find;
mod issue;
pub mod ledger;
mod list;
pub mod log;
#[cfg(test)]
mod loopback;
pub mod many;
pub mod metric;
mod pack;
pub mod queue;
pub mod ran;
mod redact;
mod reply;
pub mod row;
pub mod secret;
mod small;
mod token;
pub mod topic;
pub mod trace;
pub mod vendor;
mod wire;
pub mod work;
pub mod world;
