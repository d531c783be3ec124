//! Dispatch is killed while vendors hold its requests.

use std::time::Duration;

use fairlead::vendor::Step;
use fairlead_core::{class::Class, entry::State};
use futures::{FutureExt, future::join_all};

use crate::support::{
    case::Case,
    scenario::Scenario,
    stage::Stage,
    wait::SOON,
    watch::{assert_same, words},
    world::World,
};

/// The ticket's visibility timeout of 48 seconds, a first wait of at most twelve, and the queues in between.
const RECOVERY: Duration = Duration::from_secs(150);

pub(crate) fn scenarios() -> Vec<Scenario> {
    // Others begin after the kill; the recovery takes a minute in which they run.
    vec![Scenario::at(
        &[Stage::Kill, Stage::Together],
        "killing dispatch in mid-call loses nothing and repeats nothing unsafe",
        |w| killed(w).boxed_local(),
    )]
}

async fn killed(world: &World) {
    let committed = Case::deal("CRASH-1");
    let unheard = Case::deal("CRASH-2");
    let unkeyed = Case::refund("CRASH-3");
    let all = [&committed, &unheard, &unkeyed];
    let steps = [Step::Hang, Step::HangBefore, Step::Hang];
    for (case, step) in all.iter().zip(steps) {
        world.vendor.behave(&case.id, vec![step]);
    }
    kill_in_call(world, &all).await;
    world.stages.leave(Stage::Kill);
    for case in [&committed, &unheard] {
        let entry = world.delivered(RECOVERY, case).await;
        let told =
            ["accepted", "sending", "lease_over", "waiting", "sending", "answered", "delivered"];
        assert_eq!(words(&entry.history), told, "{}", case.id);
        assert_eq!((entry.life.attempts, world.requests(case).len()), (2, 2));
        assert_same(&world.requests(case), &case.key);
        assert_eq!(world.invoices(case), 1, "{}", case.id);
    }
    let entry = world.parked(RECOVERY, &unkeyed, Class::InDoubt).await;
    assert_eq!(words(&entry.history), ["accepted", "sending", "lease_over", "parked", "alerted"]);
    world.told(&unkeyed, &entry).await;
    assert_eq!((world.requests(&unkeyed).len(), world.invoices(&unkeyed)), (1, 1));
}

/// Sends all, and kills every dispatcher at a moment when the vendor holds all the requests.
async fn kill_in_call(world: &World, all: &[&Case]) {
    join_all(all.iter().map(|case| world.accept(case))).await;
    let held = async || all.iter().all(|case| world.requests(case).len() == 1).then_some(());
    world.until(SOON, "the vendor holds all requests", all[0], held).await;
    let dispatch = &world.engine.outputs().dispatch_function;
    let killed = world.engine.kill(dispatch).expect("they can be killed");
    assert!(killed > 0, "no process of {dispatch} was found");
    for case in all {
        let entry = world.entry(&case.entry()).await.expect("it was accepted");
        let sending = matches!(entry.life.state, State::Sending { .. });
        assert!(sending, "not killed in mid-call: {}", world.story(case).await);
    }
}
