//! Mistakes of the adapters and functions around `decide`.

use fairlead_core::integration::Dedupe;
use fairlead_tests::sample::keyed;

use crate::{
    explore::caught,
    law,
    setting::{Mistake, Setting},
};

#[test]
fn a_save_that_ignores_the_version() {
    let setting = Setting::new("no owner check", Dedupe::None).copies(1);
    caught(setting.mistake(Mistake::SaveIgnoresVersion), law::ONE_EFFECT);
}

#[test]
fn a_ticket_deleted_before_the_next_is_sent() {
    let setting = Setting::new("acknowledge before sending", keyed()).crashes(1);
    caught(setting.mistake(Mistake::AcknowledgesFirst), law::NOTHING_LOST);
}

/// Trap P8: the entry is there, its ticket is not, and the repeated event counts as done.
#[test]
fn a_repeated_event_answered_without_its_ticket() {
    let setting = Setting::new("no ticket for a repeated event", keyed()).repeats(1).crashes(1);
    caught(setting.mistake(Mistake::RepeatSendsNothing), law::DURABLE);
}

#[test]
fn a_failed_send_taken_for_done() {
    let setting = Setting::new("failed send swallowed", keyed()).failures(1);
    caught(setting.mistake(Mistake::SendFailureSwallowed), law::NOTHING_LOST);
}
