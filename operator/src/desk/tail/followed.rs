//! Which deliveries `tail` looks at: what moves, and what has stopped standing among the parked.

use std::collections::{BTreeMap, BTreeSet};

use fairlead_aws::{
    ran::Ran,
    work::{Page, Place},
};
use fairlead_core::{
    entry::{Entry, State},
    id::EntryKey,
};
use jiff::Timestamp;

use crate::desk::view::{Happened, happened};

/// So many deliveries are followed at a time; the longest followed give way.
pub(super) const MOST_FOLLOWED: usize = 300;

/// So many parked deliveries are watched for; those that were parked first give way.
const MOST_WATCHED: usize = 5_000;

/// What is followed, and what of it was told.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// By entry: how many lines of its history were told.
    told: BTreeMap<EntryKey, usize>,
    /// In the order in which they were found.
    pub(super) order: Vec<EntryKey>,
    /// What rests: found once more in the next look, it is not followed again.
    rests: BTreeSet<EntryKey>,
    /// What is parked, and since when: what stands there no longer has moved.
    parked: BTreeMap<EntryKey, Timestamp>,
    /// So many gave way before they came to rest, or were never followed.
    pub(super) left_out: usize,
    /// From where the next look goes on.
    pub(super) newest: Newest,
}

/// The newest that was seen, by the clocks of those that write: this machine's may be another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Newest {
    /// When it was accepted.
    pub(super) accepted: Timestamp,
    /// When it was parked.
    pub(super) parked: Timestamp,
}

impl Followed {
    /// Follows what was accepted or parked since then.
    pub(super) fn since(first: Timestamp) -> Self {
        Self { newest: Newest { accepted: first, parked: first }, ..Self::default() }
    }

    /// Takes what was accepted, newest first.
    pub(super) fn accepted(&mut self, ran: &[Ran]) {
        let oldest = ran.last().map(|ran| ran.id.accepted_at());
        // A full look that does not reach back to the last one has left a gap.
        let gap = oldest.is_some_and(|oldest| oldest > self.newest.accepted);
        if ran.len() >= MOST_FOLLOWED && gap {
            self.left_out += 1;
        }
        let newest = ran.first().map(|ran| ran.id.accepted_at());
        self.newest.accepted = newest.unwrap_or_default().max(self.newest.accepted);
        let new = ran.iter().rev().filter(|ran| !self.rests.contains(&ran.key));
        for key in new.map(|ran| ran.key.clone()).collect::<Vec<_>>() {
            self.follow(key);
        }
    }

    /// Takes what is parked, newest first: follows what was parked since then, and what is parked no longer.
    pub(super) fn parked(&mut self, page: &Page, since: Timestamp) {
        let seen: BTreeSet<&EntryKey> = page.places.iter().map(|place| &place.key).collect();
        // Of what lies behind a page's end nothing is known.
        let edge = page.places.last().filter(|_| page.more).map(|place| place.at);
        let moved = |at: Timestamp, key: &EntryKey| {
            edge.is_none_or(|edge| at > edge) && !seen.contains(key)
        };
        let gone: Vec<EntryKey> =
            self.parked.extract_if(.., |key, at| moved(*at, key)).map(|(key, _)| key).collect();
        for key in gone {
            self.follow(key);
        }
        let mut news = false;
        for Place { at, key } in &page.places {
            let known = self.parked.insert(key.clone(), *at);
            news |= known != Some(*at);
            if known != Some(*at) && (known.is_some() || *at >= since) {
                self.follow(key.clone());
            }
        }
        // A full page that is as it was at the last look leaves nothing more out.
        self.left_out += usize::from(news && edge.is_some_and(|edge| edge >= since));
        let newest = page.places.first().map(|place| place.at);
        self.newest.parked = newest.unwrap_or_default().max(self.newest.parked);
        self.bound_watched();
    }

    fn bound_watched(&mut self) {
        if self.parked.len() <= MOST_WATCHED {
            return;
        }
        let mut times: Vec<Timestamp> = self.parked.values().copied().collect();
        times.sort_unstable();
        let first = times[times.len() - MOST_WATCHED];
        self.parked.retain(|_, at| *at >= first);
    }

    fn follow(&mut self, key: EntryKey) {
        self.rests.remove(&key);
        if !self.order.contains(&key) {
            self.order.push(key);
        }
        let most = self.order.len().saturating_sub(MOST_FOLLOWED);
        self.order.drain(..most);
        self.left_out += most;
    }

