//! What happened, line by line, for people who look for the cause of a violation.

use fairlead_core::{
    id::{DeliveryId, DestinationName},
    integration::Catalog,
};
use jiff::Timestamp;

use super::{law::About, ledger::Ledger};

/// One line.
struct Line {
    at: Timestamp,
    /// Which instance, or who else.
    who: String,
    about: About,
    what: String,
}

/// The lines of a run, if it is traced.
pub(crate) struct Trace {
    on: bool,
    lines: Vec<Line>,
}

impl Trace {
    pub(crate) fn new(on: bool) -> Self {
        Self { on, lines: vec![] }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.on
    }

    pub(crate) fn note(&mut self, at: Timestamp, who: &str, about: About, what: String) {
        if self.on {
            self.lines.push(Line { at, who: who.to_owned(), about, what });
        }
    }

    /// The lines about something, and those that concern everything.
    pub(crate) fn text(&self, about: &About, ledger: &Ledger, catalog: &Catalog) -> String {
        let home = match about {
            About::Delivery(id) => ledger.entries().find(|e| e.id == *id).map(|e| {
                (e.destination.clone(), catalog.integrations.contains_key(&e.integration))
            }),
            About::Destination(_) | About::Event(_) | About::All => None,
        };
        let of_destination =
            |name: &DestinationName| home.as_ref().is_some_and(|(theirs, _)| theirs == name);
        let shown = |line: &&Line| match (&line.about, about) {
            (_, About::All) => true,
            (About::All, _) => line.who == "plan",
            (About::Destination(name), About::Delivery(_)) => of_destination(name),
            (About::Delivery(id), About::Destination(name)) => goes_to(ledger, *id, name),
            (theirs, ours) => theirs == ours,
        };
        let lines = self.lines.iter().filter(shown);
        let text = |l: &Line| format!("{:.3}  {:<14} {}\n", l.at, l.who, told(l, about));
        lines.map(text).collect()
    }
}

/// A line about one of many deliveries names it.
fn told(line: &Line, about: &About) -> String {
    match (&line.about, about) {
        (About::Delivery(id), About::Destination(_) | About::All) => {
            let id = id.to_string();
            format!("[{}] {}", &id[id.len().saturating_sub(6)..], line.what)
        }
        (About::Destination(name), _) => format!("[{name}] {}", line.what),
        _ => line.what.clone(),
    }
}

fn goes_to(ledger: &Ledger, id: DeliveryId, name: &DestinationName) -> bool {
    ledger.entries().any(|entry| entry.id == id && entry.destination == *name)
}
