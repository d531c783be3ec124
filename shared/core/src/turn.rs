//! Whose turn it is to call the vendor for a record, and which version was sent last. Pure: the rules of one item.

use std::{cmp::Ordering, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{DeliveryId, EntryKey, IntegrationName, Sha256Hex, Token, Version},
    record::RecordVersion,
    span::after,
};

/// What the ledger knows of one record's turns. Nothing, while no delivery of it was ever sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Turn {
    /// Counts the writes; 0 before the first.
    pub version: Version,
    /// The newest version whose sending was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<RecordVersion>,
    /// Who has the turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Hold>,
    /// A delivery that may have created the record at the vendor, without the vendor's id being known:
    /// as long as that is so, no other delivery may create it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creating: Option<EntryKey>,
}

/// A turn that is taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hold {
    /// The dispatcher that took it.
    pub token: Token,
    /// For which delivery.
    pub delivery: DeliveryId,
    /// Its function is dead by then, so the turn is free.
    pub until: Timestamp,
}

/// Who asks for the turn.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Fresh: becomes the turn's owner.
    pub token: Token,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The version that it brings.
    pub version: Option<&'a RecordVersion>,
    /// The entry, where its call may create the record.
    pub creates: Option<&'a EntryKey>,
    /// How long the dispatcher may run, and a little more.
    pub lease: Duration,
}

/// What becomes of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// The turn is its own, once this is saved.
    Yours(Turn),
    /// Another delivery has it until then, or a little less.
    Held(Timestamp),
    /// A newer version was sent, so this one never is.
    Newer(RecordVersion),
    /// The version sent last is of another kind, so it cannot be said which is newer.
    Unlike(RecordVersion),
}

/// Where a record's turn lies in the ledger. What it is ordered by comes from outside, so its digest stands there.
pub fn place(integration: &IntegrationName, by: &str) -> String {
    format!("turn#{integration}#{}", &Sha256Hex::of(by.as_bytes()).as_str()[..40])
}

/// Whether the turn can be had now.
///
/// Who has it is asked first: a turn that is given back unused was never a newer version sent.
pub fn ask(turn: &Turn, claim: &Claim<'_>, now: Timestamp) -> Granted {
    let other = turn.held.as_ref().filter(|held| held.delivery != claim.delivery);
    if let Some(held) = other.filter(|held| now < held.until) {
        return Granted::Held(held.until);
    }
    if let (Some(mine), Some(sent)) = (claim.version, &turn.sent) {
        match mine.compare(sent) {
            None => return Granted::Unlike(sent.clone()),
            Some(Ordering::Less) => return Granted::Newer(sent.clone()),
            Some(Ordering::Equal | Ordering::Greater) => {}
        }
    }
    let until = after(now, claim.lease);
    let held = Hold { token: claim.token, delivery: claim.delivery, until };
    Granted::Yours(Turn {
        version: turn.version.next(),
        sent: claim.version.cloned().or_else(|| turn.sent.clone()),
        held: Some(held),
        creating: claim.creates.cloned().or_else(|| turn.creating.clone()),
    })
}

/// The turn after nothing was sent in it: as it was before.
///
/// It may have been another dispatcher's of the same delivery, whose call is under way: that one keeps it.
pub fn unused(before: &Turn, taken: &Turn) -> Turn {
    Turn { version: taken.version.next(), ..before.clone() }
}

