//! What was changed in the vendor's own system is found, all of it and nothing else; only `--apply` changes anything.

use fairlead::vendor::Step;
use fairlead_core::{class::Class, entry::End, history::What, id::VendorId};
use futures::FutureExt;
use serde_json::{Map, json};

use crate::{
    desk::{closed, desk},
    support::{bundle::catalog, case::Case, scenario::Scenario, wait::SOON, world::World},
};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("reconcile finds what was changed at the vendor, and touches nothing", |w| {
            found(w).boxed_local()
        }),
        Scenario::new("reconcile --apply resolves what the vendor has, and nothing else", |w| {
            applied(w).boxed_local()
        }),
    ]
}

async fn found(world: &World) {
    let cases = ["REC-1", "REC-2", "REC-3", "REC-4"].map(Case::deal);
    for case in &cases {
        world.accept(case).await;
    }
    let mut entries = Vec::new();
    for case in &cases {
        entries.push(world.delivered(SOON, case).await);
    }
    let nothing = reconcile(world, &["deal-won-to-invoice"]).await;
    assert!(!nothing.contains("REC-"), "both sides agree on these:\n{nothing}");
    let fields = |value| Map::from_iter([("amount_cents".to_owned(), value)]);
    assert!(world.vendor.remove_invoice("deal-REC-1"));
    assert!(world.vendor.alter_invoice("deal-REC-2", fields(json!(7))));
    let status = Map::from_iter([("status".to_owned(), json!("void"))]);
    assert!(world.vendor.alter_invoice("deal-REC-4", status));
    let stray = world.vendor.enter_invoice("finance-api", "deal-REC-X", fields(json!(1)));
    let text = reconcile(world, &["deal-won-to-invoice"]).await;
    let mut lines: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.contains("REC-"))
        .map(|line| line.split_whitespace().collect())
        .collect();
    lines.sort();
    let id = |n: usize| entries[n].life.vendor_id.as_ref().expect("an id").to_string();
    let wanted = [
        format!("differing deal REC-2 Nordwind GmbH {} amount_cents: 125000 here, 7 there", id(1)),
        format!("differing deal REC-4 Nordwind GmbH {} status: delivered here, void there", id(3)),
        format!("extra deal-REC-X {stray} no delivery is known for it"),
        format!(
            "missing deal REC-1 Nordwind GmbH {} delivered, and the vendor does not have it",
            id(0)
        ),
    ];
    let lines: Vec<String> = lines.iter().map(|words| words.join(" ")).collect();
    assert_eq!(lines, wanted, "{text}");
    for (case, before) in cases.iter().zip(&entries) {
        assert_eq!(world.entry(&case.entry()).await.as_ref(), Some(before), "nothing has changed");
        assert_eq!(world.requests(case).iter().filter(|r| r.method != "GET").count(), 1);
    }
    world.vendor.remove_invoice("deal-REC-X");
}

async fn applied(world: &World) {
    let cases = ["had", "never", "removed"].map(|id| Case::thing("thing-to-plain", id));
    let [had, never, removed] = &cases;
    world.vendor.behave(&had.id, vec![Step::CommitThenReset]);
    world.vendor.behave(&never.id, vec![Step::Reset]);
    for case in &cases {
        world.accept(case).await;
    }
    world.parked(SOON, had, Class::InDoubt).await;
    let doubted = world.parked(SOON, never, Class::InDoubt).await;
    world.told(never, &doubted).await;
    let gone = world.delivered(SOON, removed).await;
    assert!(world.vendor.remove_invoice(&removed.external));
    let [invoice] = &world.vendor.invoices_for(&had.external)[..] else { panic!("one record") };

    let only = reconcile(world, &["thing-to-plain"]).await;
    assert!(only.contains("1 missing, 0 extra, 1 differing"), "{only}");
    let apply = ["thing-to-plain", "--apply", "--reason", "the vendor lists it", "--yes"];
    let text = reconcile(world, &apply).await;
    assert!(text.contains("1 were in doubt and are resolved now."), "{text}");
    let resolved = closed(world, had, End::Resolved).await;
    assert_eq!(resolved.life.vendor_id, Some(VendorId::new(&invoice.id)));
    let why = "the vendor lists it";
    let noted = |what: &What| matches!(what, What::Resolved { reason, .. } if reason == why);
    assert!(resolved.history.lines.iter().any(|line| noted(&line.what)), "{resolved:?}");
    let again = reconcile(world, &apply).await;
    assert!(!again.contains("are resolved now"), "{again}");
    assert_eq!(world.entry(&never.entry()).await.map(|e| e.life.state), Some(doubted.life.state));
    assert_eq!(world.entry(&removed.entry()).await.as_ref(), Some(&gone));
    for case in &cases {
        assert_eq!(world.requests(case).iter().filter(|r| r.method != "GET").count(), 1);
    }
    let audit = desk(world).await.audit(None, 1000, None).await.expect("the ledger answers");
    let id = resolved.id.to_string();
    let notes = audit.acts.iter().filter(|note| note.reason == why);
    assert_eq!(notes.map(|note| note.on.contains(&id)).collect::<Vec<_>>(), [true]);
}

/// What the command prints.
async fn reconcile(world: &World, words: &[&str]) -> String {
    let words = [&["fairlead", "reconcile"], words, &["--since", "1h"]].concat();
    let desk = desk(world).await.with_catalog(catalog());
    let shown = world.ran(&desk, &words).await;
    let shown = shown.unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(shown.problem(), !shown.said().contains(" 0 missing, 0 extra, 0 differing"));
    shown.said().to_owned()
}
