//! The alert step: who tells the owner of which parking, and that it was done.

use crate::{
    decide::{Command, Step},
    entry::{Life, State},
    history::What,
    id::Version,
};

/// An alert for an older parking says nothing of this one, whose DLQ message may not be there yet.
pub(crate) fn tell(life: &Life, version: Option<Version>) -> Step {
    match &life.state {
        State::Parked { told: false, .. } if version.is_none_or(|v| v == life.version) => {
            Step::run([Command::Publish])
        }
        State::Accepted
        | State::Sending { .. }
        | State::Looking { .. }
        | State::Waiting { .. }
        | State::Delivered
        | State::Closed { .. }
        | State::Parked { .. } => Step::default(),
    }
}

/// The owner has been told of this parking.
pub(crate) fn told(life: &Life, version: Version) -> Step {
    match &life.state {
        State::Parked { class, since, told: false } if life.version == version => {
            let mut next = life.clone();
            next.state = State::Parked { class: *class, since: *since, told: true };
            Step { next: Some(next), lines: vec![What::Alerted], commands: vec![] }
        }
        _ => Step::default(),
    }
}
