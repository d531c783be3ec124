//! No law is broken in any world that can be reached, setting by setting.

use std::time::Duration;

use fairlead_core::{integration::Dedupe, wait::Jitter};
use fairlead_tests::sample::{keyed, keyed_for};

use crate::{explore::holds, setting::Setting, vendor::Reaction};

#[test]
fn a_keyed_vendor_gets_it_once() {
    let name = "keyed vendor, 1 crash, 1 copied ticket, 1 repeated event";
    holds(Setting::new(name, keyed()).crashes(1).copies(1).repeats(1));
}

#[test]
fn a_vendor_without_keys_gets_it_once() {
    let name = "vendor without keys, 1 crash, 1 copied ticket, 1 repeated event";
    holds(Setting::new(name, Dedupe::None).crashes(1).copies(1).repeats(1));
}

#[test]
fn a_repeatable_request_arrives() {
    let name = "repeatable request, 1 crash, 1 copied ticket";
    holds(Setting::new(name, Dedupe::Upsert).crashes(1).copies(1));
}

/// Trap P7: who crashes leaves a delivery in progress for ever.
#[test]
fn two_crashes_lose_nothing() {
    let setting = Setting::new("keyed vendor, longest jitter, 2 crashes", keyed()).crashes(2);
    holds(Setting { jitter: Jitter(u16::MAX), ..setting });
    holds(Setting::new("vendor without keys, 2 crashes", Dedupe::None).crashes(2));
}

#[test]
fn whatever_the_vendor_does_the_laws_hold() {
    let all = Reaction::ALL;
    holds(Setting::new("keyed vendor, 11 reactions, 1 crash", keyed()).reactions(all).crashes(1));
    let name = "vendor without keys, 11 reactions, 1 crash";
    holds(Setting::new(name, Dedupe::None).reactions(all).crashes(1));
}

#[test]
fn a_vendor_that_can_be_asked_gets_it_once() {
    let asked = Reaction::ASKED;
    let name = "vendor without keys that can be asked, 1 crash";
    let setting = Setting::new(name, Dedupe::None).asked().reactions(asked);
    holds(setting.clone().crashes(1).ticks(4));
    let name = "vendor without keys that can be asked, 1 copied ticket";
    holds(Setting { name, ..setting.clone() }.copies(1).ticks(3));
    let name = "vendor without keys that can be asked, 1 redrive";
    let few = &[Reaction::CreatesLate, Reaction::Vanishes, Reaction::Creates];
    holds(Setting { name, ..setting }.reactions(few).redrives(1).ticks(4));
    let name = "vendor that forgets its key after 30 s and can be asked, 1 crash";
    let keyed = keyed_for(Duration::from_secs(30));
    holds(Setting::new(name, keyed).asked().reactions(asked).crashes(1).ticks(4));
}

#[test]
fn a_key_that_the_vendor_forgets_is_not_relied_on() {
    // Shorter than a lease after the first wait: the claim may come in time and the call too late.
    for (name, age) in [
        ("key forgotten after 30 s, 1 crash, 1 copied ticket", 30),
        ("key forgotten after 80 s, 1 crash, 1 copied ticket", 80),
    ] {
        holds(Setting::new(name, keyed_for(Duration::from_secs(age))).crashes(1).copies(1));
    }
}

#[test]
fn a_long_wait_survives_in_the_due_index() {
    let few = &[Reaction::Creates, Reaction::CreatesUnheard, Reaction::Refuses];
    let name = "wait in the due index, 2 looks, 1 crash";
    holds(Setting::new(name, keyed()).long_wait().looks(2).reactions(few).crashes(1));
    let name = "wait in the due index, 2 looks, 1 stale page, 1 copied ticket";
    let setting = Setting::new(name, keyed()).long_wait().looks(2).stale_pages(1).copies(1);
    holds(setting.reactions(few).ticks(2));
}

#[test]
fn a_long_chain_of_tickets_ends_in_the_due_index() {
    let few = &[Reaction::Creates, Reaction::Vanishes, Reaction::Refuses];
    let setting = Setting::new("tickets after 9 hops, 1 look, 1 crash", keyed()).hops_from(9);
    holds(setting.looks(1).reactions(few).crashes(1));
    let name = "tickets after 12 hops, 1 look, 1 crash, 1 copied ticket";
    let setting = Setting::new(name, keyed()).hops_from(12);
    holds(setting.looks(1).reactions(few).crashes(1).copies(1));
}

#[test]
fn a_redriven_message_retries_once() {
    holds(
        Setting::new("keyed vendor, 1 redrive, 1 crash", keyed()).redrives(1).crashes(1).ticks(2),
    );
    let name = "keyed vendor, 1 redrive, 1 copied ticket";
    let few = &[Reaction::Creates, Reaction::CreatesUnheard, Reaction::Refuses];
    holds(Setting::new(name, keyed()).redrives(1).reactions(few).copies(1));
    let name = "vendor without keys, 1 redrive, 1 crash";
    holds(Setting::new(name, Dedupe::None).redrives(1).crashes(1));
}

#[test]
fn a_checked_order_is_obeyed_once() {
    let name = "vendor without keys, 1 checked order, 1 crash";
    holds(Setting::new(name, Dedupe::None).orders(1).crashes(1).ticks(2));
}

#[test]
fn a_delivery_whose_integration_is_gone_waits_for_a_person() {
    let name = "integration leaves the bundle, 1 redrive";
    holds(Setting::new(name, keyed()).removals(1).redrives(1).ticks(2));
    let name = "integration leaves the bundle, 1 crash";
    holds(Setting::new(name, keyed()).removals(1).crashes(1));
}

/// Trap P9: the vendor has answered, and the write that says so fails.
#[test]
fn a_failed_write_loses_nothing() {
    let name = "keyed vendor, 1 failed write, 1 repeated event";
    holds(Setting::new(name, keyed()).failures(1).repeats(1));
    holds(Setting::new("keyed vendor, 2 failed writes", keyed()).failures(2));
}

/// Trap P6: who lost its lease writes over its successor.
#[test]
fn a_worker_that_outlives_its_lease_does_no_harm() {
    let name = "keyed vendor, workers that outlive their lease, 1 crash";
    holds(Setting::new(name, keyed()).immortal().crashes(1));
    let name = "vendor without keys, workers that outlive their lease, 1 copied ticket";
    holds(Setting::new(name, Dedupe::None).immortal().copies(1));
}

#[test]
fn a_refused_event_that_nobody_waits_for_reaches_its_owner() {
    let name = "event refused at acceptance, 2 crashes, 1 repeated event, 1 redrive";
    holds(Setting::new(name, keyed()).refused().crashes(2).repeats(1).redrives(1));
}

/// Trap P5: a slow call, and its ticket comes again meanwhile.
#[test]
fn three_workers_at_once_do_no_harm() {
    let name = "keyed vendor, 3 workers, 1 copied ticket, 1 repeated event";
    holds(Setting::new(name, keyed()).workers(3).copies(1).repeats(1).ticks(2));
}
