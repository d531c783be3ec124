//! The comparison itself: each item of the vendor's belongs to one name, each name to the newest delivery that has it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Differing, Extra, Findings, Means, Missing, Ours, Says, StatusRule, Theirs};
use crate::{
    expression::same,
    id::{DeliveryId, VendorId},
};

/// The field under which a delivery is told that is not settled and stands at the vendor.
pub(super) const STATE: &str = "state";

/// Compares what the ledger says with what the vendor lists. The order of either side says nothing.
pub fn compare(ours: &[Ours], theirs: &[Theirs], status: Option<&StatusRule>) -> Findings {
    let mut findings = Findings::default();
    let mut left: BTreeMap<&VendorId, &Theirs> =
        theirs.iter().map(|item| (&item.id, item)).collect();
    let mut names = BTreeMap::<&str, Vec<&Ours>>::new();
    ours.iter().for_each(|one| names.entry(&one.name).or_default().push(one));
    // What the vendor calls a thing is sure, so those are taken first; what is recognised by its name comes after.
    let mut known = BTreeMap::new();
    for (name, group) in &names {
        let ids = group.iter().filter_map(|one| one.vendor_id.as_ref());
        let found: Vec<&Theirs> = ids.filter_map(|id| left.remove(id)).collect();
        known.insert(*name, found);
    }
    let mut by_name = BTreeMap::<Option<&str>, Vec<&Theirs>>::new();
    for item in left.into_values() {
        by_name.entry(item.name.as_deref()).or_default().push(item);
    }
    for (name, group) in &names {
        let mut items = known.remove(name).unwrap_or_default();
        items.extend(by_name.remove(&Some(*name)).unwrap_or_default());
        one_name(group, &items, status, &mut findings);
    }
    let strangers = by_name.into_values().flatten().filter(|item| !is_removed(item, status));
    findings.extra.extend(strangers.map(|item| extra(item, None)));
    findings
}

fn extra(item: &Theirs, twice: Option<DeliveryId>) -> Extra {
    Extra { vendor_id: item.id.clone(), name: item.name.clone(), twice }
}

/// All deliveries and all items of one name; the newest delivery that the vendor has counts.
fn one_name(
    group: &[&Ours],
    items: &[&Theirs],
    status: Option<&StatusRule>,
    findings: &mut Findings,
) {
    let newest = |means: fn(&Says) -> bool| {
        group.iter().filter(|one| means(&one.says)).max_by_key(|one| one.delivery)
    };
    let has = newest(|says| matches!(says, Says::Delivered | Says::Before));
    let moves = newest(|says| matches!(says, Says::Moving)).is_some();
    let standing = items.iter().filter(|item| !is_removed(item, status));
    let standing: Vec<&Theirs> = standing.copied().collect();
    let unsettled = || newest(|says| matches!(says, Says::InDoubt | Says::Not(_)));
    let Some(one) = has.or_else(unsettled) else { return };
    findings.compared += usize::from(has.is_some());
    // Its item is the one with its id, else one that stands there, else one that was taken back.
    let own = items.iter().find(|item| one.vendor_id.as_ref() == Some(&item.id)).copied();
    let item = own.or(standing.first().copied()).or(items.first().copied());
    match (&one.says, item) {
        (Says::Delivered, None) if !moves => findings.missing.push(Missing {
            delivery: one.delivery,
            record: one.record.clone(),
            vendor_id: one.vendor_id.clone(),
        }),
        // A delivery on its way may be the next version of the record.
        (Says::Delivered | Says::Before, Some(item)) if !moves => {
            findings.differing.extend(differences(one, item, status));
        }
        (Says::Not(word), Some(item)) if !moves && standing.contains(&item) => {
            findings.differing.push(held(one, item, word));
        }
        // What stands there may be what was sent, or something else that goes by its name.
        (Says::InDoubt, Some(item)) if !moves && standing.contains(&item) => {
            findings.differing.push(held(one, item, "parked: in_doubt"));
            findings.differing.extend(differences(one, item, status));
        }
        (Says::Delivered | Says::Before | Says::Moving | Says::InDoubt | Says::Not(_), _) => {}
    }
    let others = standing.iter().filter(|other| item.is_some_and(|item| item.id != other.id));
    let twice = Some(one.delivery);
    findings.extra.extend(others.map(|other| extra(other, twice)));
}

fn differences(one: &Ours, item: &Theirs, status: Option<&StatusRule>) -> Vec<Differing> {
    let mut found = Vec::new();
    if let (Some(rule), Some(said)) = (status, &item.status)
        && means(rule, said) != Some(Means::Delivered)
    {
        found.push(differing(one, item, "status", Value::from("delivered"), said.clone()));
    }
    if item.name.as_deref() != Some(&one.name) {
        let theirs = item.name.as_deref().map_or(Value::Null, Value::from);
        found.push(differing(one, item, "name", one.name.as_str().into(), theirs));
    }
    let names: BTreeSet<&String> = one.fields.keys().chain(item.fields.keys()).collect();
    for name in names {
        let value = |of: &BTreeMap<String, Value>| of.get(name).cloned().unwrap_or_default();
        let (ours, theirs) = (value(&one.fields), value(&item.fields));
        if !same(&ours, &theirs) {
            found.push(differing(one, item, name, ours, theirs));
        }
    }
    found
}

/// What stands there although the ledger does not say that it was delivered.
fn held(one: &Ours, item: &Theirs, state: &str) -> Differing {
    differing(one, item, STATE, Value::from(state), Value::from("held"))
}

fn differing(one: &Ours, item: &Theirs, field: &str, ours: Value, theirs: Value) -> Differing {
    Differing {
        delivery: one.delivery,
        record: one.record.clone(),
        vendor_id: item.id.clone(),
        field: field.to_owned(),
        ours,
        theirs,
    }
}

/// Statuses are texts, numbers or true and false; the table has them as texts.
fn means(rule: &StatusRule, said: &Value) -> Option<Means> {
    let text = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
    rule.table.get(&text).copied()
}

fn is_removed(item: &Theirs, status: Option<&StatusRule>) -> bool {
    let said = status.zip(item.status.as_ref());
    said.and_then(|(rule, said)| means(rule, said)) == Some(Means::Removed)
}
