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

/// Trap 25: the older version is refused, the newer one is sent, and the older one is tried again.
#[test]
fn a_version_that_was_refused_is_superseded_when_it_is_tried_again() {
    let budget = Budget { refusals: 1, ticks: 2, ..Budget::default() };
    holds(Setting::new("two versions, 1 refusal", false, budget));
    holds(Setting::new("create or update, 1 refusal", true, budget));
    let budget = Budget { rejections: 1, orders: 1, ticks: 1, ..Budget::default() };
    holds(Setting::new("two versions, 1 rejection, 1 order", false, budget));
    holds(Setting::new("create or update, 1 rejection, 1 order", true, budget));
}

/// The second of two orders may come when the first was obeyed, and the delivery waits, is being sent, or is over.
#[test]
fn an_order_that_comes_late_changes_nothing() {
    let budget = Budget { rejections: 1, orders: 2, ticks: 1, ..Budget::default() };
    holds(Setting::new("two versions, 1 rejection, 2 orders", false, budget));
}

#[test]
fn a_write_that_fails_loses_nothing() {
    let budget = Budget { failures: 1, ticks: 1, ..Budget::default() };
    holds(Setting::new("two versions, 1 failed write", false, budget));
    holds(Setting::new("create or update, 1 failed write", true, budget));
}
