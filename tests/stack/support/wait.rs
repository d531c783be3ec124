//! Waiting for something to become true.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Long enough for whatever needs no retry, on a machine that is busy compiling.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// Looks until there is an answer; after `within` it fails and prints what `seen` tells.
pub(crate) async fn eventually<T>(
    within: Duration,
    what: &str,
    seen: impl AsyncFn() -> String,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        if begun.elapsed() > within {
            panic!("not within {} s: {what}\n{}", within.as_secs(), seen().await);
        }
        sleep(Duration::from_millis(100)).await;
    }
}
