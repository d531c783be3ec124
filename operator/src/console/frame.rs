//! What is around every page: where one is, whose stack it is, and as whom one acts.

/// What is around every page.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    /// The stack's name.
    pub(super) stack: String,
    /// Who is at the desk, as AWS knows her.
    pub(super) caller: String,
    /// When the page was read.
    pub(super) read: String,
    /// What the last act has done.
    pub(super) said: Option<String>,
    /// What only this console's own forms carry.
    pub(super) form: String,
    /// The page looks again after so many seconds, where script is on.
    pub(super) live: Option<u8>,
    /// Without script the browser loads it again; not where somebody may be filling in a form.
    pub(super) reload: bool,
    /// Which of the tabs it belongs to.
    pub(super) at: &'static str,
}

/// One of the pages that are always in reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tab {
    /// Its name.
    pub(super) name: &'static str,
    /// Where it is.
    pub(super) path: &'static str,
    /// It is the one that is shown.
    pub(super) current: bool,
}

impl Frame {
    /// The pages that are always in reach.
    pub(super) fn tabs(&self) -> Vec<Tab> {
        let all = [
            ("Now", "/"),
            ("Issues", "/issues"),
            ("Deliveries", "/deliveries"),
            ("Audit", "/audit"),
        ];
        all.into_iter().map(|(name, path)| Tab { name, path, current: name == self.at }).collect()
    }
}
