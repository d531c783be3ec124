//! The operator's desk, and the demo on the local engine.
//!
//! - [`engine`]: the whole bundle on this machine.
//! - [`stack`]: a deployed bundle as its users meet it.
//! - [`vendor`]: the example vendor that the demo and the tests deliver to.
//! - [`demo`]: `fairlead demo`.
//! - [`desk`]: the commands of an operator.
//! - [`cli`]: the command line, and how a command ends.
//! - [`author`]: the commands of whoever writes integrations, in the [`folder`] of the project.

pub mod author;
pub mod cli;
pub mod console;
pub mod demo;
pub mod desk;
pub mod engine;
pub mod folder;
pub mod stack;
pub mod vendor;
