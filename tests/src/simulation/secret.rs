//! The secret store, and what each vendor takes.

use std::collections::BTreeMap;

use fairlead_core::{
    id::{DestinationName, SecretName},
    integration::Catalog,
};
use jiff::Timestamp;

use super::{fact::Facts, plan::Rotation, vendor::Vendor};

/// Secrets Manager.
pub(crate) struct Store {
    values: BTreeMap<SecretName, String>,
}

impl Store {
    pub(crate) fn new(catalog: &Catalog) -> Self {
        let secrets = catalog.destinations.values().map(|d| d.auth.secret().clone());
        Self { values: secrets.map(|name| (name, first())).collect() }
    }

    pub(crate) fn get(&self, name: &SecretName) -> String {
        self.values.get(name).cloned().unwrap_or_default()
    }

    pub(crate) fn put(&mut self, name: &SecretName, value: String) {
        self.values.insert(name.clone(), value);
    }
}

/// The credential of the beginning.
pub(crate) fn first() -> String {
    "first".to_owned()
}

/// The credential after a rotation.
fn second() -> String {
    "second".to_owned()
}

/// A credential changes.
pub(crate) fn rotate(
    vendor: &mut Vendor,
    store: &mut Store,
    facts: &mut Facts,
    how: Rotation,
    now: Timestamp,
) {
    vendor.takes = match how {
        Rotation::Gentle => vec![first(), second()],
        Rotation::AtOnce | Rotation::Unannounced => vec![second()],
    };
    match how {
        Rotation::AtOnce | Rotation::Gentle => store.put(&vendor.secret, second()),
        Rotation::Unannounced => {
            let refused = facts.refused.entry(vendor.name.clone()).or_default();
            refused.push((now, Timestamp::MAX));
        }
    }
}

/// The right credential comes into the store, if it is not there.
pub(crate) fn mend(vendor: &Vendor, store: &mut Store, facts: &mut Facts, now: Timestamp) {
    let Some(right) = vendor.takes.last() else { return };
    if store.get(&vendor.secret) != *right {
        store.put(&vendor.secret, right.clone());
        close(facts, &vendor.name, now);
    }
}

fn close(facts: &mut Facts, of: &DestinationName, now: Timestamp) {
    if let Some((_, until)) = facts.refused.get_mut(of).and_then(|list| list.last_mut()) {
        *until = now;
    }
}
