//! Makes the requests of deliveries that were accepted before all that they need was known.

use fairlead_core::{
    entry::{Carries, Entry},
    render::{Found, Need, Renders},
    request::Request,
    violation::{Contract, Violation},
};

use crate::{Contracts, Event};

impl Renders for Contracts {
    fn needs(&self, entry: &Entry) -> Result<Vec<Need>, Vec<Violation>> {
        let draft =
            self.draft(&entry.integration, &event(&entry.event)?, Some(&entry.idempotency_key));
        draft.map(|draft| draft.needs).map_err(|refused| refused.violations)
    }

    fn render(&self, entry: &Entry, found: &Found) -> Result<(Carries, Request), Vec<Violation>> {
        let made = self.make(&entry.integration, &event(&entry.event)?, found);
        made.map_err(|refused| refused.violations)
    }
}

/// The event with this text.
pub(crate) fn event(text: &str) -> Result<Event, Vec<Violation>> {
    Event::read(text.as_bytes()).map_err(|bad| {
        let (pointer, detail) = (String::new(), bad.to_string());
        vec![Violation { pointer, detail, of: Contract::Event }]
    })
}
