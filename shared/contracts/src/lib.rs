//! What an integration promises: YAML, jq mappings and JSON Schemas, checked at build and run on every event.
//!
//! - [`compile()`]: a folder of configuration becomes a [`Catalog`](fairlead_core::integration::Catalog), or a [`Report`] of all its mistakes.
//! - [`Incoming::read`], [`Message::read`]: what came in by HTTP or over the intake queue, in whichever form.
//! - [`Event::read`]: what a source system sent, read strictly.
//! - [`Contracts::render`]: an event becomes the vendor's request, or a list of violations.
//! - [`Sample`]: sample events beside an integration, run as tests.
//!
//! Inside, `yaml`, `fields` and `source` read; `integration`, `destination` and `policy` hold the rules;
//! `jq`, `template` and `schema` are the three languages; `report` and `code` tell what is wrong.

mod auth;
mod circuit;
mod code;
mod compile;
mod destination;
mod edit;
mod event;
mod expression;
mod fields;
mod incoming;
mod integration;
mod jq;
mod limit;
mod name;
mod path;
mod pointer;
mod policy;
mod ready;
mod render;
mod rendering;
mod renders;
mod report;
mod sample;
mod schema;
mod source;
mod stage;
mod stored;
mod submission;
mod template;
mod text;
mod url;
mod verdict;
mod yaml;

pub use code::Code;
pub use compile::{Checked, accepted_keys, check, compile};
pub use edit::editor_schemas;
pub use event::{BadEvent, Event, MAX_BYTES, MAX_DEPTH};
pub use incoming::{Arrived, Cloud, Incoming, MAX_BATCH, MAX_BATCH_BYTES, Message, To};
pub use render::{Contracts, Draft, MAX_BODY, MAX_KEY, Refused, Rendered, Shared};
pub use report::{Asked, Mistake, Report};
pub use sample::{Sample, outcome};
pub use schema::judge;
pub use submission::Unfit;
