//! What a vendor allows is kept over all dispatchers: calls in a second, calls at once.

use std::time::Duration;

use fairlead::vendor::{Request, Step};
use futures::FutureExt;

use crate::support::{
    many::things, scenario::Scenario, stage::Stage, watch::assert_same, world::World,
};

/// 300 calls at ten a second take half a minute; a machine that compiles beside it takes longer.
const LONG: Duration = Duration::from_secs(240);

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::at(
            &[Stage::Paced],
            "300 events to a vendor limited to ten a second are all delivered at its pace",
            |w| paced(w).boxed_local(),
        ),
        Scenario::new("no more than four calls run at once at a vendor that takes four", |w| {
            narrow(w).boxed_local()
        }),
    ]
}

/// Trap 18: retries inside one rate window, exhausted by 429s.
async fn paced(world: &World) {
    world.vendor.rate_limit("limited-api", 10).expect("a destination of the tests");
    let cases = things("thing-to-limited", "PACED", 300);
    // The limiter is ours, and a vendor may still say 429, for someone else uses the same account.
    for case in cases.iter().step_by(60) {
        world.vendor.behave(&case.id, vec![Step::retry_after(429, "3")]);
    }
    world.accept_all(&cases).await;
    let entries = world.delivered_all(LONG, &cases).await;
    for (case, entry) in cases.iter().zip(&entries) {
        assert_eq!(entry.life.failures, 0, "waits are not failures: {}", world.story(case).await);
        assert_eq!(world.invoices(case), 1, "{}", case.id);
        assert_same(&world.requests(case), &case.key);
        let requests = world.requests(case);
        for two in requests.windows(2).filter(|two| two[0].answered == Some(429)) {
            let waited = two[1].at.duration_since(two[0].at).as_millis();
            assert!(waited >= 1_000, "before Retry-After: {two:?}");
        }
    }
    let peak = world.vendor.peak_per_second("limited-api");
    assert!(peak <= 10, "{peak} calls within a second");
}

async fn narrow(world: &World) {
    let step = Step::Slow { ms: 300 };
    world.vendor.default_behaviour("narrow-api", step).expect("a destination of the tests");
    let cases = things("thing-to-narrow", "NARROW", 60);
    world.accept_all(&cases).await;
    let entries = world.delivered_all(LONG, &cases).await;
    assert!(entries.iter().all(|entry| entry.life.attempts == 1), "no attempt is used by waiting");
    let requests: Vec<Request> =
        world.vendor.requests().into_iter().filter(|r| r.destination == "narrow-api").collect();
    assert_eq!(requests.len(), 60);
    // Each is held for 300 ms, so those that arrive within that time run at once.
    for first in &requests {
        let at_once = requests.iter().filter(|other| {
            let later = other.at.duration_since(first.at).as_millis();
            (0..290).contains(&later)
        });
        let at_once = at_once.count();
        assert!(at_once <= 4, "{at_once} calls at once from {}", first.at);
    }
}
