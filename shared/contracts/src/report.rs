//! Mistakes in a configuration, told all at once: code, file, line, excerpt with caret, and the mend.

use std::{fmt, ops::Range};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::{code::Code, source::Source};

/// One mistake in a configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file, relative to the folder that was compiled.
    pub file: String,
    /// The line, from 1; 0 when the mistake is about the file as a whole.
    pub line: usize,
    /// The column in characters, from 1; 0 when the mistake is about the file as a whole.
    pub column: usize,
    /// The kind of mistake.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// The mend, in one line.
    pub help: String,
    /// All of it as text for people, with the excerpt; several lines without colour.
    pub text: String,
}

/// Everything that is wrong with a configuration, in order of file and line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Report {
    /// At least one.
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in &self.mistakes {
            writeln!(f, "{}\n", mistake.text)?;
        }
        match self.mistakes.len() {
            1 => write!(f, "1 mistake"),
            n => write!(f, "{n} mistakes"),
        }
    }
}

/// Gathers mistakes while a configuration is read, and what is no mistake but should be known.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    found: Vec<Mistake>,
    warnings: Vec<Mistake>,
    /// Every key that was asked for, by file and mapping.
    asked: Vec<Asked>,
}

/// The keys that the reader knows in one mapping of a file: the file, the mapping's path, the keys.
pub type Asked = (String, String, Vec<&'static str>);

impl Mistakes {
    /// Adds a mistake at a place in a file.
    pub(crate) fn add(
        &mut self,
        code: Code,
        source: &Source,
        span: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(excerpt(Level::ERROR, code, source, span, message.into(), help.into()));
    }

    /// Adds a warning at a place in a file: the configuration is deployed all the same.
    pub(crate) fn warn(
        &mut self,
        code: Code,
        source: &Source,
        span: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.warnings.push(excerpt(
            Level::WARNING,
            code,
            source,
            span,
            message.into(),
            help.into(),
        ));
    }

    /// Adds a mistake at a place that may hold a secret, so the excerpt is left out.
    pub(crate) fn add_hidden(
        &mut self,
        code: Code,
        source: &Source,
        span: &Range<usize>,
        message: &str,
        help: &str,
    ) {
        let (line, column) = source.line(span.start);
        let (file, message, help) = (source.name.clone(), message.to_owned(), help.to_owned());
        let text =
            format!("error[{code}]: {message}\n --> {file}:{line}:{column}\n  = help: {help}");
        self.found.push(Mistake { file, line, column, code, message, help, text });
    }

    /// Adds a mistake about a file as a whole.
    pub(crate) fn add_file(
        &mut self,
        code: Code,
        file: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (message, help) = (message.into(), help.into());
        let text = format!("error[{code}]: {message}\n --> {file}\n  = help: {help}");
        self.found.push(Mistake {
            file: file.to_owned(),
            line: 0,
            column: 0,
            code,
            message,
            help,
            text,
        });
    }

    /// Notes which keys are known in a mapping.
    pub(crate) fn asked(&mut self, source: &Source, place: &str, keys: &[&'static str]) {
        self.asked.push((source.name.clone(), place.to_owned(), keys.to_vec()));
    }

    /// Every key that was asked for.
    pub(crate) fn all_asked(self) -> Vec<Asked> {
        self.asked
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// All mistakes and all warnings, each in order of file and line, equal ones once.
    pub(crate) fn all(self) -> (Vec<Mistake>, Vec<Mistake>) {
        let Self { mut found, mut warnings, .. } = self;
        for list in [&mut found, &mut warnings] {
            list.sort();
            list.dedup();
        }
        (found, warnings)
    }
}

fn excerpt(
    level: Level<'_>,
    code: Code,
    source: &Source,
    span: &Range<usize>,
    message: String,
    help: String,
) -> Mistake {
    let span = source.on_one_line(span);
    let (line, column) = source.line(span.start);
    let snippet = Snippet::source(source.text.as_str())
        .path(source.name.as_str())
        .annotation(AnnotationKind::Primary.span(span));
    let title = level.primary_title(message.as_str()).id(code.as_str());
    let text = render(title.element(snippet).element(Level::HELP.message(help.as_str())));
    Mistake { file: source.name.clone(), line, column, code, message, help, text }
}

fn render(group: annotate_snippets::Group<'_>) -> String {
    let text = Renderer::plain().render(&[group]);
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
