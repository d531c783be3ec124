//! An operator's day in the browser: from the issue to a delivered record, and what the audit says of it.

use std::time::Duration;

use fairlead::vendor::Step;
use fairlead_core::{
    entry::{End, Entry},
    issue::Cause,
};

use crate::{
    desk::{closed, refused},
    support::{
        browser::{Browser, Script},
        case::Case,
        console::Served,
        world::World,
    },
};

/// A status that no other scenario uses: these deliveries open an issue of their own.
const OURS: u16 = 424;

/// A first wait of at most twelve seconds, on a busy machine.
const ONE_RETRY: Duration = Duration::from_secs(90);

pub(super) async fn day(world: &World) {
    let (one, other) = (Case::deal("CONSOLE-1"), Case::deal("CONSOLE-2"));
    let parked = refused(world, &one, OURS).await;
    let by_hand = refused(world, &other, OURS).await;
    // One that waits and is delivered by itself, so that a page shows it.
    let waits = Case::deal("CONSOLE-7");
    world.vendor.behave(&waits.id, vec![Step::status(503)]);
    world.accept(&waits).await;
    let issue = issue(&parked);
    let console = Served::open(world).await;
    let browser = Browser::open(world.programs(), Script::On).await;
    browser.screen(1280, 900, false).await;
    browser.go(&console.url).await;
    assert_eq!(browser.url().await, console.at("/"), "the token has left the address");
    browser.sees("need somebody").await;
    browser.picture("now").await;
    open_from_issues(&browser, &issue).await;
    correct(&browser, world, &one).await;
    resolve(&browser, &console, &issue, &by_hand).await;
    closed(world, &other, End::Resolved).await;
    assert_eq!((world.requests(&other).len(), world.invoices(&other)), (1, 0), "done by hand");
    audited(&browser, &parked, "edit", "digits swapped").await;
    audited(&browser, &by_hand, "resolve", "entered by hand").await;
    let paths = [
        "/".to_owned(),
        "/issues".to_owned(),
        format!("/issues/{issue}"),
        "/deliveries".to_owned(),
        format!("/deliveries/{}", parked.id),
        format!("/record?id={}", one.id),
        format!("/integrations/{}", one.integration),
        "/audit".to_owned(),
        "/nowhere".to_owned(),
    ];
    for path in &paths {
        fits(&browser, &console.at(path)).await;
    }
    world.delivered(ONE_RETRY, &waits).await;
}

/// The name of the issue under which it is parked.
pub(super) fn issue(parked: &Entry) -> String {
    Cause::of(parked).expect("it is parked").id().to_string()
}

async fn open_from_issues(browser: &Browser, issue: &str) {
    browser.click("nav a[href='/issues']").await;
    browser.sees("deliveries back").await;
    browser.picture("issues").await;
    browser.follow(issue).await;
    browser.sees("deal CONSOLE-2").await;
    browser.sees("rejected http_424").await;
    browser.picture("issue").await;
    browser.follow("deal CONSOLE-1 Nordwind GmbH").await;
    browser.sees("amount is higher than the order").await;
    browser.picture("delivery").await;
}

/// Corrects the event, agrees to the difference, and sees it delivered without touching anything.
async fn correct(browser: &Browser, world: &World, case: &Case) {
    browser.click("#edit > summary").await;
    let event = browser.value("#edit textarea").await;
    assert!(event.contains("1250.00"), "{event}");
    browser.fill("#edit textarea", &event.replace("eur", "EURO")).await;
    browser.fill("#edit input[name=reason]", "digits swapped").await;
    browser.click("#edit button").await;
    browser.sees("breaks its contract").await;
    browser.sees("/data/deal/currency").await;
    browser.picture("edit-refused").await;
    browser.fill("textarea[name=event]", &event.replace("1250.00", "1205.00")).await;
    browser.click("form.act button").await;
    browser.sees("Send this instead?").await;
    browser.sees("+      \"amount\": \"1205.00\"").await;
    assert_eq!(world.requests(case).len(), 1, "nothing is sent before it is agreed to");
    browser.picture("edit").await;
    browser.click("form.act button").await;
    browser.sees("ordered: edit").await;
    browser.asked("window.untouched = true").await;
    browser.shows(".tag", "delivered").await;
    assert_eq!(browser.asked("return window.untouched").await, true, "the page was loaded again");
    browser.picture("record").await;
    assert_eq!((world.requests(case).len(), world.invoices(case)), (2, 1));
}

