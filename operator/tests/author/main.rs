//! The commands of whoever writes integrations, in folders of their own.

mod check;
mod init;
mod project;
mod trial;