/// The turn after its call. `nameless`: the vendor may have the record, and what it calls it was not heard.
///
/// Whoever held it before still does, until its lease ends: an earlier request of the delivery, whose answer was
/// lost, may be under way until then, and nothing may overtake it.
pub fn used(before: &Turn, taken: &Turn, nameless: bool) -> Turn {
    Turn {
        version: taken.version.next(),
        sent: taken.sent.clone(),
        held: before.held.clone(),
        creating: taken.creating.clone().filter(|_| nameless),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const LEASE: Duration = Duration::from_secs(35);

    fn number(number: i128) -> RecordVersion {
        RecordVersion::Number(number)
    }

    fn claim(delivery: u128, version: &RecordVersion) -> Claim<'_> {
        let (token, delivery) = (Token(Uuid::from_u128(9)), DeliveryId(Uuid::from_u128(delivery)));
        Claim { token, delivery, version: Some(version), creates: None, lease: LEASE }
    }

    #[track_caller]
    fn taken(turn: &Turn, claim: &Claim<'_>, now: Timestamp) -> Turn {
        match ask(turn, claim, now) {
            Granted::Yours(turn) => turn,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_turn_has_one_holder_and_is_free_when_its_lease_ends() {
        let now = Timestamp::UNIX_EPOCH;
        let (one, two) = (number(1), number(2));
        let turn = taken(&Turn::default(), &claim(1, &one), now);
        let end = after(now, LEASE);
        assert_eq!(ask(&turn, &claim(2, &two), now), Granted::Held(end));
        assert_eq!(taken(&turn, &claim(2, &two), end).sent, Some(two));
        // The entry's own lease keeps two dispatchers of one delivery apart.
        taken(&turn, &claim(1, &one), now);
    }

    #[test]
    fn what_is_older_than_the_last_one_sent_never_gets_a_turn() {
        let now = Timestamp::UNIX_EPOCH;
        let (one, two, text) = (number(1), number(2), RecordVersion::Text("x".to_owned()));
        let before = Turn::default();
        let turn = used(&before, &taken(&before, &claim(2, &two), now), false);
        assert_eq!(ask(&turn, &claim(1, &one), now), Granted::Newer(two.clone()));
        assert_eq!(ask(&turn, &claim(1, &text), now), Granted::Unlike(two.clone()));
        taken(&turn, &claim(3, &two), now);
    }

    #[test]
    fn a_turn_given_back_unused_has_sent_nothing() {
        let now = Timestamp::UNIX_EPOCH;
        let (one, two) = (number(1), number(2));
        let before = Turn::default();
        let turn = taken(&before, &claim(2, &two), now);
        let free = unused(&before, &turn);
        assert_eq!((free.version, &free.sent), (Version(2), &None));
        taken(&free, &claim(1, &one), now);
    }

    #[test]
    fn who_finds_its_delivery_being_sent_leaves_the_turn_with_the_sender() {
        let now = Timestamp::UNIX_EPOCH;
        let (one, two) = (number(1), number(2));
        let sending = taken(&Turn::default(), &claim(1, &one), now);
        let doubled = taken(&sending, &claim(1, &one), now);
        let left = unused(&sending, &doubled);
        assert_eq!(ask(&left, &claim(2, &two), now), Granted::Held(after(now, LEASE)));
    }

    #[test]
    fn what_was_lost_before_a_success_may_still_land_until_its_lease_ends() {
        let (now, later) = (Timestamp::UNIX_EPOCH, after(Timestamp::UNIX_EPOCH, LEASE / 2));
        let (one, two) = (number(1), number(2));
        let lost = taken(&Turn::default(), &claim(1, &one), now);
        let again = taken(&lost, &claim(1, &one), later);
        let turn = used(&lost, &again, false);
        assert_eq!(ask(&turn, &claim(2, &two), later), Granted::Held(after(now, LEASE)));
        taken(&turn, &claim(2, &two), after(now, LEASE));
    }

    #[test]
    fn a_create_whose_id_is_not_known_is_remembered() {
        let key = EntryKey::new("orders/1");
        let one = number(1);
        let claim = Claim { creates: Some(&key), ..claim(1, &one) };
        let before = Turn::default();
        let turn = taken(&before, &claim, Timestamp::UNIX_EPOCH);
        assert_eq!(used(&before, &turn, true).creating, Some(key));
        assert_eq!(used(&before, &turn, false).creating, None);
    }
}
