//! What the scenarios share.

pub(crate) mod browser;
pub(crate) mod bundle;
pub(crate) mod case;
pub(crate) mod chromium;
pub(crate) mod command;
pub(crate) mod console;
pub(crate) mod heard;
pub(crate) mod inbox;
pub(crate) mod ledger;
pub(crate) mod many;
pub(crate) mod scenario;
pub(crate) mod signed;
pub(crate) mod stage;
pub(crate) mod wait;
pub(crate) mod watch;
pub(crate) mod world;
