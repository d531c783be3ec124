//! Pause and resume: what an operator does to a destination.

use fairlead_core::{audit::Did, door::pause, gate::Pause, id::DestinationName};

use super::{Desk, DeskError, view::Done};

impl Desk {
    /// Stops all calls to a destination; its deliveries wait, and none is lost.
    ///
    /// # Errors
    /// When there is no such destination, or AWS does not do its part.
    pub async fn pause(&self, destination: &str, reason: &str) -> Result<Done, DeskError> {
        let of = known(destination)?;
        let on = format!("destination {of}");
        let note = self.write_down(Did::Pause, on, reason, 0).await?;
        let (by, reason, since) = (note.by, note.reason, note.at);
        let changed = pause(&self.ledger, &of, Some(Pause { by, reason, since })).await?;
        let said = if changed { "is paused" } else { "was paused already" };
        Ok(Done::new(format!("{of} {said}"), format!("fairlead resume {of}")))
    }

    /// Allows calls to a destination again; what waited is released within two minutes, oldest first.
    ///
    /// # Errors
    /// As [`Desk::pause`].
    pub async fn resume(&self, destination: &str, reason: &str) -> Result<Done, DeskError> {
        let of = known(destination)?;
        self.write_down(Did::Resume, format!("destination {of}"), reason, 0).await?;
        let changed = pause(&self.ledger, &of, None).await?;
        let resumed = "is resumed; what waited is released within two minutes, oldest first";
        let said = if changed { resumed } else { "was not paused" };
        Ok(Done { said: format!("{of} {said}"), next: None, problem: false })
    }
}

fn known(destination: &str) -> Result<DestinationName, DeskError> {
    let of = DestinationName::new(destination);
    let all = &fairlead_catalog::catalog().destinations;
    if all.contains_key(&of) {
        return Ok(of);
    }
    let names: Vec<_> = all.keys().map(DestinationName::as_str).collect();
    Err(DeskError::NoDestination(destination.to_owned(), names.join(", ")))
}
