//! Vendors that break off: what is known afterwards, and that nothing was sent twice.

use std::time::Duration;

use fairlead_core::outcome::Answer;
use tokio::{net::TcpListener, time::sleep};

use crate::{
    call::{BODY, Call, NO_CONNECTION, RESET, TIMEOUT, TRUNCATED, at},
    server::{Peer, Server},
};

const LENGTH_100: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// Runs the script and checks the answer, and that the vendor saw the request once on one connection.
#[track_caller]
fn check<F: Future<Output = ()> + Send + 'static>(
    wanted: Answer,
    script: impl Fn(Peer) -> F + Send + 'static,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answer = runtime.expect("a runtime").block_on(async {
        let server = Server::start(script).await;
        let call = if wanted == TIMEOUT { Call::short() } else { Call::new() };
        let answer = call.make(&at(server.port)).await;
        assert!(server.request().ends_with(BODY), "the request came whole and once");
        // Nothing comes later either.
        sleep(Duration::from_millis(20)).await;
        assert_eq!((server.requests().len(), server.connections()), (1, 1));
        answer
    });
    assert_eq!(answer, wanted);
}

/// Answers with these bytes and ends the connection in order.
#[track_caller]
fn check_said(wanted: Answer, said: impl AsRef<[u8]> + Clone + Send + Sync + 'static) {
    check(wanted, move |mut peer| {
        let said = said.clone();
        async move {
            peer.request().await;
            peer.say(said).await;
        }
    });
}

#[tokio::test(flavor = "current_thread")]
async fn a_refused_connection_has_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    assert_eq!(Call::new().make(&at(port)).await, NO_CONNECTION);
}

#[tokio::test(flavor = "current_thread")]
async fn an_unknown_name_has_sent_nothing() {
    let mut call = Call::short();
    call.destination.base_url = "https://no-such-vendor.invalid".to_owned();
    assert_eq!(call.make(&crate::call::world()).await, NO_CONNECTION);
}

#[test]
fn a_vendor_that_takes_the_request_and_is_silent_is_in_doubt() {
    check(TIMEOUT, |mut peer| async move {
        peer.request().await;
        peer.hang().await;
    });
}

#[tokio::test(flavor = "current_thread")]
async fn a_vendor_that_accepts_and_never_reads_is_in_doubt() {
    let server = Server::start(Peer::hang).await;
    assert_eq!(Call::short().make(&at(server.port)).await, TIMEOUT);
    assert_eq!(server.connections(), 1);
}

#[test]
fn an_answer_after_the_deadline_is_in_doubt() {
    check(TIMEOUT, |mut peer| async move {
        peer.request().await;
        sleep(Duration::from_millis(280)).await;
        peer.say("HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n").await;
    });
}

#[test]
fn p34_a_reset_after_the_request_is_in_doubt_and_nothing_is_sent_again() {
    check(RESET, |mut peer| async move {
        peer.request().await;
        peer.reset();
    });
    // Svix sends again at once when the failure came within a second; a vendor may have committed by then.
    check(RESET, |mut peer| async move {
        peer.request().await;
        sleep(Duration::from_millis(50)).await;
        peer.reset();
    });
}

#[test]
fn p34_a_connection_that_ends_without_an_answer_is_in_doubt() {
    check_said(RESET, "");
}

#[test]
fn a_reset_within_the_head_is_in_doubt() {
    check(RESET, |mut peer| async move {
        peer.request().await;
        peer.say("HTTP/1.1 201 Created\r\ncontent-le").await;
        sleep(Duration::from_millis(20)).await;
        peer.reset();
    });
    check_said(RESET, "HTTP/1.1 201 Created\r\ncontent-length: 0\r\n");
}

#[test]
fn a_reset_within_the_body_is_a_cut_off_answer() {
    check(TRUNCATED, |mut peer| async move {
        peer.request().await;
        peer.say(LENGTH_100).await;
        sleep(Duration::from_millis(20)).await;
        peer.reset();
    });
}

#[test]
fn a_body_that_is_shorter_than_told_is_a_cut_off_answer() {
    check_said(TRUNCATED, LENGTH_100);
}

#[test]
fn broken_chunks_are_a_cut_off_answer() {
    check_said(TRUNCATED, format!("{CHUNKED}5\r\nhello\r\nnot a length\r\n"));
    check_said(TRUNCATED, format!("{CHUNKED}5\r\nhello\r\n"));
    check_said(TRUNCATED, format!("{CHUNKED}ffffffffffffffffffff\r\nhello\r\n"));
}

#[test]
fn p10_a_head_that_drips_is_ended_by_the_deadline() {
    check(TIMEOUT, |mut peer| async move {
        peer.request().await;
        while peer.say("H").await && peer.say("").await {
            sleep(Duration::from_millis(1_000)).await;
        }
    });
    check(TIMEOUT, |mut peer| async move {
        peer.request().await;
        peer.say("HTTP/1.1 200 OK\r\n").await;
        while peer.say("x-drip: 1\r\n").await {
            sleep(Duration::from_millis(10)).await;
        }
    });
}

#[test]
fn p10_a_body_that_drips_is_ended_by_the_deadline_too() {
    check(TIMEOUT, |mut peer| async move {
        peer.request().await;
        peer.say(LENGTH_100).await;
        while peer.say(" ").await {
            sleep(Duration::from_millis(10)).await;
        }
    });
    check(TIMEOUT, |mut peer| async move {
        peer.request().await;
        peer.say(CHUNKED).await;
        while peer.say("1\r\n \r\n").await {
            sleep(Duration::from_millis(10)).await;
        }
    });
}

#[test]
fn endless_interim_answers_are_ended_by_the_deadline() {
    check(TIMEOUT, |mut peer| async move {
        peer.request().await;
        while peer.say("HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n").await {
            sleep(Duration::from_millis(1)).await;
        }
    });
}

#[test]
fn what_is_no_http_is_in_doubt() {
    check_said(RESET, "<html>HTTP/0.9 knows no head</html>");
    check_said(RESET, "\0\u{1}\u{2}garbage\r\n\r\n");
    check_said(RESET, "HTTP/1.1 1000 Too Many Digits\r\n\r\n");
    check_said(RESET, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello");
}

#[tokio::test(flavor = "current_thread")]
async fn p10_an_endless_head_is_given_up_with_little_memory() {
    for line in [format!("x-endless: {}\r\n", "a".repeat(1_000)), "a".repeat(1_000)] {
        let server = Server::start(move |mut peer| {
            let line = line.clone();
            async move {
                peer.request().await;
                peer.say("HTTP/1.1 200 OK\r\nx-long: ").await;
                while peer.say(&line).await {}
            }
        })
        .await;
        assert_eq!(Call::new().make(&at(server.port)).await, RESET);
        // Hyper holds at most 100 headers and 408 KiB of head; the rest lies in the kernel's buffers.
        assert!(server.written() < 16 << 20, "{} bytes", server.written());
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn more_headers_than_are_held_are_in_doubt() {
    let headers = |count: usize| "x-many: 1\r\n".repeat(count);
    check_said(RESET, format!("HTTP/1.1 200 OK\r\n{}\r\n", headers(101)));
}
