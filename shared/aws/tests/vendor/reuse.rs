//! P34: connections that serve several calls, and that none of them makes a request leave twice.

use std::time::Duration;

use fairlead_core::outcome::{Answer, NotSent};
use tokio::{net::TcpListener, time::sleep};

use crate::{
    call::{Call, NO_CONNECTION, RESET, at, replied},
    server::{Server, answer},
};

#[tokio::test(flavor = "current_thread")]
async fn p34_who_may_ask_twice_keeps_its_connection_and_who_may_not_takes_a_new_one() {
    let server = Server::saying(answer("200 OK", "{}")).await;
    let vendor = at(server.port);
    for _ in 0..3 {
        replied(Call::new().make(&vendor).await);
    }
    assert_eq!((server.requests().len(), server.connections()), (3, 1));
    for _ in 0..3 {
        replied(Call::once().make(&vendor).await);
    }
    assert_eq!((server.requests().len(), server.connections()), (6, 4));
}

#[tokio::test(flavor = "current_thread")]
async fn p34_a_kept_connection_that_resets_after_the_request_is_in_doubt_and_sends_once() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.say(answer("200 OK", "{}")).await;
        // The second request on the same connection is taken, and the answer lost.
        if peer.request().await {
            peer.reset();
        }
    })
    .await;
    let vendor = at(server.port);
    replied(Call::new().make(&vendor).await);
    assert_eq!(Call::new().make(&vendor).await, RESET);
    sleep(Duration::from_millis(50)).await;
    assert_eq!((server.requests().len(), server.connections()), (2, 1));
}

/// Lambda freezes a function between invocations. The first thing that it does afterwards is to read the next event,
/// and the ledger, and so it notices what closed meanwhile.
#[tokio::test(flavor = "current_thread")]
async fn p34_a_connection_that_closed_while_the_function_was_frozen_takes_no_request() {
    for reset in [false, true] {
        let (port, seen) = closing_server(reset);
        let vendor = at(port);
        assert_eq!(replied(Call::new().make(&vendor).await).status, 200);
        freeze();
        sleep(Duration::from_millis(1)).await;
        assert_eq!(replied(Call::new().make(&vendor).await).status, 200, "reset: {reset}");
        assert_eq!(seen.join().expect("a server"), [1, 1], "requests on each connection");
    }
}

/// Without that look the request may leave on the dead connection. It is in doubt then, and not sent again.
#[tokio::test(flavor = "current_thread")]
async fn p34_a_request_that_left_on_a_dead_connection_is_in_doubt_and_not_sent_again() {
    for reset in [false, true] {
        let (port, seen) = closing_server(reset);
        let vendor = at(port);
        replied(Call::new().make(&vendor).await);
        freeze();
        let told = Call::new().make(&vendor).await;
        let last = if told == RESET { Call::once().make(&vendor).await } else { told };
        assert_eq!(replied(last).status, 200);
        assert_eq!(seen.join().expect("a server"), [1, 1], "requests on each connection");
    }
}

/// Blocks the whole runtime.
fn freeze() {
    std::thread::sleep(Duration::from_millis(80));
}

/// A server on a thread of its own, which goes on while the caller is frozen. Gives the requests on each connection.
fn closing_server(reset: bool) -> (u16, std::thread::JoinHandle<Vec<usize>>) {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let serve = move || {
        let mut requests = Vec::new();
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut buffer = [0; 4096];
            let mut text = Vec::new();
            while !text.ends_with(b"}") {
                let read = stream.read(&mut buffer).expect("a request");
                text.extend_from_slice(&buffer[..read]);
            }
            requests.push(String::from_utf8_lossy(&text).matches("POST ").count());
            stream.write_all(answer("200 OK", "{}").as_bytes()).expect("a caller");
            std::thread::sleep(Duration::from_millis(20));
            if reset {
                // The standard library cannot end a connection so; tokio can.
                let stream = tokio::net::TcpSocket::from_std_stream(stream);
                stream.set_zero_linger().expect("a socket");
            }
        }
        requests
    };
    (port, std::thread::spawn(serve))
}

#[tokio::test(flavor = "current_thread")]
async fn p34_not_sent_is_said_only_when_no_byte_was_read() {
    // A vendor that hangs up at once races with the request; whatever wins, "not sent" is never said of a sent one.
    for linger in [0, 1, 2, 5] {
        let server = Server::start(move |mut peer| async move {
            if linger > 0 {
                let _ = tokio::time::timeout(Duration::from_millis(linger), peer.request()).await;
            }
            peer.reset();
        })
        .await;
        for call in [Call::new(), Call::once()] {
            let before = server.requests().len();
            let told = call.make(&at(server.port)).await;
            let came = server.requests().len() - before;
            assert!(told == RESET && came <= 1 || told == NO_CONNECTION && came == 0, "{told:?}");
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_kept_connection_whose_vendor_is_gone_has_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let once = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        drop(listener);
        let mut stream = stream;
        let mut buffer = vec![0; 4096];
        let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut buffer).await;
        let said = answer("200 OK", "{}");
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, said.as_bytes()).await;
    });
    let vendor = at(port);
    replied(Call::new().make(&vendor).await);
    once.await.expect("a server");
    let told = Call::new().make(&vendor).await;
    assert_eq!(told, Answer::NotSent(NotSent::NoConnection));
}

#[tokio::test(flavor = "current_thread")]
async fn a_connection_that_is_given_up_within_a_body_is_not_used_again() {
    let server = Server::start(|mut peer| async move {
        while peer.request().await && peer.say(answer("200 OK", &"a".repeat(4_000_000))).await {}
    })
    .await;
    let vendor = at(server.port);
    for _ in 0..2 {
        assert_eq!(replied(Call::new().make(&vendor).await).excerpt.len(), 2_000);
    }
    assert_eq!((server.requests().len(), server.connections()), (2, 2));
}
