//! A rotated key costs one refused call and no delivery.

use std::time::Duration;

use fairlead_core::id::DestinationName;
use futures::FutureExt;

use crate::support::{
    bundle::catalog, case::Case, many::things, scenario::Scenario, stage::Stage, wait::SOON,
    watch::words, world::World,
};

/// 300 events beside everything else that runs.
const LONG: Duration = Duration::from_secs(240);

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::at(&[Stage::Rotate], "a rotated key is picked up after one 401", |w| {
            rotated(w).boxed_local()
        }),
        Scenario::new("a key rotated in the middle of 300 events parks none", |w| {
            in_the_middle(w).boxed_local()
        }),
    ]
}

/// Guarantee 3, over a rotation: the vendor takes both keys for a moment, then only the new one.
async fn in_the_middle(world: &World) {
    let cases = things("thing-to-rotated", "ROTATED", 300);
    let (before, after) = cases.split_at(100);
    world.accept_all(before).await;
    let rotate = async {
        let name = DestinationName::new("rotated-api");
        let secret = catalog().destinations[&name].auth.secret();
        world.rotate_key(&name, secret, "second").await.expect("a new key");
    };
    futures::join!(world.accept_all(after), rotate);
    for (case, entry) in cases.iter().zip(world.delivered_all(LONG, &cases).await) {
        assert_eq!(entry.life.failures, 0, "{}", world.story(case).await);
        assert_eq!(world.invoices(case), 1, "{}", case.id);
    }
    let requests = world.vendor.requests();
    let refused =
        requests.iter().filter(|r| r.destination == "rotated-api" && r.answered == Some(401));
    let refused = refused.count();
    // Those that were under way with the old key: ten processes with ten calls each, and no second round.
    assert!(refused <= 100, "{refused} calls were refused");
}

async fn rotated(world: &World) {
    // One fresh process reads the old key just before it is replaced: the tightest a rotation can be.
    world.engine.kill(&world.engine.outputs().dispatch_function).expect("they can be killed");
    let [before, after, later] =
        [1, 2, 3].map(|n| Case::order(&format!("ROTATE-O{n}"), &format!("ROTATE-C{n}")));
    world.accept(&before).await;
    assert_eq!(world.delivered(SOON, &before).await.life.attempts, 1);

    let name = DestinationName::new("crm-api");
    let secret = catalog().destinations[&name].auth.secret();
    world.set_key(&name, secret, "second").await.expect("a new key");

    world.accept(&after).await;
    let entry = world.delivered(SOON, &after).await;
    let told = ["accepted", "sending", "answered", "sending", "answered", "delivered"];
    assert_eq!(words(&entry.history), told);
    let answered: Vec<_> = world.requests(&after).iter().map(|request| request.answered).collect();
    assert_eq!(answered, [Some(401), Some(201)]);

    world.accept(&later).await;
    assert_eq!(world.delivered(SOON, &later).await.life.attempts, 1, "the new key is kept");
}