    /// The lines that were not told yet, in the order in which they happened.
    pub(super) fn news(&mut self, entries: &[&Entry], first: Timestamp) -> Vec<Happened> {
        let mut news = Vec::new();
        for entry in entries {
            let all = entry.history.lines.len() + entry.history.dropped as usize;
            let told = self.told.insert(entry.key.clone(), all).unwrap_or(0);
            let new = entry.history.lines.len().min(all - told.min(all));
            let lines = &entry.history.lines[entry.history.lines.len() - new..];
            news.extend(lines.iter().filter(|l| l.at >= first).map(|l| happened(entry, l)));
        }
        news.sort_by_key(|happened| happened.at);
        news
    }

    /// What is at rest is followed no longer; what is parked is watched for, and found again when it moves.
    pub(super) fn let_go(&mut self, entries: &[Entry]) {
        for entry in entries {
            match entry.life.state {
                State::Parked { told: true, since, .. } => {
                    // The index knows milliseconds.
                    let millis = Timestamp::from_millisecond(since.as_millisecond());
                    self.parked.insert(entry.key.clone(), millis.unwrap_or(since));
                }
                _ if entry.life.state.is_over() => {}
                _ => continue,
            }
            self.order.retain(|key| *key != entry.key);
            self.rests.insert(entry.key.clone());
        }
        if self.told.len() > 50 * MOST_FOLLOWED {
            let (order, parked) = (&self.order, &self.parked);
            self.told.retain(|key, _| order.contains(key) || parked.contains_key(key));
            self.rests.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use fairlead_core::id::DeliveryId;
    use uuid::Uuid;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn place(second: i64, name: &str) -> Place {
        Place { at: at(second), key: EntryKey::new(name) }
    }

    fn page(places: &[(i64, &str)], more: bool) -> Page {
        Page { places: places.iter().map(|(second, name)| place(*second, name)).collect(), more }
    }

    fn ran(count: usize, millis: u128) -> Vec<Ran> {
        let one = |number: usize| Ran {
            id: DeliveryId(Uuid::from_u128((millis << 80) + number as u128)),
            key: EntryKey::new(format!("a/{number}")),
        };
        (0..count).rev().map(one).collect()
    }

    #[test]
    fn what_was_parked_before_is_followed_once_it_is_parked_no_longer() {
        let mut followed = Followed::default();
        followed.parked(&page(&[(9, "a/new"), (2, "a/old"), (1, "a/older")], false), at(5));
        assert_eq!(followed.order, [EntryKey::new("a/new")], "only what was parked since then");
        followed.parked(&page(&[(9, "a/new"), (1, "a/older")], false), at(10));
        assert_eq!(followed.order.last(), Some(&EntryKey::new("a/old")), "it was retried");
        // Retried, and parked again between two looks.
        followed.parked(&page(&[(12, "a/older"), (9, "a/new")], false), at(11));
        assert_eq!(followed.order.last(), Some(&EntryKey::new("a/older")));
    }

    #[test]
    fn what_lies_behind_the_end_of_a_page_has_not_moved_for_all_that_is_known() {
        let mut followed = Followed::default();
        followed.parked(&page(&[(2, "a/second"), (1, "a/first")], false), at(5));
        followed.parked(&page(&[(3, "a/third"), (2, "a/second")], true), at(5));
        assert!(followed.order.is_empty(), "{:?}", followed.order);
    }

    #[test]
    fn more_at_once_than_are_followed_is_said_and_a_look_that_overlaps_is_not() {
        let mut followed = Followed::since(at(9));
        followed.accepted(&ran(MOST_FOLLOWED, 9_000));
        assert_eq!((followed.order.len(), followed.left_out), (MOST_FOLLOWED, 0));
        followed.newest.accepted = at(8);
        followed.accepted(&ran(MOST_FOLLOWED, 9_000));
        assert_eq!(followed.left_out, 1, "there may be more since the last look");
        followed.parked(&page(&[(9, "a/parked")], false), at(8));
        assert_eq!((followed.order.len(), followed.left_out), (MOST_FOLLOWED, 2), "one gave way");
    }

    /// Deliveries are named by the clocks of functions, which may run behind this machine's or ahead of it.
    #[test]
    fn a_look_goes_on_from_the_newest_that_was_seen_and_not_from_this_machines_clock() {
        let mut followed = Followed::since(at(100));
        followed.accepted(&ran(2, 130_000));
        followed.parked(&page(&[(110, "a/new"), (90, "a/old")], false), at(90));
        let seen = |followed: &Followed| (followed.newest.accepted, followed.newest.parked);
        assert_eq!(seen(&followed), (at(130), at(110)));
        followed.accepted(&[]);
        followed.parked(&page(&[], false), at(100));
        assert_eq!(seen(&followed), (at(130), at(110)), "what is seen no more is no step back");
    }
}
