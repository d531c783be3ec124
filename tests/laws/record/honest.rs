//! No law of records is broken in any world that can be reached.

use super::{
    model::holds,
    setting::{Budget, Setting},
};

#[test]
fn two_versions_of_a_record_land_in_order() {
    let budget = Budget { crashes: 1, ticks: 2, ..Budget::default() };
    holds(Setting::new("two versions, 1 crash", false, budget));
    let budget = Budget { losses: 1, ticks: 3, ..Budget::default() };
    holds(Setting::new("two versions, 1 lost answer", false, budget));
    let budget = Budget { copies: 1, ticks: 1, ..Budget::default() };
    holds(Setting::new("two versions, 1 copied ticket", false, budget));
}

#[test]
fn a_record_is_created_once_and_then_updated() {
    let budget = Budget { crashes: 1, ticks: 2, ..Budget::default() };
    holds(Setting::new("create or update, 1 crash", true, budget));
    let budget = Budget { losses: 1, ticks: 3, ..Budget::default() };
    holds(Setting::new("create or update, 1 lost answer", true, budget));
    let budget = Budget { copies: 1, ticks: 1, ..Budget::default() };
    holds(Setting::new("create or update, 1 copied ticket", true, budget));
}
