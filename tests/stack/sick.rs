//! One sick destination does not delay another, and is looked for by one probe at a time.

use std::time::{Duration, Instant};

use fairlead::vendor::{Request, Step};
use fairlead_core::{gate::GOOD_PROBES, span::until};
use futures::{FutureExt, future::join_all};
use serde_json::Value;

use crate::support::{
    case::Case,
    many::{things, took},
    scenario::Scenario,
    stage::Stage,
    wait::{SOON, eventually},
    world::World,
};

/// Until everything that waited at a gate has gone out again.
const LONG: Duration = Duration::from_secs(240);

/// How long the vendor holds a probe.
const HELD: Duration = Duration::from_secs(3);

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::at(
            // The backlog goes out while others run; only the measurement needs the machine.
            &[Stage::Measured, Stage::Rotate],
            "a dead destination does not delay another",
            |w| dead(w).boxed_local(),
        ),
        Scenario::new("fifty dispatchers at a half-open breaker make one probe at a time", |w| {
            half_open(w).boxed_local()
        }),
    ]
}

/// Guarantee 8. The healthy destination's slowest delivery, alone and beside a dead one.
async fn dead(world: &World) {
    let alone = things("thing-to-well", "ALONE", 300);
    world.accept_all(&alone).await;
    let alone = slowest(world, &alone).await;

    world.vendor.default_behaviour("sick-api", Step::Reset).expect("one of the tests");
    let (sick, well) =
        (things("thing-to-sick", "SICK", 300), things("thing-to-well", "BESIDE", 300));
    futures::join!(world.accept_all(&sick), world.accept_all(&well));
    let beside = slowest(world, &well).await;
    eprintln!("slowest delivery: alone {alone:?}, beside a dead destination {beside:?}");
    let calls = world.vendor.requests().iter().filter(|r| r.destination == "sick-api").count();
    assert!(calls < 150, "the breaker let {calls} of 300 events reach a dead vendor");
    world.stages.leave(Stage::Measured);
    // Trap 17: what an open breaker holds back is not dropped, and costs no attempt.
    world.vendor.default_behaviour("sick-api", Step::Ok).expect("one of the tests");
    for entry in world.release_all(LONG, &sick).await {
        assert!(entry.life.attempts <= 5, "{}: {:?}", entry.record, entry.history);
    }
    // Twice as many events come in, and two cores serve all of it.
    let bound = (2 * alone).max(Duration::from_secs(1));
    assert!(beside < bound, "alone {alone:?}, beside a dead destination {beside:?}");
}

async fn slowest(world: &World, cases: &[Case]) -> Duration {
    let entries = world.delivered_all(LONG, cases).await;
    entries.iter().map(took).max().unwrap_or_default()
}

/// Trap 15, on the deployed stack: as many dispatchers as the engine runs at once.
async fn half_open(world: &World) {
    let to = |step| world.vendor.default_behaviour("half-api", step).expect("one of the tests");
    to(Step::status(500));
    let ill = things("thing-to-half", "ILL", 2);
    world.accept_all(&ill).await;
    let opened = eventually(
        SOON,
        "the breaker opens",
        async || gate(world).await.to_string(),
        async || {
            let gate = gate(world).await;
            (!gate["breaker"]["M"]["open"].is_null()).then(Instant::now)
        },
    );
    let opened = opened.await;
    to(Step::Slow { ms: 3_000 });
    let before = asked(world).len();
    let waiting = things("thing-to-half", "HALF", 50);
    // Open for five seconds; all fifty come when they are over.
    tokio::time::sleep_until((opened + Duration::from_secs(6)).into()).await;
    join_all(waiting.iter().map(|case| world.accept(case))).await;
    world.release_all(LONG, &waiting).await;
    world.release_all(LONG, &ill).await;
    let probes = asked(world).split_off(before);
    for two in probes.windows(2).take(usize::try_from(GOOD_PROBES).unwrap_or(0)) {
        let apart = until(two[0].at, two[1].at);
        assert!(apart >= HELD, "two probes at once, {apart:?} apart: {two:#?}");
    }
}

fn asked(world: &World) -> Vec<Request> {
    world.vendor.requests().into_iter().filter(|r| r.destination == "half-api").collect()
}

/// The gate's item, in DynamoDB's own JSON.
async fn gate(world: &World) -> Value {
    let items = world.scan().await;
    let item = items.iter().find(|item| item["pk"]["S"] == "gate#half-api");
    item.map_or(Value::Null, |item| item["value"]["M"].clone())
}
