//! Many events of one integration at once.

use std::time::Duration;

use fairlead_core::{
    entry::{Entry, State},
    history::What,
};
use futures::{StreamExt, stream};
use serde_json::json;

use super::{case::Case, signed::Call, world::World};

/// As many POSTs as a busy source makes at the same time.
const POSTS_AT_ONCE: usize = 8;

/// So many things for one of the tests' own integrations: `PACED-0`, `PACED-1`, ...
pub(crate) fn things(integration: &'static str, prefix: &str, count: usize) -> Vec<Case> {
    (0..count).map(|n| Case::thing(integration, &format!("{prefix}-{n}"))).collect()
}

impl World {
    /// POSTs all, some at a time.
    pub(crate) async fn accept_all(&self, cases: &[Case]) {
        self.accept_each(cases.iter().collect()).await;
    }

    /// The same, in this order.
    pub(crate) async fn accept_each(&self, cases: Vec<&Case>) {
        stream::iter(cases)
            .for_each_concurrent(POSTS_AT_ONCE, async |case| {
                self.accept(case).await;
            })
            .await;
    }

    /// Waits until all are delivered.
    pub(crate) async fn delivered_all(&self, within: Duration, cases: &[Case]) -> Vec<Entry> {
        let mut entries = Vec::new();
        for case in cases {
            entries.push(self.delivered(within, case).await);
        }
        entries
    }

    /// Runs the schedule now instead of at the next minute.
    pub(crate) async fn release(&self) {
        let path =
            format!("/2015-03-31/functions/{}/invocations", self.engine.outputs().retry_function);
        let input = json!({"release": "due"}).to_string().into_bytes();
        let reply = self.ask(Call::post("lambda", &path, input)).await;
        assert!(!reply.text.contains("errorMessage"), "{reply:?}");
    }

    /// Runs the schedule again and again until all are delivered.
    pub(crate) async fn release_all(&self, within: Duration, cases: &[Case]) -> Vec<Entry> {
        for case in cases {
            let key = case.entry();
            let look = async || {
                let entry = self.entry(&key).await?;
                if entry.life.state == State::Delivered {
                    return Some(());
                }
                self.release().await;
                None
            };
            self.until(within, "released and delivered", case, look).await;
        }
        self.delivered_all(within, cases).await
    }
}

/// How long a delivery took, from acceptance to the vendor's answer.
pub(crate) fn took(entry: &Entry) -> Duration {
    let at = |wanted: fn(&What) -> bool| {
        entry.history.lines.iter().find(|line| wanted(&line.what)).map(|line| line.at)
    };
    let begun = at(|what| matches!(what, What::Accepted { .. }));
    let ended = at(|what| matches!(what, What::Delivered));
    match (begun, ended) {
        (Some(begun), Some(ended)) => fairlead_core::span::until(begun, ended),
        _ => panic!("{} is not delivered: {:?}", entry.record, entry.history),
    }
}
