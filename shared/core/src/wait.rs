//! How long to wait: schedule, Retry-After, jitter, and where a wait is kept.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    entry::Life,
    integration::{Dedupe, RetryPolicy},
    span::after,
    ticket::Ticket,
};

/// The longest `DelaySeconds` of SQS. Source: Amazon SQS API reference, SendMessage.
pub const LONGEST_DELAY: Duration = Duration::from_secs(900);

/// The wait after a 429 that names no time: vendors count by the minute (PostHog issue 92214).
pub const UNHINTED_THROTTLE: Duration = Duration::from_secs(60);

/// The wait after our own function had no time left for a call.
pub const AFTER_NO_TIME: Duration = Duration::from_secs(1);

/// How long the due index trusts a ticket it has released before it sends another.
pub const LOOK_AGAIN: Duration = Duration::from_secs(900);

/// Where between its bounds a wait lies: 0 is the shortest, `u16::MAX` the longest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Jitter(pub u16);

impl Jitter {
    /// `least` plus up to a fifth of it: jitter is added, never subtracted, so no hint is undershot.
    pub fn stretch(self, least: Duration) -> Duration {
        least.saturating_add(least.mul_f64(f64::from(self.0) / f64::from(u16::MAX) / 5.0))
    }
}

/// The least wait after the failure just counted; `None` when the schedule is used up.
pub fn scheduled(life: &Life, hint: Option<Duration>, retry: &RetryPolicy) -> Option<Duration> {
    let place = usize::try_from(life.failures).ok()?.checked_sub(1)?;
    let step = *retry.schedule.get(place)?;
    Some(hint.map_or(step, |hint| step.max(not_before(hint, retry))))
}

/// A vendor's hint can only delay, and not beyond `retry_after_max`.
pub fn not_before(hint: Duration, retry: &RetryPolicy) -> Duration {
    hint.min(retry.retry_after_max)
}

/// Whether a call that may repeat an effect is safe, should it leave as late as `at`.
pub fn may_repeat(life: &Life, dedupe: &Dedupe, at: Timestamp) -> bool {
    match dedupe {
        Dedupe::Upsert => true,
        Dedupe::None => false,
        Dedupe::Key { max_age, .. } => {
            life.first_sent_at.is_none_or(|first| at < after(first, *max_age))
        }
    }
}

/// Whether a wait may be kept on the retry queue by a chain of tickets that has made `hops`.
///
/// The wait itself costs two hops: to the retry queue and back to the dispatch queue.
pub fn fits_queue(wait: Duration, hops: u8) -> bool {
    wait <= LONGEST_DELAY && hops.saturating_add(2) <= Ticket::MOST_HOPS
}
