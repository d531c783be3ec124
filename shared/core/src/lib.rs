//! Every rule of Fairlead, and nothing else: no AWS, no tokio, no clock, no randomness.
//!
//! - [`integration`]: what a user declares, compiled: integrations, destinations, [owners](owner), policies; per [`stage`].
//! - [`id`]: the names and keys of things, each a type of its own.
//! - [`entry`]: one delivery's entry in the ledger, with its [`history`].
//! - [`outcome`]: what an attempt is known to have done; [`reading`]: what an integration's own rules say of an answer.
//! - [`decide`](mod@decide): the only place where a delivery's fate is decided.
//! - [`drive`](mod@drive): load, decide, save, run the commands; over the [`ports`].
//! - [`order`], [`edit`](mod@edit), [`audit`]: what a person may order, and the note of it.
//! - [`accept`](mod@accept), [`release`](mod@release): how a delivery begins, and how long waits end.
//! - [`issue`]: parked deliveries that have one cause, told and answered for together.
//! - [`address`], [`webhook`], [`trace`]: where a vendor may be, how a call is signed, and to which trace it belongs.
//! - [`reconcile`]: what was delivered, compared with what the vendor holds.
//! - [`hook`], [`request_key`]: whether a message comes from its sender, and the key that a sender gives.
//! - [`ticket`], [`alert`], [`metric`]: what travels, what an owner reads, what is counted.
//! - [`reply`], [`problem`], [`standing`]: what a sender reads.

pub mod accept;
pub mod address;
pub mod alert;
pub mod audit;
pub mod class;
pub mod crosswalk;
pub mod decide;
pub mod dedupe;
pub mod door;
pub mod drive;
pub mod edit;
pub mod entry;
pub mod expression;
pub mod gate;
pub mod headers;
pub mod history;
pub mod hook;
pub mod id;
pub mod integration;
pub mod issue;
pub mod lack;
mod look;
pub mod meaning;
pub mod metric;
pub mod notice;
pub mod obstacle;
pub mod order;
mod orphan;
pub mod outcome;
pub mod owner;
pub mod pace;
pub mod place;
pub mod ports;
pub mod problem;
pub mod reading;
pub mod reconcile;
pub mod record;
pub mod release;
pub mod render;
pub mod rendered;
pub mod reply;
pub mod request;
pub mod request_key;
pub mod roll;
pub mod running;
mod settle;
pub mod span;
pub mod stage;
pub mod standing;
pub mod stranded;
mod tell;
pub mod ticket;
pub mod timeline;
pub mod trace;
pub mod turn;
pub mod violation;
pub mod wait;
pub mod webhook;
pub mod word;
