//! Never more calls at once than declared, over all concurrent dispatchers: each call takes a place.
//!
//! A place is leased for as long as the call's delivery is: a dispatcher that dies gives it back by that.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{Token, Version},
    span::after,
};

/// The calls of a destination that are running: one small item of the ledger, only where a cap is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Running {
    /// Counts the writes; 0 while there is no item.
    pub version: Version,
    /// One for each call that was begun and not yet heard of.
    pub places: Vec<Place>,
}

/// The place of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Whose call it is.
    pub token: Token,
    /// When its lease ends.
    pub until: Timestamp,
}

/// What a dispatcher that wants a place is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Room {
    /// Save this; if that was done, the place is yours.
    Free(Running),
    /// All places are taken.
    Full,
}

impl Running {
    /// Takes a place among `most` for a call whose lease is `lease` long; places of the dead are free.
    pub fn take(&self, token: Token, most: u32, lease: Duration, now: Timestamp) -> Room {
        let mut next = self.clone();
        next.places.retain(|place| now < place.until);
        if next.places.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
            return Room::Full;
        }
        next.places.push(Place { token, until: after(now, lease) });
        next.version = self.version.next();
        Room::Free(next)
    }

    /// Gives the place back; `None` where it was given to another since.
    pub fn give_back(&self, token: Token) -> Option<Self> {
        let mut next = self.clone();
        next.places.retain(|place| place.token != token);
        next.version = self.version.next();
        (next.places.len() < self.places.len()).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const LEASE: Duration = Duration::from_secs(35);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("a time")
    }

    fn token(n: u128) -> Token {
        Token(Uuid::from_u128(n))
    }

    fn taken(running: &Running, n: u128, now: i64) -> Running {
        match running.take(token(n), 2, LEASE, at(now)) {
            Room::Free(next) => next,
            Room::Full => panic!("full at {now}: {running:?}"),
        }
    }

    #[test]
    fn the_house_is_full_when_every_place_is_taken() {
        let two = taken(&taken(&Running::default(), 1, 0), 2, 0);
        assert_eq!(two.take(token(3), 2, LEASE, at(1)), Room::Full);
        let one = two.give_back(token(1)).expect("it had a place");
        assert_eq!(taken(&one, 3, 1).places.len(), 2);
    }

    #[test]
    fn a_dead_dispatchers_place_is_free_when_its_lease_is_over() {
        let two = taken(&taken(&Running::default(), 1, 0), 2, 10);
        assert_eq!(two.take(token(3), 2, LEASE, at(34)), Room::Full);
        let next = taken(&two, 3, 35);
        assert_eq!(next.places.iter().map(|p| p.token).collect::<Vec<_>>(), [token(2), token(3)]);
        assert_eq!(next.give_back(token(1)), None, "the late one has no place to give back");
    }

    #[test]
    fn a_smaller_cap_after_a_deploy_lets_the_running_calls_end() {
        let two = taken(&taken(&Running::default(), 1, 0), 2, 0);
        assert_eq!(two.take(token(3), 1, LEASE, at(1)), Room::Full);
        let one = two.give_back(token(1)).expect("it had a place");
        assert_eq!(one.take(token(3), 1, LEASE, at(1)), Room::Full);
    }
}
