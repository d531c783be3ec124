//! The trace that the work at hand belongs to: read from a record or from Lambda's context, never from the environment.
//!
//! With several records in one invocation the environment names at most one of them.

use std::future::Future;

use fairlead_core::trace::Trace;
use tokio::task_local;

task_local! {
    static TRACE: Option<Trace>;
}

/// The attribute of an SQS message that carries a trace.
pub(crate) const ATTRIBUTE: &str = "AWSTraceHeader";

/// Runs `work` within the trace that this header names; where it names none, the one around it goes on.
pub async fn within<T>(header: Option<&str>, work: impl Future<Output = T>) -> T {
    TRACE.scope(header.and_then(Trace::read).or_else(current), work).await
}

/// The trace of the work at hand, where it belongs to one.
pub(crate) fn current() -> Option<Trace> {
    TRACE.try_with(Clone::clone).ok().flatten()
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    /// Trap P35: a trace taken from the environment, which is not of this record.
    #[tokio::test]
    async fn records_of_one_batch_keep_their_traces_apart() {
        let header = |n: u32| format!("Root=1-5759e988-{n:024x}");
        let works = (1..=8).map(|n| {
            let header = header(n);
            async move {
                let looks = async {
                    tokio::task::yield_now().await;
                    current().map(|trace| trace.to_string())
                };
                (within(Some(&header), looks).await, header.clone())
            }
        });
        for (found, header) in join_all(works).await {
            assert_eq!(found, Some(header));
        }
        assert_eq!(current(), None);
    }
}
