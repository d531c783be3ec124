//! What a rule finds: the file, the line and the mend.

/// One place that breaks a rule.
pub(crate) struct Fault {
    file: String,
    line: usize,
    mend: String,
}

impl Fault {
    /// Line 0 means that the file as a whole is concerned.
    pub(crate) fn new(file: impl Into<String>, line: usize, mend: impl Into<String>) -> Self {
        Self { file: file.into(), line, mend: mend.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.mend),
            line => write!(f, "{}:{line}: {}", self.file, self.mend),
        }
    }
}

/// Fails the test with all faults at once.
#[track_caller]
pub(crate) fn none(faults: impl IntoIterator<Item = Fault>) {
    let lines: Vec<String> = faults.into_iter().map(|fault| fault.to_string()).collect();
    assert!(lines.is_empty(), "{} to mend:\n{}\n", lines.len(), lines.join("\n"));
}
