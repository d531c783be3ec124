//! A rotated key costs one refused call and no delivery.

use fairlead_core::id::DestinationName;
use futures::FutureExt;

use crate::support::{
    case::Case, scenario::Scenario, stage::Stage, wait::SOON, watch::words, world::World,
};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![Scenario::at(&[Stage::Rotate], "a rotated key is picked up after one 401", |w| {
        rotated(w).boxed_local()
    })]
}

async fn rotated(world: &World) {
    // One fresh process reads the old key just before it is replaced: the tightest a rotation can be.
    world.engine.kill(&world.engine.outputs().dispatch_function).expect("they can be killed");
    let [before, after, later] =
        [1, 2, 3].map(|n| Case::order(&format!("ROTATE-O{n}"), &format!("ROTATE-C{n}")));
    world.accept(&before).await;
    assert_eq!(world.delivered(SOON, &before).await.life.attempts, 1);

    let name = DestinationName::new("crm-api");
    let secret = fairlead_catalog::catalog().destinations[&name].auth.secret();
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
