//! Lost answers: sent again where the vendor recognises our key, and never where it does not.

use std::time::Duration;

use fairlead::vendor::Step;
use fairlead_core::class::{Class, Effect};
use futures::{FutureExt, future::join_all};

use crate::support::{
    case::Case,
    scenario::Scenario,
    wait::SOON,
    watch::{assert_same, words},
    world::World,
};

/// A first wait of at most twelve seconds, on a busy machine.
const ONE_RETRY: Duration = Duration::from_secs(90);

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("a vendor that commits and then loses the answer holds one invoice", |w| {
            keyed(w).boxed_local()
        }),
        Scenario::new("a vendor without keys gets no second call after a lost answer", |w| {
            unkeyed(w).boxed_local()
        }),
        Scenario::new("a redrive does not resend what is in doubt at a vendor without keys", |w| {
            redriven(w).boxed_local()
        }),
        Scenario::new("a vendor without keys that can be asked holds one record", |w| {
            asked(w).boxed_local()
        }),
        Scenario::new("an endless answer that says it was created is enough", |w| {
            huge(w).boxed_local()
        }),
    ]
}

/// Everything that can happen to an answer after the vendor has committed.
fn losses() -> Vec<Step> {
    vec![
        Step::CommitThenDrop,
        Step::CommitThenReset,
        Step::CommitThenStatus { code: 500, body: None },
        Step::CommitThenStatus { code: 408, body: None },
        Step::Hang,
        Step::ResetMidHeaders,
        Step::ResetMidBody,
        Step::Truncated,
        Step::Drip { every_ms: 1000 },
        Step::DripHeader { every_ms: 1000 },
        Step::EndlessHeader,
        Step::Garbage,
        Step::BadChunk,
    ]
}

async fn keyed(world: &World) {
    join_all(losses().into_iter().enumerate().map(async |(n, step)| {
        let case = Case::deal(&format!("LOST-{n}"));
        world.vendor.behave(&case.id, vec![step.clone()]);
        world.accept(&case).await;
        let entry = world.delivered(ONE_RETRY, &case).await;
        let requests = world.requests(&case);
        let what = format!("{step:?}: {requests:#?}");
        assert_eq!((entry.life.attempts, requests.len()), (2, 2), "{what}");
        assert_same(&requests, &case.key);
        assert_eq!(
            requests[1].effect.as_deref().map(|e| e.starts_with("replayed")),
            Some(true),
            "{what}"
        );
        assert_eq!(world.invoices(&case), 1, "{what}");
        assert!(!entry.life.doubt, "the vendor has confirmed it");
    }))
    .await;
}

async fn unkeyed(world: &World) {
    let unheard = [Step::Drop, Step::Reset, Step::HangBefore, Step::status(502)];
    let steps = losses().into_iter().chain(unheard).enumerate();
    join_all(steps.map(async |(n, step)| {
        let case = Case::refund(&format!("NOKEY-{n}"));
        world.vendor.behave(&case.id, vec![step.clone()]);
        world.accept(&case).await;
        let entry = world.parked(SOON, &case, Class::InDoubt).await;
        assert_eq!(entry.effect(), Effect::Unknown, "{step:?}");
        assert_eq!(words(&entry.history), ["accepted", "sending", "answered", "parked", "alerted"]);
        let (alert, _) = world.told(&case, &entry).await;
        assert_eq!(alert["metadata"]["additionalContext"]["effect"], "unknown", "{alert:#}");
        assert_eq!(world.requests(&case).len(), 1, "{step:?}");
        assert_eq!(world.invoices(&case), usize::from(step.commits()), "{step:?}");
    }))
    .await;
}

async fn redriven(world: &World) {
    let case = Case::refund("REDOUBT-1");
    world.vendor.behave(&case.id, vec![Step::CommitThenDrop]);
    world.accept(&case).await;
    let entry = world.parked(SOON, &case, Class::InDoubt).await;
    let (_, letter) = world.told(&case, &entry).await;
    world.stack.send(&world.stack.outputs().dispatch_queue_url, &letter.text).await.expect("sent");
    // The order is refused, and the message that was redriven lies on the DLQ again.
    let look = async || (world.inbox.letters_about(entry.id).len() == 2).then_some(());
    world.until(SOON, "a second message on the DLQ", &case, look).await;
    assert_eq!(world.entry(&case.entry()).await, Some(entry.clone()), "nothing has changed");
    assert_eq!((world.requests(&case).len(), world.invoices(&case)), (1, 1));
    assert_eq!(world.inbox.alerts_about(&entry).len(), 1);
}

/// Committed or not: the vendor is asked, and gets a second call only where it has nothing.
async fn asked(world: &World) {
    let steps = [Step::CommitThenReset, Step::Truncated, Step::Reset];
    join_all(steps.into_iter().enumerate().map(async |(n, step)| {
        let case = Case::payment(&format!("ASKED-{n}"));
        world.vendor.behave_on("POST", &case.id, vec![step.clone()]);
        world.accept(&case).await;
        let entry = world.delivered(ONE_RETRY, &case).await;
        let what = format!("{step:?}: {entry:#?}");
        let calls = if step.commits() { 1 } else { 2 };
        let methods: Vec<String> = world.requests(&case).into_iter().map(|r| r.method).collect();
        assert_eq!(methods.iter().filter(|m| *m == "POST").count(), calls, "{what}");
        assert_eq!(methods.iter().filter(|m| *m == "GET").count(), 1, "{what}");
        assert_eq!(entry.life.attempts, u32::try_from(calls).expect("few"), "{what}");
        let [invoice] = &world.vendor.invoices_for(&case.external)[..] else {
            panic!("one record: {what}")
        };
        let id = entry.life.vendor_id.as_ref().map(|id| id.as_str());
        assert_eq!(id, Some(&*invoice.id), "{what}");
        assert!(!entry.life.doubt, "{what}");
    }))
    .await;
}

async fn huge(world: &World) {
    let case = Case::refund("HUGE-1");
    world.vendor.behave(&case.id, vec![Step::Huge { bytes: 50_000_000 }]);
    world.accept(&case).await;
    let entry = world.delivered(SOON, &case).await;
    assert_eq!((entry.life.attempts, world.invoices(&case)), (1, 1));
}
