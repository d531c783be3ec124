//! Never above the vendor's rate, over all concurrent dispatchers: slots in time, booked in blocks.
//!
//! A slot is a moment at which one call may begin. Slots lie evenly, a little further apart than the
//! declared rate asks, so that no window of any length holds more calls than declared even when the
//! wire delays some of them (generic cell rate algorithm, ITU-T I.371, without its burst allowance).

use std::{str::FromStr, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::Version,
    span::{self, after, until},
};

/// `10/s`, `600/m`: how many calls a vendor allows in a length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rate {
    /// How many.
    pub calls: u32,
    /// In how long.
    #[serde(with = "span::millis")]
    pub per: Duration,
}

/// Why a text is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no rate")]
pub struct NotARate(pub String);

impl FromStr for Rate {
    type Err = NotARate;

    /// Reads `10/s`, `600/m`, `5000/h`: at least one call, at most a thousand a second.
    fn from_str(text: &str) -> Result<Self, NotARate> {
        let wrong = || NotARate(text.to_owned());
        let (calls, unit) = text.split_once('/').ok_or_else(wrong)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => return Err(wrong()),
        };
        let digits = calls.bytes().all(|byte| byte.is_ascii_digit());
        let calls: u32 = calls.parse().ok().filter(|_| digits).ok_or_else(wrong)?;
        let fits = calls >= 1 && u64::from(calls) <= 1_000 * seconds;
        fits.then(|| Self { calls, per: Duration::from_secs(seconds) }).ok_or_else(wrong)
    }
}

/// Between a slot and the vendor lie a credential and a connection: at a rate by the second they need more than a tenth
/// of it.
const LEAST_SPARE: Duration = Duration::from_millis(250);

impl Rate {
    /// The distance between two slots: more than the rate asks, so that calls which start late or travel slowly still
    /// do not meet in one window.
    pub fn interval(self) -> Duration {
        (self.per + self.spare()) / self.calls.max(1)
    }

    /// How much longer than the rate asks its calls take all together.
    fn spare(self) -> Duration {
        (self.per / 10).max(LEAST_SPARE)
    }

    /// How late a slot may still be used, so that its call and the next ones never meet in one window; what is left of
    /// the spare time, the larger part, is for a credential, a connection and the way to the vendor.
    pub(crate) fn tolerance(self) -> Duration {
        self.spare() * 2 / 5
    }
}

/// The moment for which one call was given its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// When its holder began to make the call ready.
    pub(crate) held_from: Timestamp,
    /// The call does not leave before.
    pub at: Timestamp,
    /// Nor later, for then it would meet the calls of later slots.
    pub until: Timestamp,
}

impl Slot {
    /// One of a destination with this rate, held from `now` on.
    pub(crate) fn new(at: Timestamp, rate: Rate, now: Timestamp) -> Self {
        Self { held_from: now, at, until: after(at, rate.tolerance()) }
    }
}

/// How far the slots of a destination are booked: one small item of the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pace {
    /// Counts the writes; 0 while there is no item.
    pub version: Version,
    /// The first slot that nobody has booked.
    pub free: Option<Timestamp>,
    /// Where the line of those who were told to come back ends.
    pub line: Option<Timestamp>,
}

/// Slots that one dispatcher has booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Block {
    /// The next unused slot.
    pub next: Timestamp,
    /// How many are left.
    pub left: u32,
    /// The distance between two of them.
    pub interval: Duration,
    /// How late each may still be used.
    pub tolerance: Duration,
}

impl Block {
    /// Takes one slot that is not over yet at `ready`; a dispatcher that is late finds its slots gone.
    pub fn take(&mut self, ready: Timestamp) -> Option<Timestamp> {
        while self.left > 0 {
            let slot = self.next;
            self.next = after(slot, self.interval);
            self.left -= 1;
            if ready <= after(slot, self.tolerance) {
                return Some(slot);
            }
        }
        None
    }
}

/// Between when and when a dispatcher has use for a slot, from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// A call needs so long to be made ready; a slot that is over by then is of no use.
    pub lead: Duration,
    /// So long it may wait for a slot.
    pub reach: Duration,
}

/// What a dispatcher that wants slots is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Booking {
    /// Save this pace; if that was done, the block is yours.
    Block(Pace, Block),
    /// All slots within reach are taken: save this pace, and come back then.
    Later(Pace, Timestamp),
}

