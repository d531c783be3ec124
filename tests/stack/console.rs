//! The console as an operator meets it: in a real browser, and at its door.

mod day;
mod door;
mod keys;
mod pages;

use futures::FutureExt;

pub(crate) use pages::pages;

use crate::support::{scenario::Scenario, stage::Stage};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::in_browser(
            "in the console an issue is seen, a delivery corrected and another resolved, and the audit has both",
            |w| day::day(w).boxed_local(),
        ),
        Scenario::in_browser(
            "the console needs neither script nor mouse: an issue is taken on and all of it retried",
            |w| keys::keys(w).boxed_local(),
        ),
        Scenario::new(
            "the console does nothing for a stranger, a foreign host or a foreign page",
            |w| door::door(w).boxed_local(),
        ),
        Scenario::new(
            "the console keeps its pages to itself, and loads nothing from elsewhere",
            |w| door::keeps_to_itself(w).boxed_local(),
        ),
        Scenario::at(
            &[Stage::After],
            "in the end the console pauses a destination and resumes it, with a name and a reason",
            |w| door::pauses(w).boxed_local(),
        ),
    ]
}
