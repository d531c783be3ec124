//! What a bulk retry would do, in figures.

use std::collections::BTreeMap;

use fairlead_core::{
    class::Class,
    order::{Refusal, Way},
};
use serde::Serialize;

use super::table::{counted, number, table};

/// What a bulk retry would do, class by class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// By class.
    pub classes: BTreeMap<Class, Figures>,
}

/// What would become of one class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Sent again: nothing was created, or the vendor recognises the repetition.
    pub safe: usize,
    /// Looked up at the vendor first, and sent only if it is not there.
    pub looked_up: usize,
    /// Not touched, and why.
    pub refused: BTreeMap<Refusal, usize>,
}

impl Plan {
    /// Counts one delivery.
    pub fn count(&mut self, class: Class, way: Result<Way, Refusal>) {
        let figures = self.classes.entry(class).or_default();
        match way {
            Ok(Way::Safe) => figures.safe += 1,
            Ok(Way::LookedUp) => figures.looked_up += 1,
            Err(why) => *figures.refused.entry(why).or_default() += 1,
        }
    }

    /// How many it does not touch.
    pub fn refused(&self) -> usize {
        self.classes.values().flat_map(|figures| figures.refused.values()).sum()
    }

    /// How many it has met, whatever becomes of them.
    pub fn met(&self) -> usize {
        let all = self.classes.values();
        all.map(|figures| figures.safe + figures.looked_up).sum::<usize>() + self.refused()
    }

    /// The plan as people read it.
    pub fn text(&self) -> String {
        if self.classes.is_empty() {
            return "No parked delivery is meant.\n".to_owned();
        }
        let head = ["CLASS", ">SAFE", ">LOOKED UP", ">REFUSED", "WHY"];
        let rows = self.classes.iter().map(|(class, figures)| {
            let refused = figures.refused.values().sum();
            let why: Vec<&str> = figures.refused.keys().map(|why| why.sentence()).collect();
            [
                class.word().to_owned(),
                number(figures.safe),
                number(figures.looked_up),
                number(refused),
                why.join("; "),
            ]
        });
        let all = self.classes.values();
        let will = all.map(|figures| figures.safe + figures.looked_up).sum();
        let would = counted(will, "delivery would be retried", "deliveries would be retried");
        format!("{}{would}.\n", table(head, rows))
    }
}
