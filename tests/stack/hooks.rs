//! Signed webhooks: taken without IAM when the signature proves them, and otherwise not at all.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fairlead_core::{id::SecretName, webhook};
use futures::{FutureExt, future::join_all};
use serde_json::Value;

use crate::support::{
    case::Case,
    scenario::Scenario,
    signed::{Call, Reply},
    stage::Stage,
    wait::{SOON, eventually},
    world::{World, hook_key},
};

const PATH: &str = "/hooks/deal-won-to-invoice";
const SECRET: &str = "crm-webhook";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "a signed webhook is delivered, and its repetition is no second effect",
            |w| signed(w).boxed_local(),
        ),
        Scenario::new("a webhook that its signature does not prove leaves no trace", |w| {
            unproven(w).boxed_local()
        }),
        Scenario::new("an integration without verify takes no webhook", |w| {
            no_hook(w).boxed_local()
        }),
        Scenario::at(
            &[Stage::RotateHook],
            "both keys of a webhook are good while it is rotated, and the old one ends with its line",
            |w| rotated(w).boxed_local(),
        ),
    ]
}

/// A message as its sender makes it.
struct Message {
    id: String,
    seconds: i64,
    key: String,
    body: Vec<u8>,
}

impl Message {
    /// Signed with the key in use, a number of seconds from now.
    fn new(case: &Case, later: i64) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        let seconds = i64::try_from(now.as_secs()).expect("before the end of time") + later;
        let key = hook_key(&SecretName::new(SECRET), "first");
        let body = case.event.to_string().into_bytes();
        Self { id: format!("msg_{}", case.id), seconds, key, body }
    }

    fn signature(&self) -> String {
        let key = webhook::key(&self.key).expect("a key");
        webhook::signature(&key, &self.id, self.seconds, &self.body)
    }

    fn call(&self) -> Call {
        Call::post("execute-api", PATH, self.body.clone())
            .with("content-type", "application/json")
            .with("webhook-id", &self.id)
            .with("webhook-timestamp", &self.seconds.to_string())
            .with("webhook-signature", &self.signature())
    }
}

async fn signed(world: &World) {
    let case = Case::deal("HOOK-1");
    let message = Message::new(&case, 0);
    let first = world.call(None, message.call()).await;
    assert_eq!((first.status, &first.json()["duplicate"]), (202, &Value::from(false)), "{first:?}");
    let entry = world.delivered(SOON, &case).await;
    assert!(entry.history.lines[0].what.text().contains("hook"), "{:?}", entry.history);
    // The sender's own retry, and the same event in a message that it signed anew.
    for message in [&message, &Message::new(&case, 1)] {
        let again = world.call(None, message.call()).await;
        let (body, first) = (again.json(), first.json());
        assert_eq!((again.status, &body["duplicate"]), (202, &Value::from(true)), "{again:?}");
        assert_eq!(body["delivery"], first["delivery"]);
    }
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (1, 1));
}

/// Messages that prove nothing, and what is wrong with each.
fn forgeries() -> Vec<(&'static str, Call)> {
    let case = |n: usize| Case::deal(&format!("FORGED-{n}"));
    let good = |n: usize| Message::new(&case(n), 0);
    let plain = |n: usize| {
        Call::post("execute-api", PATH, good(n).body).with("content-type", "application/json")
    };
    let mut changed = good(0);
    changed.body[30] ^= 1;
    let changed = Call::post("execute-api", PATH, changed.body)
        .with("content-type", "application/json")
        .with("webhook-id", &good(0).id)
        .with("webhook-timestamp", &good(0).seconds.to_string())
        .with("webhook-signature", &good(0).signature());
    let other_key = Message { key: "whsec_YWJjZGVmZ2g=".to_owned(), ..good(4) };
    let other_id = good(5).call().with("webhook-id", "msg_other");
    vec![
        ("a byte changed", changed),
        ("no signature", plain(1)),
        ("six minutes old", Message::new(&case(2), -360).call()),
        ("six minutes ahead", Message::new(&case(3), 360).call()),
        ("another key", other_key.call()),
        ("another id", other_id),
        (
            "an empty signature",
            plain(6)
                .with("webhook-id", "")
                .with("webhook-timestamp", "")
                .with("webhook-signature", ""),
        ),
        (
            "no time",
            plain(7)
                .with("webhook-id", &good(7).id)
                .with("webhook-signature", &good(7).signature()),
        ),
        (
            "another scheme",
            plain(8).with("x-hub-signature-256", &format!("sha256={}", "0".repeat(64))),
        ),
        ("no body", Call::post("execute-api", PATH, vec![])),
    ]
}

async fn unproven(world: &World) {
    let replies = join_all(
        forgeries().into_iter().map(async |(what, call)| (what, world.call(None, call).await)),
    )
    .await;
    for (what, reply) in &replies {
        assert_eq!(
            (reply.status, &*reply.kind),
            (401, "application/problem+json"),
            "{what}: {reply:?}"
        );
        assert_eq!(reply.text, replies[0].1.text, "{what}: the sender is not told what was wrong");
    }
    let kept = world.scan().await.into_iter().find(|item| item.to_string().contains("FORGED"));
    assert_eq!(kept, None, "an entry was kept");
    assert!(world.vendor.requests_about("FORGED").is_empty(), "the vendor was asked");
}

async fn no_hook(world: &World) {
    let case = Case::payment("NOHOOK-1");
    for (name, problem) in [(case.integration, "no-hook"), ("no-such", "unknown-integration")] {
        let path = format!("/hooks/{name}");
        let call = Call::post("execute-api", &path, case.event.to_string().into_bytes())
            .with("content-type", "application/json");
        let reply = world.call(None, call).await;
        assert_eq!(reply.status, 404, "{reply:?}");
        assert_eq!(reply.json()["type"], format!("urn:fairlead:problem:{problem}"), "{reply:?}");
    }
    assert_eq!(world.entry(&case.entry()).await, None);
}

async fn rotated(world: &World) {
    let name = SecretName::new(SECRET);
    let [old, new] = ["first", "second"].map(|which| hook_key(&name, which));
    let post = async |n: usize, key: &str| -> Reply {
        let message = Message::new(&Case::deal(&format!("HOOK-ROTATE-{n}")), 0);
        world.call(None, Message { key: key.to_owned(), ..message }.call()).await
    };
    assert_eq!(post(1, &old).await.status, 202);
    assert_eq!(post(2, &new).await.status, 401, "nobody has declared it yet");

    // Both are good for a while; a running function looks for a new key at most every ten seconds.
    world.set_hook_keys(&name, &format!("{new}\n{old}")).await.expect("it is stored");
    let look = async || (post(3, &new).await.status == 202).then_some(());
    eventually(SOON, "the new key is good", async || String::new(), look).await;
    assert_eq!(post(4, &old).await.status, 202, "so is the old one");

    // What is no longer there is good nowhere, as soon as it is read again.
    world.set_hook_keys(&name, &new).await.expect("it is stored");
    world.engine.kill(&world.engine.outputs().validate_function).expect("they can be killed");
    assert_eq!(post(5, &new).await.status, 202);
    assert_eq!(post(6, &old).await.status, 401);
    for n in [1, 3, 4, 5] {
        world
            .delivered(SOON + Duration::from_secs(30), &Case::deal(&format!("HOOK-ROTATE-{n}")))
            .await;
    }
    assert!(world.requests(&Case::deal("HOOK-ROTATE-2")).is_empty());
    assert!(world.requests(&Case::deal("HOOK-ROTATE-6")).is_empty());
}
