//! The files of a configuration, kept so that a mistake can show where it is.

use std::{ops::Range, path::Path};

use crate::{code::Code, report::Mistakes};

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 1024 * 1024;

/// One file that was read.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Its path below the configuration's folder, with `/`.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

impl Source {
    /// Reads `name` below `dir`; a mistake when that fails.
    pub(crate) fn read(dir: &Path, name: &str, mistakes: &mut Mistakes) -> Option<Self> {
        match read(&dir.join(name)) {
            Ok(text) => Some(Self { name: name.to_owned(), text }),
            Err((code, message, help)) => {
                mistakes.add_file(code, name, message, help);
                None
            }
        }
    }

    /// Line and column of a place, both from 1, the column in characters.
    pub(crate) fn line(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let start = before.rfind('\n').map_or(0, |found| found + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }

    /// The span cut to its first line and to whole characters, so that a caret can stand under it.
    pub(crate) fn on_one_line(&self, span: &Range<usize>) -> Range<usize> {
        let text = &self.text;
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = span.end.clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let line_end = text[start..].find('\n').map_or(text.len(), |found| start + found);
        start..end.min(line_end)
    }
}

fn read(path: &Path) -> Result<String, (Code, String, &'static str)> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => (
            Code::FL0002,
            "there is no such file".to_owned(),
            "create it, or correct its name where it is named",
        ),
        _ => (Code::FL0001, format!("the file cannot be read: {error}"), "check its permissions"),
    };
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_FILE {
        return Err((
            Code::FL0003,
            format!("the file has {size} bytes; at most {MAX_FILE} are read"),
            "make it smaller",
        ));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        (Code::FL0004, format!("the file is not UTF-8, at byte {at}"), "save it as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
