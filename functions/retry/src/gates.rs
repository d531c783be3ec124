//! How gates stand, told once a minute: who pauses or resumes at her desk writes no metric.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use fairlead_aws::{metric, world::Aws};
use fairlead_core::{
    gate::{Breaker, Gate},
    id::{DestinationName, Version},
    ports::{Gates, PortError, Ports},
};

/// Which version of each gate this process has told of last.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<BTreeMap<DestinationName, Version>>);

impl Told {
    /// Tells of each destination's gate that holds calls back, and of each that has moved since, at rest or not.
    ///
    /// It is one read a minute for each destination, one after the other: up to some hundred of them that is a second
    /// of the minute and cents a month. A destination that was never held back has no gate, and is not told of.
    pub(crate) async fn tell(&self, aws: &Aws) -> Result<(), PortError> {
        let mut wrong = None;
        for of in aws.catalog().destinations.keys() {
            match aws.gates().gate(of).await {
                Ok(Some(gate)) if self.is_news(of, &gate) => metric::gate(of, &gate),
                Ok(_) => {}
                // One that cannot be read keeps none of the others from being told of.
                Err(error) => wrong = Some(error),
            }
        }
        wrong.map_or(Ok(()), Err)
    }

    /// By the version, and not by what was told last: between two looks of this process another may have told that the
    /// gate was closed to calls, and this one must tell that it is at rest.
    fn is_news(&self, of: &DestinationName, gate: &Gate) -> bool {
        // A map of versions is whole whatever became of its last user.
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_moved = told.insert(of.clone(), gate.version) != Some(gate.version);
        has_moved || gate.pause.is_some() || gate.breaker != Breaker::Closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_calls_back_is_told_each_minute_and_its_end_once() {
        let (told, of) = (Told::default(), DestinationName::new("finance-api"));
        let at_rest = Gate { version: Version(7), ..Gate::default() };
        assert!(told.is_news(&of, &at_rest), "a new process does not know what was told last");
        assert!(!told.is_news(&of, &at_rest));
        let breaker = Breaker::HalfOpen { probe: None, good: 0 };
        let held = Gate { version: Version(8), breaker, ..Gate::default() };
        assert!(told.is_news(&of, &held) && told.is_news(&of, &held));
        let resumed = Gate { version: Version(9), ..Gate::default() };
        assert!(told.is_news(&of, &resumed));
        assert!(!told.is_news(&of, &resumed));
    }

    #[test]
    fn the_end_of_what_another_process_has_told_of_is_told() {
        let (told, of) = (Told::default(), DestinationName::new("finance-api"));
        let before = Gate { version: Version(7), ..Gate::default() };
        let resumed = Gate { version: Version(9), ..Gate::default() };
        told.is_news(&of, &before);
        assert!(told.is_news(&of, &resumed));
    }
}
