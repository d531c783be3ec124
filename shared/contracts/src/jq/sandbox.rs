//! What a running program may reach: its tables and its step budget, nothing else.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use jaq_core::{DataT, Lut, data::HasLut};
use jaq_json::Val;

/// Translation tables of one integration: name -> value -> value.
pub(crate) type Tables = BTreeMap<String, BTreeMap<String, String>>;

/// Steps one program may take: every iteration, call and new value counts one, and one more per 16 of its size.
///
/// An event has at most 200 kB, so an honest mapping of its longest list needs a fraction of this.
pub(crate) const MAX_STEPS: u32 = 400_000;

/// The most bytes of a text, or members of a list, that a program may build.
pub(crate) const MAX_SIZE: usize = 1 << 20;

/// The kind of data that our programs run on.
pub(crate) struct Sandbox;

impl DataT for Sandbox {
    type V<'a> = Val;
    type Data<'a> = Data<'a>;
}

/// What native functions see of the running program.
#[derive(Clone, Copy)]
pub(crate) struct Data<'a> {
    pub(crate) lut: &'a Lut<Sandbox>,
    pub(crate) run: &'a Run<'a>,
}

impl<'a> HasLut<'a, Sandbox> for Data<'a> {
    fn lut(&self) -> &'a Lut<Sandbox> {
        self.lut
    }
}

/// One run of a program.
pub(crate) struct Run<'a> {
    pub(crate) tables: &'a Tables,
    steps: Cell<u32>,
    refusal: RefCell<Option<String>>,
}

impl<'a> Run<'a> {
    /// A run that has taken no step.
    pub(crate) fn new(tables: &'a Tables) -> Self {
        Self { tables, steps: Cell::new(0), refusal: RefCell::new(None) }
    }

    /// Counts one step that made a value of this size; false when the budget is spent.
    pub(crate) fn step(&self, size: usize) -> bool {
        let cost = 1 + u32::try_from(size / 16).unwrap_or(u32::MAX - 1);
        self.steps.set(self.steps.get().saturating_add(cost));
        self.steps.get() <= MAX_STEPS
    }

    /// Remembers why the run is refused; the first reason stays.
    ///
    /// It is kept beside the program, because `try`, `?` and `//` could swallow an ordinary error.
    pub(crate) fn refuse(&self, why: String) {
        self.refusal.borrow_mut().get_or_insert(why);
    }

    /// Why the run was refused, if it was.
    pub(crate) fn refusal(&self) -> Option<String> {
        self.refusal.borrow().clone()
    }
}