/// Declares the other one done by hand, and sees it closed without touching anything.
async fn resolve(browser: &Browser, console: &Served, issue: &str, parked: &Entry) {
    browser.go(&console.at(&format!("/issues/{issue}"))).await;
    browser.follow("deal CONSOLE-2 Nordwind GmbH").await;
    browser.click("#resolve > summary").await;
    browser.fill("#resolve input[name=as]", "INV-2").await;
    browser.fill("#resolve input[name=reason]", "entered by hand").await;
    browser.click("#resolve button").await;
    browser.sees("ordered: resolve").await;
    browser.sees("as INV-2: entered by hand").await;
    assert!(browser.url().await.contains(&parked.id.to_string()));
    browser.picture("resolved").await;
}

/// The audit has a line with this act, this reason and a link to this delivery; keys lead to it.
async fn audited(browser: &Browser, of: &Entry, act: &str, reason: &str) {
    browser.press("a").await;
    browser.sees("Every act at the desk").await;
    let rows = browser
        .asked("return [...document.querySelectorAll('tbody tr')].map((row) => row.innerHTML)");
    let rows = rows.await;
    let link = format!("/deliveries/{}", of.id);
    let has = |row: &str| [&link, act, reason].iter().all(|wanted| row.contains(*wanted));
    let found = rows.as_array().into_iter().flatten().filter_map(|row| row.as_str());
    assert_eq!(found.filter(|row| has(row)).count(), 1, "{act} {link} in {rows:#}");
    browser.picture("audit").await;
}

/// Readable on a desk and on a phone, by day and by night, and to those who hear it.
async fn fits(browser: &Browser, url: &str) {
    let name = url.splitn(4, '/').nth(3).unwrap_or_default();
    let name = name.split(['/', '?']).next().filter(|name| !name.is_empty()).unwrap_or("now");
    let name = if url.matches('/').count() > 3 { format!("one-{name}") } else { name.to_owned() };
    let mut papers = Vec::new();
    for scheme in ["light", "dark"] {
        browser.colours(scheme).await;
        for (width, height, phone) in [(1280, 900, false), (390, 844, true)] {
            browser.screen(width, height, phone).await;
            browser.go(url).await;
            let wide = browser.asked("return document.documentElement.scrollWidth").await;
            assert!(wide.as_u64().is_some_and(|wide| wide <= u64::from(width)), "{url}: {wide} px");
            browser.picture(&format!("{scheme}-{width}-{name}")).await;
        }
        papers.push(browser.asked(PAPER).await);
        let contrast = browser.asked(CONTRAST).await;
        assert!(contrast.as_f64().is_some_and(|ratio| ratio >= 4.5), "{url} {scheme}: {contrast}");
    }
    assert_ne!(papers[0], papers[1], "{url} is as light by night as by day");
    let bare = browser.asked(UNNAMED).await;
    assert_eq!(bare.as_array().map(Vec::len), Some(0), "{url}: no name for {bare:#}");
}

const PAPER: &str = "return getComputedStyle(document.documentElement).backgroundColor";

/// Controls that a screen reader could not name.
const UNNAMED: &str = "
    const all = document.querySelectorAll('a, button, summary, textarea, select, input:not([type=hidden])');
    const named = (one) => one.labels?.length || one.getAttribute('aria-label') || one.textContent.trim();
    return [...all].filter((one) => !named(one)).map((one) => one.outerHTML);";

/// The lowest contrast of any text against what is behind it, as WCAG 2.2 counts it (1.4.3 asks for 4.5).
const CONTRAST: &str = "
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
      const [r, g, b] = parts(colour).slice(0, 3).map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (one) => {
      for (let at = one; at; at = at.parentElement) {
        const colour = getComputedStyle(at).backgroundColor;
        const [, , , alpha = 1] = parts(colour);
        if (alpha === 1) return colour;
      }
      return 'rgb(255, 255, 255)';
    };
    const said = [...document.querySelectorAll('body *')]
      .filter((one) => one.checkVisibility() && [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
    const ratios = said.map((one) => {
      const [a, b] = [light(getComputedStyle(one).color), light(behind(one))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
    return Math.min(...ratios);";
