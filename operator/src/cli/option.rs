//! The options that every command takes.

use std::io::IsTerminal;

use clap::{Args, ValueEnum};

use super::place::Place;

/// The options that every command takes.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Which stack, and whose credentials.
    #[command(flatten)]
    pub place: Place,
    /// How to show what was found.
    #[arg(long, short, global = true, value_enum, default_value_t = Output::Table)]
    pub output: Output,
    /// Take every question for answered with yes.
    #[arg(long, short, global = true)]
    pub yes: bool,
    /// No colours; a non-empty variable NO_COLOR says the same.
    #[arg(long, global = true)]
    pub no_color: bool,
}

/// How to show what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Lines and tables, for people.
    Table,
    /// One JSON value, for programs; its members are a contract, and further ones may come.
    Json,
}

impl Options {
    /// Whether what goes to standard output may be coloured.
    pub fn coloured(&self) -> bool {
        let plain = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        self.output == Output::Table
            && !self.no_color
            && !plain("NO_COLOR")
            && !dumb
            && std::io::stdout().is_terminal()
    }
}
