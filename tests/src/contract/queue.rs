//! Tickets and alerts: durable when the call returns, as they were, and not too early.

use std::time::Duration;

use fairlead_core::{
    alert::Alert,
    id::Version,
    owner::Channel,
    ports::Ports,
    ticket::{Queue, Step, Ticket},
    wait::LONGEST_DELAY,
};

use serde_json::json;

use super::{Bench, entry};

fn ticket<B: Bench>(bench: &B, of: &str) -> Ticket {
    let entry = entry::new(bench.ports(), of);
    Ticket::new(Step::Dispatch, entry.key, entry.id)
}

/// What came within some seconds.
async fn received<B: Bench>(bench: &B, queue: Queue) -> Vec<String> {
    for _ in 0..20 {
        let bodies = bench.receive(queue).await;
        if !bodies.is_empty() {
            return bodies;
        }
        bench.pass(Duration::from_millis(500)).await;
    }
    Vec::new()
}

pub(super) async fn sends_a_ticket_as_it_is<B: Bench>(bench: &B) {
    let mut sent = ticket(bench, "sent");
    (sent.hops, sent.version) = (3, Some(Version(7)));
    bench.ports().send(Queue::Dispatch, &sent, Duration::ZERO).await.expect("it is taken");
    assert_eq!(received(bench, Queue::Dispatch).await, [sent.text()]);
}

pub(super) async fn holds_a_ticket_for_its_delay<B: Bench>(bench: &B) {
    let sent = ticket(bench, "delayed");
    let delay = Duration::from_millis(2_500);
    bench.ports().send(Queue::Dispatch, &sent, delay).await.expect("it is taken");
    let begun = bench.ports().now();
    assert_eq!(received(bench, Queue::Dispatch).await, [sent.text()]);
    let waited = fairlead_core::span::until(begun, bench.ports().now());
    // Sent a moment before the clock was read.
    assert!(waited >= Duration::from_millis(2_200), "{waited:?}");
}

/// What is longer belongs into the due index; a queue that shortened it would break a promise.
pub(super) async fn refuses_a_delay_that_no_queue_keeps<B: Bench>(bench: &B) {
    let sent = ticket(bench, "too long");
    let most = bench.ports().send(Queue::Retry, &sent, LONGEST_DELAY).await;
    most.expect("the longest delay is kept");
    let longer = LONGEST_DELAY + Duration::from_secs(1);
    let refused = bench.ports().send(Queue::Retry, &sent, longer).await;
    refused.expect_err("a longer one is refused");
}

pub(super) async fn tells_the_owner<B: Bench>(bench: &B) {
    let alert = Alert {
        with: None,
        to: Channel::Chat,
        id: "contract".to_owned(),
        subject: "contract: one alert".to_owned(),
        text: "one alert".to_owned(),
        body: json!({"version": "1.0", "content": {"title": "one alert"}}),
    };
    bench.ports().publish(&alert).await.expect("it is taken");
    for _ in 0..20 {
        let came = bench.published().await;
        if came.contains(&alert.body) {
            return;
        }
        bench.pass(Duration::from_millis(500)).await;
    }
    panic!("the alert did not arrive");
}
