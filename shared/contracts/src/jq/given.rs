//! What a program is given besides its input: the variables `$meta` and `$tables`, and the tables that `lookup` reads.
//!
//! All of it is fixed when the bundle is built, so the same event always makes the same bytes.

use fairlead_core::integration::Integration;
use jaq_core::Vars;
use jaq_json::{Map, Val};

use super::Tables;

/// The variables' names, in the order of [`Given::vars`].
pub(super) const NAMES: [&str; 2] = ["$meta", "$tables"];

/// What one run is given. Made once per event, because jq's values stay on one thread.
pub(crate) struct Given<'a> {
    /// What `lookup` reads.
    pub(super) tables: &'a Tables,
    vars: [Val; NAMES.len()],
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
        Self { tables, vars: [Val::Null, self::tables(tables)] }
    }

    pub(super) fn vars(&self) -> Vars<Val> {
        Vars::new(self.vars.iter().cloned())
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
