//! What an act has done, and what is useful next.

use serde::Serialize;

use crate::cli::View;

/// What an act has done, and what is useful next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Done {
    /// One sentence.
    pub said: String,
    /// The next useful command.
    pub next: Option<String>,
    /// Not all that was meant could be ordered.
    #[serde(skip)]
    pub problem: bool,
}

impl Done {
    /// With a command that is useful next.
    pub fn new(said: String, next: String) -> Self {
        Self { said, next: Some(next), problem: false }
    }
}

impl View for Done {
    fn text(&self) -> String {
        let next = self.next.iter().map(|next| format!("Next: {next}\n"));
        format!("{}\n{}", self.said, next.collect::<String>())
    }

    fn problem(&self) -> bool {
        self.problem
    }
}
