//! The command `fairlead` as a process, where nobody is there to ask: what it prints, and with which exit code it ends.

use fairlead::vendor::Step;
use fairlead_core::class::Class;
use futures::FutureExt;
use serde_json::{Value, json};

use crate::support::{
    case::Case, command::Ended, scenario::Scenario, stage::Stage, wait::SOON, world::World,
};

/// A status that no other scenario uses: its delivery opens an issue of its own.
const OURS: u16 = 440;

const REASON: [&str; 2] = ["--reason", "its cause is mended"];

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("the command shows, plans and refuses before it does what it is told", |w| {
            commands(w).boxed_local()
        }),
        Scenario::at(
            &[Stage::After],
            "in the end the command compares with a vendor that echoes its key, and shows none",
            |w| echoed(w).boxed_local(),
        ),
    ]
}

async fn commands(world: &World) {
    let case = Case::deal("CMD-1");
    world.vendor.behave(&case.id, vec![Step::EchoAuth { code: OURS }]);
    world.accept(&case).await;
    let parked = world.parked(SOON, &case, Class::Rejected).await;
    world.told(&case, &parked).await;
    let id = parked.id.to_string();
    looks(world, &id).await;
    plans(world, &id).await;
    refuses(world, &id).await;
    assert_eq!(world.entry(&case.entry()).await, Some(parked), "nothing was ordered until now");
    let retry = [&["--yes", "retry", "--record", "CMD-1"], &REASON[..]].concat();
    let ended = world.typed(&retry, "false").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.starts_with("ordered: retry 1 deliveries"), "{ended:?}");
    world.delivered(SOON, &case).await;
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (2, 1));
}

async fn looks(world: &World, id: &str) {
    for words in [
        &["deliveries", "show", id][..],
        &["deliveries", "--record", "CMD-1"],
        &["record", "CMD-1"],
        &["tail", "--once", "--record", "CMD-1", "--since", "1h"],
    ] {
        for output in ["table", "json"] {
            let ended = world.typed(&[words, &["--output", output]].concat(), "false").await;
            assert!(matches!(ended.code, Some(0 | 1)), "{words:?}: {ended:?}");
            assert!(ended.out.contains("CMD-1"), "{words:?}: {ended:?}");
            let shows = words[1] == "show";
            assert!(!shows || ended.out.contains("Bearer [secret]"), "{words:?}: {ended:?}");
            // What is followed is one value a line, anything else one value.
            let values = serde_json::Deserializer::from_str(&ended.out).into_iter::<Value>();
            assert!(output == "table" || values.flatten().count() > 0, "{words:?}: {ended:?}");
        }
    }
}

/// What would be done is shown, and then there is nobody to agree.
async fn plans(world: &World, id: &str) {
    let retry = [&["retry", "--record", "CMD-1"], &REASON[..]].concat();
    let edit = [&["edit", id], &REASON[..]].concat();
    for (words, shown) in [
        (&retry, &["rejected", "1 delivery would be retried."][..]),
        (&edit, &["-      \"amount\": \"1250.00\"", "+      \"amount\": \"1205.00\"", "120500"]),
    ] {
        let ended = world.typed(words, "sed -i s/1250.00/1205.00/").await;
        assert_eq!(ended.code, Some(2), "{words:?}: {ended:?}");
        for part in shown.iter().chain(&["this is no terminal to ask at: add --yes"]) {
            assert!(ended.err.contains(part), "{part} in {words:?}: {ended:?}");
        }
        let kept = words[0] == "edit";
        assert_eq!(ended.left.contains("1205.00"), kept, "{words:?}: {ended:?}");
    }
}

async fn refuses(world: &World, id: &str) {
    let with = |words: &[&'static str]| [words, &REASON[..]].concat();
    let edit = [&["edit", id], &REASON[..]].concat();
    for (words, editor, code, why) in [
        (edit.clone(), "sed -i s/1250.00/many/", 1, "\"many\" is no amount of money"),
        (edit, "false", 2, "ended with"),
        (with(&["retry", "ffffffff"]), "false", 1, "ffffffff"),
        (with(&["resolve", "ffffffff", "--as", "INV-1"]), "false", 1, "ffffffff"),
        (with(&["pause", "nowhere-api"]), "false", 2, "nowhere-api"),
        (vec!["reconcile", "nothing-to-nowhere"], "false", 2, "nothing-to-nowhere"),
        (vec!["retry", "--record", "CMD-1"], "false", 2, "--reason"),
    ] {
        let ended = world.typed(&words, editor).await;
        assert_refused(&words, &ended, code, why);
    }
}

#[track_caller]
fn assert_refused(words: &[&str], ended: &Ended, code: i32, why: &str) {
    assert_eq!((ended.code, ended.out.as_str()), (Some(code), ""), "{words:?}: {ended:?}");
    assert!(ended.err.contains(why), "{words:?}: {ended:?}");
}

/// Nothing else asks this vendor any more.
async fn echoed(world: &World) {
    let list = "/finance-api/v2/invoices";
    let keys = world.secrets();
    let key = keys.iter().rfind(|key| key.contains("/finance-api?")).expect("a key");
    let item = json!({"id": key, "external_id": "deal-ECHO", "status": key, "amount_cents": 1});
    let body = Some(json!({"items": [item], "next": null}));
    let words = ["reconcile", "deal-won-to-invoice", "--since", "1h"];
    for (step, code, shown) in [
        (Step::EchoAuth { code: 403 }, 3, "finance-api"),
        (Step::Status { code: 200, retry_after: None, body }, 1, "[secret]"),
    ] {
        world.vendor.behave_on("GET", list, vec![step]);
        let ended = world.typed(&words, "false").await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!([&ended.out, &ended.err].iter().any(|said| said.contains(shown)), "{ended:?}");
    }
    assert!(world.vendor.plans().is_empty(), "the vendor was not asked");
}
