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

/// To each destination.
const MANY: usize = 300;

/// How long a call to the one that hangs may take (`destinations.yaml`).
const HANGS: Duration = Duration::from_secs(2);

/// Until everything that waited at a gate has gone out again.
const LONG: Duration = Duration::from_secs(240);

/// How long the vendor holds a probe.
const HELD: Duration = Duration::from_secs(3);

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::at(
            // The backlog goes out while others run; only the measurement needs the machine.
            &[Stage::Measured, Stage::RotateHook],
            "a dead destination does not delay another",
            |w| dead(w).boxed_local(),
        ),
        Scenario::new("fifty dispatchers at a half-open breaker make one probe at a time", |w| {
            half_open(w).boxed_local()
        }),
    ]
}

/// Guarantee 8. The healthy destination's slowest delivery, with nothing beside it, beside another healthy one, beside
/// a dead one and beside one that takes each call and never answers.
async fn dead(world: &World) {
    let to = |name, step| world.vendor.default_behaviour(name, step).expect("one of the tests");
    let (alone, _) = slowest(world, "ALONE", None).await;
    // Two cores serve twice as many events: what that costs is load, and no sickness.
    let (beside_well, _) = slowest(world, "WELL", Some("thing-to-sick")).await;
    let before = calls(world, "sick-api");
    to("sick-api", Step::Reset);
    let (beside_dead, dead) = slowest(world, "DEAD", Some("thing-to-sick")).await;
    to("hung-api", Step::HangBefore);
    let (beside_hung, hung) = slowest(world, "HUNG", Some("thing-to-hung")).await;
    let (of_dead, of_hung) = (calls(world, "sick-api") - before, calls(world, "hung-api"));
    eprintln!(
        "slowest of {MANY} deliveries: alone {alone:?}; beside as many to a healthy destination {beside_well:?}, to a \
        dead one {beside_dead:?} ({of_dead} calls reached it), to one that never answers {beside_hung:?} ({of_hung})"
    );
    world.stages.leave(Stage::Measured);
    // Trap 17: what an open breaker holds back is not dropped, and costs no attempt.
    to("sick-api", Step::Ok);
    to("hung-api", Step::Ok);
    let (dead, hung) =
        futures::join!(world.release_all(LONG, &dead), world.release_all(LONG, &hung));
    for entry in dead.iter().chain(&hung) {
        assert!(entry.life.attempts <= 5, "{}: {:?}", entry.record, entry.history);
    }
    assert!(of_dead < MANY / 2, "the breaker let {of_dead} of {MANY} events reach a dead vendor");
    assert!(of_hung < MANY / 2, "the breaker let {of_hung} of {MANY} events hang");
    let healthy = alone.max(beside_well);
    assert!(beside_dead < 2 * healthy, "{beside_dead:?} beside a dead one");
    // The engine knows no fair queues: who hangs holds its dispatchers once, until its calls have ended.
    assert!(beside_hung < 2 * healthy + HANGS, "{beside_hung:?} beside one that hangs");
}

/// Delivers many events to the healthy destination, and gives the longest time that one took; beside it as many go to
/// another one, which are given back.
async fn slowest(
    world: &World,
    prefix: &str,
    beside: Option<&'static str>,
) -> (Duration, Vec<Case>) {
    let well = things("thing-to-well", &format!("WELL-{prefix}"), MANY);
    let other = beside.map_or(Vec::new(), |name| things(name, &format!("OTHER-{prefix}"), MANY));
    // One source sends both in turn, so with and without the other as many come in at the same time.
    let mut both: Vec<&Case> = well.iter().chain(&other).collect();
    both.sort_by_key(|case| case.id.rsplit('-').next().and_then(|n| n.parse::<usize>().ok()));
    world.accept_each(both).await;
    let entries = world.delivered_all(LONG, &well).await;
    (entries.iter().map(took).max().unwrap_or_default(), other)
}

/// How many calls have reached a destination.
fn calls(world: &World, destination: &str) -> usize {
    world.vendor.requests().iter().filter(|r| r.destination == destination).count()
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
