//! Seeded mistakes about records: each must be caught by a law, by name, or the laws are too weak.

use super::{
    law,
    model::caught,
    setting::{Budget, Mistake, Setting},
};

fn check(name: &'static str, creates: bool, budget: Budget, mistake: Mistake, law: &'static str) {
    caught(Setting::new(name, creates, budget).mistake(mistake), law);
}

#[test]
fn a_stale_overwrite() {
    let budget = Budget::default();
    check("no version check", false, budget, Mistake::NoVersionCheck, law::NEVER_BACKWARDS);
}

#[test]
fn two_at_one_time() {
    let budget = Budget::default();
    check("no turn", false, budget, Mistake::NoTurn, law::ONE_AT_A_TIME);
}

#[test]
fn a_turn_that_is_never_given_back() {
    let budget = Budget::default();
    check("turn never released", false, budget, Mistake::NeverGivenBack, law::GIVEN_BACK);
}

#[test]
fn an_id_kept_after_the_delivery_is_settled() {
    let budget = Budget { crashes: 1, ..Budget::default() };
    check("link written after the save", true, budget, Mistake::LinkAfterSave, law::KNOWN);
}

#[test]
fn a_create_that_is_not_rendered_anew() {
    let budget = Budget::default();
    check("create not re-rendered", true, budget, Mistake::NotRenderedAnew, law::CREATED_ONCE);
}

#[test]
fn a_create_in_doubt_that_is_forgotten() {
    let budget = Budget { losses: 1, ticks: 4, ..Budget::default() };
    check("create in doubt forgotten", true, budget, Mistake::CreateForgotten, law::CREATED_ONCE);
}

#[test]
fn an_older_version_that_is_sent_once_more_after_a_refusal() {
    let budget = Budget { rejections: 1, orders: 1, ..Budget::default() };
    let name = "no version check after a rejection";
    check(name, true, budget, Mistake::NoVersionCheck, law::NEVER_BACKWARDS);
}

#[test]
fn an_order_that_is_obeyed_whichever_parking_it_means() {
    let budget = Budget { rejections: 2, orders: 2, ..Budget::default() };
    check("stale order obeyed", false, budget, Mistake::AnyOrderObeyed, law::OWN_PARKING);
}

#[test]
fn a_failed_write_that_is_taken_for_done() {
    let budget = Budget { failures: 1, ..Budget::default() };
    check("failed write swallowed", false, budget, Mistake::FailureSwallowed, law::NOTHING_STUCK);
}
