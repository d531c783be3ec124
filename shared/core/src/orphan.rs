//! A delivery whose integration is not in the deployed bundle.

use crate::{
    class::Class,
    decide::{Moment, Step, announce, hold},
    entry::{Life, State},
    settle,
};

/// The integration is gone: whatever is unfinished waits for a person.
pub(crate) fn orphaned(life: &Life, moment: &Moment) -> Step {
    match &life.state {
        State::Sending { until: end, .. } | State::Looking { until: end, .. }
            if moment.now < *end =>
        {
            hold(life, *end, moment)
        }
        State::Sending { .. } => {
            let mut next = life.clone();
            next.add_doubt(moment.now);
            settle::park(next, Class::Missing, GONE.to_owned(), moment)
        }
        State::Accepted | State::Looking { .. } | State::Waiting { .. } => {
            settle::park(life.clone(), Class::Missing, GONE.to_owned(), moment)
        }
        State::Parked { told: false, .. } => Step::run(announce()),
        State::Parked { .. } | State::Delivered | State::Closed { .. } => Step::default(),
    }
}

const GONE: &str = "its integration is not in the deployed bundle";
