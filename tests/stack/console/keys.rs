//! On a phone, with script switched off, by keys alone: an issue is taken on, and all of it retried.

use futures::future::join_all;

use super::day::issue;
use crate::{
    desk::{desk, refused},
    support::{
        browser::{Browser, Script, key},
        case::Case,
        console::Served,
        wait::SOON,
        world::World,
    },
};

/// A status that no other scenario uses: these deliveries open an issue of their own.
const OURS: u16 = 426;

/// More controls than any page has: whoever needs as many has not found it.
const MOST: usize = 200;

pub(super) async fn keys(world: &World) {
    let cases = ["CONSOLE-3", "CONSOLE-4", "CONSOLE-5"].map(Case::deal);
    let parked = join_all(cases.iter().map(|case| refused(world, case, OURS))).await;
    let issue = issue(&parked[0]);
    let console = Served::open(world).await;
    let browser = Browser::open(world.programs(), Script::Off).await;
    browser.screen(390, 844, true).await;
    browser.go(&console.url).await;
    browser.press("i").await;
    assert_eq!(browser.url().await, console.at("/"), "script is on, so nothing is shown here");
    let page = console.at(&format!("/issues/{issue}"));
    browser.go(&page).await;
    every_control_is_reached(&browser).await;
    browser.go(&page).await;
    browser.press(key::TAB).await;
    assert_eq!(browser.asked("return document.activeElement.className").await, "skip");
    take_on(&browser).await;
    retry_all(&browser, &console.at("/")).await;
    for case in &cases {
        world.delivered(SOON, case).await;
        assert_eq!((world.requests(case).len(), world.invoices(case)), (2, 1), "{}", case.id);
    }
    browser.sees_after_reload("It is over").await;
    browser.picture("phone-over").await;
    let audit = desk(world).await.audit(None, 1000, None).await.expect("the ledger answers");
    let reasons = |reason: &str| audit.acts.iter().filter(|note| note.reason == reason).count();
    assert_eq!((reasons("on it"), reasons("order was mended")), (1, 1), "one note for each act");
}

async fn take_on(browser: &Browser) {
    reach(browser, "#ack > summary").await;
    browser.press(key::ENTER).await;
    reach(browser, "#ack input[name=reason]").await;
    browser.press("on it").await;
    browser.press(key::ENTER).await;
    browser.sees("is acknowledged").await;
    browser.sees("is on it").await;
    browser.picture("phone-issue").await;
}

async fn retry_all(browser: &Browser, home: &str) {
    reach(browser, "#retry > summary").await;
    browser.press(key::ENTER).await;
    reach(browser, "#retry input[name=reason]").await;
    browser.press("order was mended").await;
    browser.press(key::ENTER).await;
    browser.sees("Retry 3 deliveries?").await;
    browser.picture("phone-plan").await;
    reach(browser, "main form button").await;
    browser.press(key::ENTER).await;
    browser.sees("ordered: retry 3 deliveries").await;
    assert!(browser.url().await.starts_with(&format!("{home}issues/")), "back at the issue");
}

/// Presses the key until what this selector finds has the focus.
async fn reach(browser: &Browser, css: &str) {
    let there = format!("return document.activeElement.matches({css:?})");
    for _ in 0..MOST {
        browser.press(key::TAB).await;
        if browser.asked(&there).await == true {
            return;
        }
    }
    panic!("no key leads to {css} in {}", browser.source().await);
}

/// Every control is reached, in the order in which the page is read, and one sees where one is.
async fn every_control_is_reached(browser: &Browser) {
    let all = browser.asked(CONTROLS).await.as_u64().unwrap_or_default();
    assert!(all > 10, "the page has no controls");
    for at in 0..all {
        browser.press(key::TAB).await;
        let seen = browser.asked(FOCUS).await;
        assert_eq!(seen["at"], at, "out of order: {seen}");
        assert_eq!(seen["visible"], true, "nothing shows where the focus is: {seen}");
    }
}

const CONTROLS: &str = "
    const all = document.querySelectorAll('a[href], button, summary, textarea, select, input:not([type=hidden])');
    window.controls = [...all].filter((one) => one.checkVisibility());
    return window.controls.length;";

const FOCUS: &str = "
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const inside = x > 0 && x < innerWidth && y > 0 && y < innerHeight;
    const where = [box.left, box.right, box.top, box.bottom, innerWidth, innerHeight];
    return {at: window.controls.indexOf(one), visible: ring && inside, ring, where, what: one.outerHTML};";
