//! What a command says, and how it ends.

use std::{fmt::Display, process::ExitCode};

/// What a command says on its two streams, and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    /// 0 when all is well, 1 when a problem was found, 2 when the command was used wrongly.
    pub code: u8,
}

impl Told {
    /// All is well.
    pub(crate) fn well(out: impl Into<String>) -> Self {
        Self { out: out.into(), ..Self::default() }
    }

    /// A problem was found, and the output says which.
    pub(crate) fn problem(out: impl Into<String>) -> Self {
        Self { out: out.into(), code: 1, ..Self::default() }
    }

    /// A problem keeps the command from giving anything.
    pub(crate) fn failed(why: impl Display) -> Self {
        Self { err: format!("fairlead: {why}\n"), code: 1, ..Self::default() }
    }

    /// The command was used wrongly.
    pub(crate) fn usage(why: impl Display) -> Self {
        Self { err: format!("fairlead: {why}\n"), code: 2, ..Self::default() }
    }

    /// Says it, and ends.
    pub fn end(&self) -> ExitCode {
        print!("{}", self.out);
        eprint!("{}", self.err);
        ExitCode::from(self.code)
    }
}
