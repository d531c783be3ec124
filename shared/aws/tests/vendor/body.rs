//! What vendors answer: statuses, endless bodies, compressed ones, broken ones, echoes, redirects.

use std::{io::Write, time::Duration};

use fairlead_core::outcome::{Outcome, Reply, judge};
use flate2::{Compression, write::GzEncoder};

use crate::{
    call::{CANARY, Call, at, replied},
    server::{Server, answer},
};

async fn said(bytes: impl Into<Vec<u8>>) -> Reply {
    let server = Server::saying(bytes).await;
    let reply = replied(Call::new().make(&at(server.port)).await);
    assert_eq!(server.requests().len(), 1);
    reply
}

#[tokio::test(flavor = "current_thread")]
async fn every_status_is_heard_as_it_was_said() {
    for status in [200, 201, 202, 400, 401, 403, 404, 408, 409, 410, 413, 422, 425, 429, 999] {
        assert_eq!(said(answer(&format!("{status} X"), "{}")).await.status, status);
    }
    for status in [500, 502, 503, 504, 529] {
        let reply = said(answer(&format!("{status} X"), "no")).await;
        assert_eq!((reply.status, reply.excerpt.as_str()), (status, "no"));
    }
    let none = said("HTTP/1.1 204 No Content\r\n\r\n").await;
    assert_eq!((none.status, none.excerpt.as_str()), (204, ""));
}

#[tokio::test(flavor = "current_thread")]
async fn a_time_to_come_back_is_heard() {
    let hint = |text: &str| {
        said(format!("HTTP/1.1 503 X\r\nretry-after: {text}\r\ncontent-length: 0\r\n\r\n"))
    };
    assert_eq!(hint("7").await.retry_after, Some(Duration::from_secs(7)));
    for nothing in ["soon", "-1", "Wed, 31 Dec 1997 23:00:00 GMT"] {
        assert_eq!(hint(nothing).await.retry_after, None, "{nothing}");
    }
    assert!(hint("99999999999999999999").await.retry_after.is_some());
}

#[tokio::test(flavor = "current_thread")]
async fn a_body_without_a_length_ends_with_its_connection() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.say("HTTP/1.0 201 Created\r\n\r\n{\"id\":7}").await;
    })
    .await;
    let reply = replied(Call::new().make(&at(server.port)).await);
    assert_eq!((reply.status, reply.excerpt.as_str()), (201, "{\"id\":7}"));
}

#[tokio::test(flavor = "current_thread")]
async fn p10_of_a_gigabyte_only_the_beginning_is_read() {
    const GIGABYTE: usize = 1 << 30;
    for head in [
        format!("HTTP/1.1 200 OK\r\ncontent-length: {GIGABYTE}\r\n\r\n"),
        // A body that ends with its connection.
        "HTTP/1.1 200 OK\r\n\r\n".to_owned(),
    ] {
        let server = Server::start(move |mut peer| {
            let head = head.clone();
            async move {
                peer.request().await;
                peer.say(head).await;
                let piece = vec![b'a'; 64 * 1024];
                for _ in 0..GIGABYTE / piece.len() {
                    if !peer.say(&piece).await {
                        break;
                    }
                }
            }
        })
        .await;
        let reply = replied(Call::new().make(&at(server.port)).await);
        assert_eq!((reply.status, reply.excerpt.len()), (200, 2_000));
        tokio::time::sleep(Duration::from_millis(50)).await;
        // The kernel's buffers on both sides take some megabytes that nobody reads.
        assert!(server.written() < 32 << 20, "{} bytes", server.written());
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_gzip_bomb_is_not_unpacked() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b'0'; 8 << 20]).expect("memory");
    let bomb = bomb.finish().expect("memory");
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        bomb.len()
    );
    let server = Server::saying([head.as_bytes(), &bomb].concat()).await;
    let reply = replied(Call::new().make(&at(server.port)).await);
    assert!(reply.status == 200 && !reply.excerpt.contains("0000"), "{}", reply.excerpt);
    assert!(!server.request().contains("accept-encoding"), "{}", server.request());
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_no_json_and_no_utf8_is_heard_all_the_same() {
    let with = |body: &[u8]| {
        let head = format!("HTTP/1.1 201 Created\r\ncontent-length: {}\r\n\r\n", body.len());
        said([head.as_bytes(), body].concat())
    };
    assert_eq!(with(b"{\"id\":").await.excerpt, "{\"id\":");
    assert_eq!(with(b"caf\xe9").await.excerpt, "caf\u{fffd}");
    assert_eq!(
        with(&[0xff, 0xfe, b'o', 0, b'k', 0]).await.excerpt,
        "\u{fffd}\u{fffd}o\u{fffd}k\u{fffd}"
    );
    // Neither a NUL nor a terminal's commands come through.
    let shown = with(b"a\0b\x1b[2Jc\r\nd\te").await.excerpt;
    assert_eq!(shown, "a\u{fffd}b\u{fffd}[2Jc\nd\te");
}

#[tokio::test(flavor = "current_thread")]
async fn a_header_that_is_no_utf8_costs_nothing() {
    let head = b"HTTP/1.1 201 Created\r\nx-note: caf\xe9\r\nretry-after: \xe9\r\ncontent-length: 2\r\n\r\n{}";
    let reply = said(head.to_vec()).await;
    assert_eq!((reply.status, reply.retry_after), (201, None));
}

#[tokio::test(flavor = "current_thread")]
async fn p29_a_redirect_is_not_followed_and_no_credential_goes_elsewhere() {
    let elsewhere = Server::saying(answer("200 OK", "{}")).await;
    let there = format!("http://127.0.0.1:{}/taken", elsewhere.port);
    for status in [301, 302, 303, 307, 308] {
        for to in [there.as_str(), "http://169.254.169.254/latest/meta-data", "/elsewhere"] {
            let said =
                format!("HTTP/1.1 {status} X\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
            let server = Server::saying(said).await;
            let answer = Call::new().make(&at(server.port)).await;
            assert_eq!(judge(&answer), Outcome::Rejected);
            assert_eq!(replied(answer).status, status);
            assert_eq!((server.requests().len(), server.connections()), (1, 1), "{status} {to}");
        }
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn p30_an_echo_of_the_credential_is_redacted() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        let as_json = CANARY.replace('/', "\\/").replace('+', "\\u002B").replace(' ', "\\u0020");
        let as_html = CANARY.replace('/', "&#x2F;").replace('+', "&#43;");
        let echo = format!("you said Bearer {CANARY}, which is {as_json} or {as_html}");
        peer.say(answer("401 Unauthorized", &echo)).await;
    })
    .await;
    let reply = replied(Call::new().make(&at(server.port)).await);
    assert_eq!(reply.excerpt, "you said Bearer [secret], which is [secret] or [secret]");
    assert!(server.request().contains(CANARY), "the echo would have shown it");
}

#[tokio::test(flavor = "current_thread")]
async fn p30_an_answer_that_is_cut_within_the_credential_shows_none_of_it() {
    // Short marks for long secrets: what stands at the cut comes into the excerpt.
    let long = "k".repeat(100) + CANARY + &"x".repeat(4_000);
    let mut call = Call::new();
    call.credential = fairlead_aws::secret::Secret::new(long.clone()).into();
    let server = Server::saying(answer("400 Bad Request", &format!("{long} ").repeat(80))).await;
    let excerpt = replied(call.make(&at(server.port)).await).excerpt;
    // So many whole ones lie before the cut, and one that it goes through.
    let whole = 256 * 1024 / (long.len() + 1);
    assert_eq!(excerpt, vec!["[secret]"; whole + 1].join(" "));
}
