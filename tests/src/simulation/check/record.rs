//! Laws about several deliveries of one record.

use std::{cmp::Ordering, collections::BTreeMap};

use fairlead_core::{
    entry::{End, Entry, State},
    id::IntegrationName,
    record::RecordVersion,
};

use super::super::{
    bundle::{CONTACTS, ORDERS},
    fact::Call,
    law::{About, Law},
    wire::vendor_id,
    world::Inside,
};

fn version(entry: &Entry) -> Option<&RecordVersion> {
    entry.ordered.as_ref()?.version.as_ref()
}

fn is_newer(one: &RecordVersion, other: &RecordVersion) -> bool {
    one.compare(other) == Some(Ordering::Greater)
}

fn about(inside: &Inside, call: &Call) -> About {
    let theirs = |entry: &&Entry| entry.idempotency_key.as_str() == call.external;
    inside.ledger.entries().find(theirs).map_or(About::All, |entry| About::Delivery(entry.id))
}

/// Calls for one record come one after the other, and never backwards.
pub(crate) fn in_order(inside: &mut Inside) {
    let mut records: BTreeMap<&(IntegrationName, String), Vec<&Call>> = BTreeMap::new();
    for call in inside.facts.calls.iter().filter(|call| call.version.is_some() && !call.asks) {
        records.entry(&call.of).or_default().push(call);
    }
    let mut broken = Vec::new();
    for two in records.values().flat_map(|calls| calls.windows(2)) {
        let (call, next) = (two[0], two[1]);
        if call.ended.is_none_or(|ended| next.at < ended) {
            let what = format!(
                "{} is called at {:.3}, and {} at {:.3}, before that has ended",
                call.external, call.at, next.external, next.at
            );
            broken.push((Law::OneAtATime, about(inside, next), what));
        }
        if let (Some(sent), Some(now)) = (&call.version, &next.version)
            && is_newer(sent, now)
        {
            let what = format!("version {now} is sent at {:.3}, after version {sent}", next.at);
            broken.push((Law::NeverBackwards, about(inside, next), what));
        }
    }
    for (law, about, what) in broken {
        inside.broke(law, about, what);
    }
}

/// What was superseded gave way to a newer one, which is there.
pub(crate) fn newest_goes(inside: &mut Inside) {
    let entries: Vec<&Entry> = inside.ledger.entries().collect();
    let superseded =
        |entry: &&&Entry| matches!(entry.life.state, State::Closed { how: End::Superseded });
    let mut broken = Vec::new();
    for entry in entries.iter().filter(superseded) {
        let gave_way = entries.iter().any(|other| {
            let same = other.integration == entry.integration && other.record == entry.record;
            let newer = version(other).zip(version(entry)).is_some_and(|(a, b)| is_newer(a, b));
            same && newer
        });
        if !gave_way {
            broken.push(entry.id);
        }
    }
    for id in broken {
        let what = "superseded, and no newer version was ever accepted";
        inside.broke(Law::NeverBackwards, About::Delivery(id), what);
    }
}

/// A contact is created once.
pub(crate) fn created_once(inside: &mut Inside) {
    let mut created: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for effect in &inside.facts.effects {
        let call = &inside.facts.calls[effect.call];
        if call.of.0.as_str() == CONTACTS && !is_update(call) {
            created.entry(&call.of.1).or_default().push(call);
        }
    }
    let twice = created.values().filter(|calls| calls.len() > 1);
    let broken: Vec<_> = twice
        .map(|calls| {
            let by: Vec<_> =
                calls.iter().map(|c| format!("{} at {:.0}", c.external, c.at)).collect();
            (about(inside, calls[1]), format!("created by {}", by.join(" and ")))
        })
        .collect();
    for (about, what) in broken {
        inside.broke(Law::OneRecord, about, what);
    }
}

fn is_update(call: &Call) -> bool {
    call.path.contains("/V-")
}

/// An id of the vendor stands in a request only after the vendor has that record.
pub(crate) fn need_known(inside: &mut Inside) {
    let there = |record: &str, call: &Call| {
        inside.facts.effects.iter().any(|effect| {
            let made = &inside.facts.calls[effect.call];
            effect.at <= call.at && made.of.0.as_str() == CONTACTS && made.of.1 == record
        })
    };
    let mut broken = Vec::new();
    for call in &inside.facts.calls {
        let record = match call.of.0.as_str() {
            CONTACTS if is_update(call) => Some(call.of.1.clone()),
            ORDERS => Some(call.of.1.replacen("O-", "K-", 1)),
            _ => None,
        };
        let Some(record) = record else { continue };
        let id = vendor_id(&record).to_string();
        if !there(&record, call) || !(call.body.contains(&id) || call.path.ends_with(&id)) {
            let what =
                format!("{} {} at {:.0}, and {id} is not there", call.path, call.body, call.at);
            broken.push((about(inside, call), what));
        }
    }
    for (about, what) in broken {
        inside.broke(Law::NeedKnown, about, what);
    }
}