/// Books `wanted` slots, or as many as lie within the horizon; else a place in the line.
pub fn book(
    pace: &Pace,
    rate: Rate,
    wanted: u32,
    Horizon { lead, reach }: Horizon,
    now: Timestamp,
) -> Booking {
    let interval = rate.interval();
    // No honest clock books further ahead; one that runs fast must not stop all the others.
    let farthest = after(now, reach + interval);
    let soonest = after(now, lead.saturating_sub(rate.tolerance()));
    let first = pace.free.map_or(soonest, |free| free.min(farthest).max(soonest));
    // A slot at the very edge counts: where slots lie further apart than the reach, one is all there is.
    let room = reach
        .checked_sub(until(now, first))
        .map_or(0, |rest| 1 + rest.as_nanos() / interval.as_nanos().max(1));
    let left = wanted.min(u32::try_from(room).unwrap_or(u32::MAX));
    let mut next = *pace;
    if left > 0 {
        next.free = Some(after(first, interval * left));
        let block = Block { next: first, left, interval, tolerance: rate.tolerance() };
        return Booking::Block(next, block);
    }
    // What a clock that runs far ahead has booked is taken back, or each who comes would meet it again until then.
    next.free = pace.free.map(|free| if free > after(farthest, reach) { farthest } else { free });
    let place = pace.line.map_or(first, |line| line.max(first));
    next.line = Some(after(place, interval));
    Booking::Later(next, place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEN_A_SECOND: Rate = Rate { calls: 10, per: Duration::from_secs(1) };

    /// Nothing to be made ready, and a reach of two seconds.
    const AT_ONCE: Horizon = Horizon { lead: Duration::ZERO, reach: Duration::from_secs(2) };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).expect("a time")
    }

    /// Books one block after the other, as dispatchers do whose saves are conditional, and takes all slots.
    fn slots(rate: Rate, asks: &[(u32, i64)]) -> Vec<Timestamp> {
        let (mut pace, mut taken, mut now) = (Pace::default(), Vec::new(), at(0));
        for (wanted, later) in asks {
            now = after(now, Duration::from_millis(later.unsigned_abs()));
            match book(&pace, rate, *wanted, AT_ONCE, now) {
                Booking::Block(next, mut block) => {
                    pace = next;
                    while let Some(slot) = block.take(now) {
                        taken.push(slot);
                    }
                }
                Booking::Later(next, _) => pace = next,
            }
        }
        taken
    }

    #[test]
    fn blocks_follow_each_other_and_the_line_spreads_those_who_come_back() {
        let Booking::Block(pace, block) = book(&Pace::default(), TEN_A_SECOND, 10, AT_ONCE, at(0))
        else {
            panic!("the first books at once")
        };
        assert_eq!((block.next, block.left), (at(0), 10));
        assert_eq!(pace.free, Some(at(1_250)));
        let Booking::Block(pace, block) = book(&pace, TEN_A_SECOND, 10, AT_ONCE, at(0)) else {
            panic!("there is room within two seconds")
        };
        assert_eq!((block.next, block.left), (at(1_250), 7));
        let Booking::Later(pace, first) = book(&pace, TEN_A_SECOND, 10, AT_ONCE, at(0)) else {
            panic!("all within reach is taken")
        };
        let Booking::Later(_, second) = book(&pace, TEN_A_SECOND, 10, AT_ONCE, at(0)) else {
            panic!("all within reach is taken")
        };
        assert_eq!((first, second), (at(2_125), at(2_250)));
    }

    #[test]
    fn rates_are_read_as_people_write_them() {
        for (text, calls, seconds) in [("10/s", 10, 1), ("600/m", 600, 60), ("1/h", 1, 3_600)] {
            let rate = Rate { calls, per: Duration::from_secs(seconds) };
            assert_eq!(text.parse(), Ok(rate));
        }
        for wrong in [
            "",
            "10",
            "10/",
            "/s",
            "0/s",
            "+1/s",
            "1.5/s",
            "10/d",
            "1001/s",
            "10 /s",
            "99999999999/s",
        ] {
            assert_eq!(wrong.parse::<Rate>(), Err(NotARate(wrong.to_owned())));
        }
    }

    #[test]
    fn a_call_that_needs_long_to_be_made_ready_is_given_no_slot_that_is_over_by_then() {
        let lead = Duration::from_millis(700);
        let horizon = Horizon { lead, ..AT_ONCE };
        let Booking::Block(_, mut block) = book(&Pace::default(), TEN_A_SECOND, 1, horizon, at(0))
        else {
            panic!("there is room within two seconds")
        };
        let slot = block.take(after(at(0), lead)).expect("a slot that is not over then");
        assert_eq!(slot, at(600), "it may still be used a tenth of a second later");
    }

    #[test]
    fn a_clock_that_runs_far_ahead_stops_the_others_for_a_moment_only() {
        let Booking::Block(pace, _) =
            book(&Pace::default(), TEN_A_SECOND, 10, AT_ONCE, at(600_000))
        else {
            panic!("the first books at once")
        };
        let Booking::Later(next, place) = book(&pace, TEN_A_SECOND, 1, AT_ONCE, at(0)) else {
            panic!("what the fast one has booked may be meant for now")
        };
        assert_eq!(place, at(2_125));
        let Booking::Block(_, block) = book(&next, TEN_A_SECOND, 1, AT_ONCE, place) else {
            panic!("who comes back at that time finds room")
        };
        assert_eq!(block.next, place);
        let Booking::Block(_, block) = book(&pace, TEN_A_SECOND, 1, AT_ONCE, at(600_000 + 1_200))
        else {
            panic!("in the fast one's own time its slots are over")
        };
        assert_eq!(block.next, at(601_250));
    }

    proptest! {
        /// Guarantee 7: never above the declared rate over any window.
        #[test]
        fn no_window_holds_more_calls_than_declared(
            calls in 1u32..50,
            asks in prop::collection::vec((1u32..20, 0i64..700), 1..60),
        ) {
            let rate = Rate { calls, per: Duration::from_secs(1) };
            let taken = slots(rate, &asks);
            for (place, slot) in taken.iter().enumerate() {
                let end = after(*slot, rate.per);
                let within = taken[place..].iter().filter(|other| **other < end).count();
                prop_assert!(within <= usize::try_from(calls).expect("small"), "{within} of {calls}");
            }
        }
    }
}
