//! How long before its slot a call is begun to be made ready: its claim is written in between.

use std::time::Duration;

use super::REACH;

/// The time between the end of the wait for a slot and the call, as this function instance has met it lately; booking
/// the slot, which goes the same way, is its first measure.
///
/// A write to the ledger takes a few milliseconds, and much longer while the ledger is busy. With a fixed lead every
/// call of a slow hour would miss its slot, and come back only to miss the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lead(Duration);

/// The lead before anything was measured, and never less.
const LEAST: Duration = Duration::from_millis(100);

/// Slots that are nearer than the lead are of no use, so some of those within reach must stay farther.
const MOST: Duration = REACH.saturating_sub(Duration::from_millis(500));

/// Some calls take longer than the one before.
const TWICE: u32 = 2;

impl Default for Lead {
    fn default() -> Self {
        Self(LEAST)
    }
}

impl Lead {
    /// The wait for a slot ends so much earlier.
    pub(super) fn long(self) -> Duration {
        self.0
    }

    /// So long the call is likely to take.
    pub(super) fn likely(self) -> Duration {
        self.0 / TWICE
    }

    /// After a claim, or a write on the way to it, that `took` so long: twice that at once, and slowly less again when they are quicker.
    pub(super) fn met(self, took: Duration) -> Self {
        let eased = self.0.mul_f64(0.9);
        Self(took.saturating_mul(TWICE).max(eased).clamp(LEAST, MOST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn it_grows_at_once_and_shrinks_slowly_within_its_bounds() {
        let quick = Lead::default().met(ms(3));
        assert_eq!(quick, Lead::default());
        let slow = quick.met(ms(400));
        assert_eq!(slow.long(), ms(800));
        assert_eq!(slow.met(ms(3)).long(), ms(720));
        assert_eq!(slow.met(ms(60_000)).long(), ms(1_500));
        let later = (0..100).fold(slow, |lead, _| lead.met(ms(3)));
        assert_eq!(later, Lead::default());
    }
}
