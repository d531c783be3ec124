//! Every scheme by which senders sign, on the deployed bundle: what proves a message, and what does not.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fairlead_core::id::SecretName;
use futures::FutureExt;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    ingress::{assert_no_trace, assert_problem},
    support::{
        case::Case,
        scenario::Scenario,
        signed::Call,
        wait::SOON,
        world::{World, hook_key},
    },
};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("Stripe's signature: one byte, an old time, another key, a replay", |w| {
            stripe(w).boxed_local()
        }),
        Scenario::new("GitHub's signature: one byte, another key, a replay", |w| {
            judged(w, &GITHUB, issue).boxed_local()
        }),
        Scenario::new("Shopify's signature: one byte, another key, a replay", |w| {
            let case = |n| Case::order(&format!("SHOPIFY-O{n}"), &format!("SHOPIFY-C{n}"));
            judged(w, &SHOPIFY, case).boxed_local()
        }),
        Scenario::new("any HMAC: one byte, an old time, another key, a replay", |w| {
            judged(w, &ANY_HMAC, |n| Case::refund(&format!("HMAC-{n}"))).boxed_local()
        }),
    ]
}

/// The headers that a sender signs with.
type Headers = Vec<(&'static str, String)>;

/// How one kind of sender signs.
struct Sender {
    secret: &'static str,
    /// Whether its messages carry their time.
    has_time: bool,
    /// The headers of a message with this key, these seconds since 1970 and this body.
    headers: fn(&[u8], i64, &[u8]) -> Headers,
}

static STRIPE: Sender = Sender {
    secret: "stripe-webhook",
    has_time: true,
    headers: |key, at, body| {
        let signature = hex(&mac(key, &[at.to_string().as_bytes(), b".", body]));
        vec![("stripe-signature", format!("t={at},v1={signature},v0={}", "0".repeat(64)))]
    },
};

static GITHUB: Sender = Sender {
    secret: "github-webhook",
    has_time: false,
    headers: |key, _, body| {
        vec![("x-hub-signature-256", format!("sha256={}", hex(&mac(key, &[body]))))]
    },
};

static SHOPIFY: Sender = Sender {
    secret: "shop-webhook",
    has_time: false,
    headers: |key, _, body| vec![("x-shopify-hmac-sha256", STANDARD.encode(mac(key, &[body])))],
};

static ANY_HMAC: Sender = Sender {
    secret: "refund-webhook",
    has_time: true,
    headers: |key, at, body| {
        let signature = hex(&mac(key, &[at.to_string().as_bytes(), b".", body]));
        vec![
            ("x-refund-signature", format!("v0={signature}")),
            ("x-refund-timestamp", at.to_string()),
        ]
    },
};

impl Sender {
    /// A message of a case; `later` are the seconds by which its clock is off.
    fn message(&self, case: &Case, later: i64, signed: &[u8], sent: &[u8]) -> Call {
        self.message_by(
            &hook_key(&SecretName::new(self.secret), "first"),
            case,
            later,
            signed,
            sent,
        )
    }

    fn message_by(&self, key: &str, of: &Case, later: i64, signed: &[u8], sent: &[u8]) -> Call {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let at = i64::try_from(now).expect("before the end of time") + later;
        let path = format!("/hooks/{}", of.integration);
        let call = Call::post("execute-api", &path, sent.to_vec());
        let headers = (self.headers)(key.as_bytes(), at, signed);
        let call = call.with("content-type", "application/json");
        headers.iter().fold(call, |call, (name, value)| call.with(name, value))
    }
}

/// What proves nothing is refused and leaves no trace; what proves itself is delivered, and only once.
async fn judged(world: &World, sender: &Sender, case: impl Fn(usize) -> Case) {
    for (n, (what, call)) in forged(sender, &case).into_iter().enumerate() {
        let reply = world.call(None, call).await;
        assert_problem(what, &reply, 401, "bad-signature");
        assert_no_trace(world, &case(n + 1).id).await;
    }
    let good = case(0);
    let body = good.event.to_string();
    let send = async |later: i64| -> Value {
        let call = sender.message(&good, later, body.as_bytes(), body.as_bytes());
        let reply = world.call(None, call).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        reply.json()
    };
    let first = send(0).await;
    assert_eq!(first["duplicate"], false, "{first}");
    world.delivered(SOON, &good).await;
    // The same message, and the same event in a message that was signed anew.
    for later in [0, 1] {
        let again = send(later).await;
        assert_eq!((&again["duplicate"], &again["delivery"]), (&json!(true), &first["delivery"]));
    }
    assert_eq!(world.requests(&good).len(), 1, "{}", good.integration);
}

/// Messages that prove nothing. Each is about a record of its own, counted from 1.
fn forged(sender: &Sender, case: &impl Fn(usize) -> Case) -> Vec<(&'static str, Call)> {
    let body = |n: usize| case(n).event.to_string().into_bytes();
    let mut changed = body(1);
    let last = changed.len() - 2;
    changed[last] ^= 1;
    let spaced = [body(2), b"\n".to_vec()].concat();
    let other = hook_key(&SecretName::new(sender.secret), "other");
    let unsigned = Call::post("execute-api", &format!("/hooks/{}", case(4).integration), body(4));
    let mut all = vec![
        ("a byte changed", sender.message(&case(1), 0, &body(1), &changed)),
        ("a byte more", sender.message(&case(2), 0, &body(2), &spaced)),
        ("another key", sender.message_by(&other, &case(3), 0, &body(3), &body(3))),
        ("no signature", unsigned.with("content-type", "application/json")),
    ];
    if sender.has_time {
        let off = |n: usize, later| sender.message(&case(n), later, &body(n), &body(n));
        all.push(("six minutes old", off(5, -360)));
        all.push(("six minutes ahead", off(6, 360)));
    }
    all
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The payment names a deal, whose invoice must be known.
async fn stripe(world: &World) {
    let deal = Case::deal("SIGNED-DEAL");
    world.accept(&deal).await;
    world.delivered(SOON, &deal).await;
    judged(world, &STRIPE, |n| Case::paid(&format!("pi_SIGNED{n}"), &deal.id)).await;
}

/// GitHub's own event.
fn issue(n: usize) -> Case {
    let (n, closed) = (n + 1, "2026-03-02T12:30:00Z");
    let id = 980_000 + n;
    let event = json!({"action": "closed",
        "issue": {"id": id, "number": n, "title": "Signed", "body": "Ticket: T-881", "closed_at": closed,
            "state_reason": "completed", "html_url": format!("https://github.com/acme/signed/issues/{n}")},
        "repository": {"name": "signed", "full_name": "acme/signed", "owner": {"login": "acme"}}});
    Case {
        integration: "issue-closed-to-ticket-comment",
        id: format!("acme/signed/issues/{n}"),
        key: format!("closed:{id}:{closed}"),
        external: format!("issue-{id}-{closed}"),
        event,
    }
}
