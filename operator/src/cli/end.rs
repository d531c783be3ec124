//! How a command ends: with something to show, or with a reason why not.

use std::{
    io::{Write, stderr, stdout},
    process::ExitCode,
};

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    again,
    option::{Options, Output},
    place::Place,
    tone,
};

/// What a command found, apart from how it was fetched: the same facts as text and as JSON.
pub trait View: Serialize {
    /// The facts as people read them; ends with the next useful command.
    fn text(&self) -> String;

    /// Whether something is not as it should be: exit code 1.
    fn problem(&self) -> bool {
        false
    }
}

/// What a command has to show.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    text: String,
    json: Value,
    problem: bool,
}

impl Shown {
    /// The command has printed by itself; `problem` says whether it found one.
    pub fn printed(problem: bool) -> Self {
        Self { text: String::new(), json: Value::Null, problem }
    }

    /// Text that has no other form.
    pub fn text(text: String) -> Self {
        let json = Value::String(text.clone());
        Self { text, json, problem: false }
    }

    /// The same, with commands that go to the place that the options named.
    #[must_use]
    pub(super) fn naming(mut self, place: &Place) -> Self {
        let given = place.given();
        if !given.is_empty() {
            self.text = again::text(&self.text, &given);
            again::json(&mut self.json, &given);
        }
        self
    }

    /// Whether something is not as it should be: exit code 1.
    pub fn problem(&self) -> bool {
        self.problem
    }

    /// What people read.
    pub fn said(&self) -> &str {
        &self.text
    }
}

impl<V: View> From<V> for Shown {
    fn from(view: V) -> Self {
        // A view has text keys only and no value that can fail, so this is never `null`.
        let json = serde_json::to_value(&view).unwrap_or_default();
        Self { text: view.text(), json, problem: view.problem() }
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
pub struct Failure {
    code: u8,
    said: String,
}

impl Failure {
    /// With this exit code: 1 a problem was found, 2 bad usage, 3 AWS did not do its part.
    pub fn new(code: u8, said: impl ToString) -> Self {
        Self { code, said: said.to_string() }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        self.code
    }
}

/// Prints how a command ended, and gives the exit code.
///
/// A reader that has gone away, such as `head`, is no failure.
pub(super) fn print(options: &Options, ended: Result<Shown, Failure>) -> ExitCode {
    match ended {
        Ok(shown) => {
            let text = match options.output {
                Output::Json if shown.json.is_null() => String::new(),
                Output::Json => format!("{:#}\n", shown.json),
                Output::Table if options.coloured() => tone::coloured(&shown.text),
                Output::Table => shown.text,
            };
            let _ = stdout().lock().write_all(text.as_bytes());
            ExitCode::from(u8::from(shown.problem))
        }
        Err(failure) => {
            let text = match options.output {
                Output::Json => json!({"error": failure.said, "exit": failure.code}).to_string(),
                Output::Table => format!("fairlead: {failure}"),
            };
            let _ = writeln!(stderr().lock(), "{text}");
            ExitCode::from(failure.code)
        }
    }
}
