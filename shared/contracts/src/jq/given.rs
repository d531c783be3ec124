//! What a program is given besides its input: the variables `$meta` and `$tables`, and the tables that `lookup` reads.
//!
//! All of it is fixed when the bundle is built, so the same event always makes the same bytes.

use fairlead_core::{integration::Integration, render::Found};
use jaq_core::Vars;
use jaq_json::{Map, Val};

use super::{Scope, Tables};

/// The variables' names, in the order of [`Given::vars`].
pub(super) const NAMES: [&str; 2] = ["$meta", "$tables"];

/// What one run is given. Made once per event, because jq's values stay on one thread.
pub(crate) struct Given<'a> {
    /// What `lookup` reads.
    pub(super) tables: &'a Tables,
    vars: [Val; NAMES.len()],
    /// `$needs`: an object of vendor ids, by the name of the need.
    needs: Val,
    /// `$vendor_id`: what the vendor calls the record.
    vendor_id: Val,
}

impl<'a> Given<'a> {
    /// What the programs of one integration are given.
    pub(crate) fn of(integration: &'a Integration) -> Self {
        let meta = [
            ("integration", integration.name.as_str()),
            ("event", integration.source.event.as_str()),
            ("destination", integration.destination.as_str()),
        ];
        Self {
            vars: [object(meta.map(text)), tables(&integration.tables)],
            ..Self::only(&integration.tables)
        }
    }

    /// Tables alone.
    pub(super) fn only(tables: &'a Tables) -> Self {
        let vars = [Val::Null, self::tables(tables)];
        Self { tables, vars, needs: Val::Null, vendor_id: Val::Null }
    }

    /// The same with what the crosswalk knows.
    pub(crate) fn with(self, found: &Found) -> Self {
        let needs = object(found.needs.iter().map(text));
        let vendor_id = found.own.as_ref().map_or(Val::Null, |id| Val::from(id.to_string()));
        Self { needs, vendor_id, ..self }
    }

    pub(super) fn vars(&self, scope: Scope) -> Vars<Val> {
        let needs = scope.needs.then(|| self.needs.clone());
        let vendor_id = scope.vendor_id.then(|| self.vendor_id.clone());
        Vars::new(self.vars.iter().cloned().chain(needs).chain(vendor_id))
    }
}

fn tables(tables: &Tables) -> Val {
    object(tables.iter().map(|(name, table)| {
        (Val::from(name.clone()), object(table.iter().map(|(from, to)| text((from, to)))))
    }))
}

fn text<A: ToString, B: ToString>((name, value): (A, B)) -> (Val, Val) {
    (Val::from(name.to_string()), Val::from(value.to_string()))
}

fn object(members: impl IntoIterator<Item = (Val, Val)>) -> Val {
    Val::obj(members.into_iter().collect::<Map>())
}
