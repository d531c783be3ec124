//! What can go wrong while the local engine starts, and what to do about it.
use std::io;
use std::path::{Path, PathBuf};

use super::outputs::MissingOutput;

/// Why the local engine did not start. Every message names what failed and where to look.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A file or folder of the project could not be used.
    #[error("cannot {action}: {}", path.display())]
    Io {
        /// What was to be done, as a verb.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A program could not be started at all.
    #[error("cannot start {program}: {hint}")]
    Missing {
        /// The program.
        program: String,
        /// How to get it.
        hint: &'static str,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A program ran and failed.
    #[error("{step} failed; {hint}; all of its output is in {}, which ends:\n{tail}", log.display())]
    Step {
        /// The step, as a person would call it.
        step: &'static str,
        /// What usually mends it.
        hint: &'static str,
        /// Where the whole output is.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// A program answered, but not what was expected.
    #[error("{step} gave an answer that cannot be read: {answer}")]
    Answer {
        /// The step, as a person would call it.
        step: &'static str,
        /// The answer, or its beginning.
        answer: String,
    },
    /// The deployed stack does not tell what it should.
    #[error(transparent)]
    Outputs(#[from] MissingOutput),
    /// The HTTP client that asks MiniStack for its health could not be made.
    #[error("cannot make an HTTP client")]
    Client(#[from] reqwest::Error),
}

impl EngineError {
    pub(super) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }

    pub(super) fn step(step: &'static str, hint: &'static str, log: &Path) -> Self {
        Self::Step { step, hint, log: log.to_owned(), tail: last_lines(log) }
    }
}

/// The end of a log, long enough to hold a compiler's complaint.
fn last_lines(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
