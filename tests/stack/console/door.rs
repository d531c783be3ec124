//! The console's door, over plain HTTP: what it refuses changes nothing, and what it shows it keeps to itself.

use fairlead_core::{entry::End, id::DestinationName};
use reqwest::{Method, RequestBuilder};

use crate::{
    desk::{closed, desk, refused},
    support::{
        case::Case,
        console::{Page, Reader, Served, fields, sent},
        world::World,
    },
};

/// A status that no other scenario uses: these deliveries open an issue of their own.
const OURS: u16 = 428;

const FORM: &str = "application/x-www-form-urlencoded";

pub(super) async fn door(world: &World) {
    let case = Case::deal("CONSOLE-6");
    let parked = refused(world, &case, OURS).await;
    let console = Served::open(world).await;
    let reader = Reader::enter(&console).await;
    let path = format!("/deliveries/{}", parked.id);
    let page = reader.page(&path).await;
    assert_eq!((page.status, page.text.contains("amount is higher")), (200, true));
    let (form, version) = (page.hidden("form"), page.hidden("version"));
    let body = fields(&[("form", &form), ("version", &version), ("reason", "by the door")]);
    let act = format!("{path}/discard");
    let post = |request: RequestBuilder| request.header("content-type", FORM);
    let own = || post(reader.own(Method::POST, &act));
    let stranger = post(reader.stranger(Method::POST, &act)).body(body.clone());
    let other = |name, value| own().header(name, value).body(body.clone());
    let said = |given: &[(&str, &str)]| own().body(fields(given));
    let old = ("version", "0");
    for (what, request, status) in [
        ("without the token", stranger, 401),
        (
            "with another token",
            post(reader.stranger(Method::POST, &act))
                .header("cookie", "fairlead=x")
                .body(body.clone()),
            401,
        ),
        ("with a foreign host", other("host", "rebound.example"), 421),
        ("from a foreign page", other("origin", "http://evil.example"), 403),
        ("from no page", other("origin", "null"), 403),
        ("from another port", other("origin", "http://127.0.0.1:1"), 403),
        ("from another site", other("sec-fetch-site", "cross-site"), 403),
        ("from the same site, but another page", other("sec-fetch-site", "same-site"), 403),
        ("without the form's own word", said(&[("version", &version), ("reason", "x")]), 422),
        ("without a reason", said(&[("form", &form), ("version", &version), ("reason", " ")]), 422),
        ("of an old page", said(&[("form", &form), old, ("reason", "x")]), 422),
        ("by a link", reader.own(Method::GET, &act), 405),
    ] {
        let answer = sent(request).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text);
    }
    let now = world.entry(&case.entry()).await;
    assert_eq!(now.as_ref(), Some(&parked), "something has changed");
    assert!(!is_noted(world, &parked.id.to_string()).await, "something stands in the audit");
    // All the same, and from the console's own page: it was the door that refused, and nothing else.
    let answer = sent(other("origin", &console.at(""))).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    closed(world, &case, End::Discarded).await;
    assert!(is_noted(world, &parked.id.to_string()).await);
}

async fn is_noted(world: &World, id: &str) -> bool {
    let audit = desk(world).await.audit(None, 1000, None).await.expect("the ledger answers");
    audit.acts.iter().any(|note| note.on.contains(id))
}

/// Every kind of page has the headers that keep it to itself, and names nothing that lies elsewhere.
pub(super) async fn keeps_to_itself(world: &World) {
    let console = Served::open(world).await;
    let reader = Reader::enter(&console).await;
    let integration = format!("/integrations/{}", Case::deal("x").integration);
    for path in
        ["/", "/issues", "/deliveries", &integration, "/audit", "/record?id=none", "/nowhere"]
    {
        let page = reader.page(path).await;
        kept(path, &page);
        assert!(
            page.headers["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/html")),
            "{path}"
        );
        for part in ["src=\"", "href=\""] {
            let all = page.text.split(part).skip(1).filter_map(|rest| rest.split('"').next());
            let asset =
                |link: &&str| link.ends_with(".css") || link.ends_with(".js") || part == "src=\"";
            for link in all.filter(asset) {
                assert!(link.starts_with('/') && !link.starts_with("//"), "{path} loads {link}");
            }
        }
        for inline in ["<style", " style=", " onclick=", " onload=", "javascript:", "<script>"] {
            assert!(
                !page.text.contains(inline),
                "{path} has {inline}, which its own policy forbids"
            );
        }
    }
    for path in ["/style.css", "/script.js"] {
        let page = reader.page(path).await;
        kept(path, &page);
        assert!(!page.text.contains("//cdn") && !page.text.contains("url(http"), "{path}");
    }
    kept("the door", &sent(reader.stranger(Method::GET, "/")).await);
}

#[track_caller]
fn kept(path: &str, page: &Page) {
    let header =
        |name: &str| page.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let policy = header("content-security-policy");
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.split(';').any(|one| one.trim() == rule), "{path}: no {rule} in {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(header(name), value, "{path}: {name}");
    }
}

/// Last of all, because what waits behind a pause would keep the others waiting.
pub(super) async fn pauses(world: &World) {
    let of = DestinationName::new("crm-api");
    let console = Served::open(world).await;
    let reader = Reader::enter(&console).await;
    let path = format!("/integrations/{}", Case::order("x", "x").integration);
    let desk = desk(world).await;
    for (act, reason) in [("pause", "they move house"), ("resume", "they have moved")] {
        let page = reader.page(&path).await;
        let (form, back) = (page.hidden("form"), page.hidden("back"));
        assert!(page.text.contains(&format!("/destinations/{of}/{act}")), "{act}: {}", page.text);
        let body = fields(&[("form", &form), ("back", &back), ("reason", reason)]);
        let request = reader.own(Method::POST, &format!("/destinations/{of}/{act}"));
        let answer = sent(request.header("content-type", FORM).body(body)).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let gates = desk.gates().await.expect("the ledger answers");
        let paused = gates.get(&of).and_then(|gate| gate.pause.as_ref());
        assert_eq!(paused.map(|pause| pause.reason.as_str()), (act == "pause").then_some(reason));
        let shown = reader.page(&path).await.text.contains("Paused by root since");
        assert_eq!(shown, act == "pause", "after {act}");
        let audit = desk.audit(None, 1000, None).await.expect("the ledger answers");
        let noted =
            |note: &&fairlead_core::audit::Note| note.did.word() == act && note.reason == reason;
        assert_eq!(audit.acts.iter().filter(noted).count(), 1, "{act} in the audit");
    }
}
