//! OAuth tokens over the wire: asked for once, kept, renewed, and what a token endpoint's failures mean.

use std::{
    cell::Cell,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use fairlead_aws::{credential::Credential, secret::Secret, vendor::Vendor};
use fairlead_core::{
    id::SecretName,
    integration::{Auth, Destination, Oauth2},
    outcome::NotSent,
};

use crate::{
    call::{Call, at, replied, world},
    server::{Peer, Server, answer},
};

const TOKEN: &str = "t0ken-canary";

fn oauth2() -> Call {
    Call::by(Auth::Oauth2(Oauth2 {
        token_url: "https://login.example.com/oauth/token".to_owned(),
        client_id: "us:and/them".to_owned(),
        secret: SecretName::new("finance-api"),
        scope: Some("invoices.write offline".to_owned()),
    }))
}

/// The secret store: `old` until it is asked for what is new.
struct Store {
    destination: Destination,
    newer: &'static str,
    reads: Cell<usize>,
}

impl Store {
    fn new(newer: &'static str) -> Self {
        Self { destination: oauth2().destination, newer, reads: Cell::default() }
    }

    /// For endpoints that take all the time there is.
    fn hurried() -> Self {
        let mut store = Self::new("old");
        store.destination.timeout = Call::short().destination.timeout;
        store
    }

    async fn credential(&self, vendor: &Vendor, fresh: bool) -> Result<Credential, NotSent> {
        let read = |fresh: bool| {
            self.reads.set(self.reads.get() + 1);
            std::future::ready(Ok(Secret::new(if fresh { self.newer } else { "old" })))
        };
        vendor.credential(&self.destination, fresh, None, read).await
    }
}

fn granting(token: &str, seconds: u64) -> String {
    let body = format!(
        r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{seconds},"scope":"x"}}"#
    );
    answer("200 OK", &body)
}

/// A token endpoint that says this; how often it was asked is the number of its requests.
async fn endpoint(said: impl Into<Vec<u8>>) -> (Server, Vendor) {
    let server = Server::saying(said).await;
    let vendor = at(server.port);
    (server, vendor)
}

#[tokio::test(flavor = "current_thread")]
async fn a_token_is_granted_for_client_and_secret_and_used_as_bearer() {
    let (server, vendor) = endpoint(granting(TOKEN, 3_600)).await;
    let store = Store::new("old");
    let credential = store.credential(&vendor, false).await.expect("a token");
    let asked = server.request();
    let (head, body) = asked.split_once("\r\n\r\n").expect("a request");
    assert!(head.starts_with("POST /finance-api/oauth/token HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-www-form-urlencoded\r\n"), "{head}");
    // RFC 6749 section 2.3.1: both are form-encoded before they are joined: us%3Aand%2Fthem:old
    assert!(head.contains("authorization: Basic dXMlM0FhbmQlMkZ0aGVtOm9sZA==\r\n"), "{head}");
    assert_eq!(body, "grant_type=client_credentials&scope=invoices.write+offline");
    let call = Call { credential, ..oauth2() };
    let said = replied(call.make(&vendor).await).excerpt;
    assert!(said.contains(r#""access_token":"[secret]""#), "P30: {said}");
    let used = server.requests().pop().unwrap_or_default();
    assert!(used.contains(&format!("authorization: Bearer {TOKEN}\r\n")), "{used}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_token_is_asked_for_once_by_all_who_need_it() {
    let (server, vendor) = endpoint(granting(TOKEN, 3_600)).await;
    let store = Store::new("old");
    let asked = (0..10).map(|_| store.credential(&vendor, false));
    let all = futures::future::join_all(asked).await;
    assert!(all.iter().all(Result::is_ok) && server.requests().len() == 1);
    store.credential(&vendor, false).await.expect("the kept one");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(flavor = "current_thread")]
async fn after_a_refusal_secret_and_token_are_both_asked_for_anew() {
    let (server, vendor) = endpoint(granting(TOKEN, 3_600)).await;
    let store = Store::new("new");
    store.credential(&vendor, false).await.expect("a token");
    let again = (0..10).map(|_| store.credential(&vendor, true));
    assert!(futures::future::join_all(again).await.iter().all(Result::is_ok));
    let requests = server.requests();
    assert_eq!(requests.len(), 2, "one serves all who were refused before it was asked for");
    // us%3Aand%2Fthem:new
    assert!(requests[1].contains("Basic dXMlM0FhbmQlMkZ0aGVtOm5ldw=="), "{}", requests[1]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_token_that_ends_at_once_serves_the_call_that_it_was_asked_for() {
    let (server, vendor) = endpoint(granting(TOKEN, 0)).await;
    let store = Store::new("old");
    for _ in 0..2 {
        store.credential(&vendor, false).await.expect("a token");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_refused_client_is_tried_once_more_with_the_secret_as_it_is_now() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let server = Server::start(|mut peer: Peer| async move {
        while peer.request().await {
            let first = ASKED.fetch_add(1, Ordering::SeqCst) == 0;
            let refused = answer("401 Unauthorized", r#"{"error":"invalid_client"}"#);
            peer.say(if first { refused } else { granting(TOKEN, 3_600) }).await;
        }
    })
    .await;
    let store = Store::new("new");
    store.credential(&at(server.port), false).await.expect("the rotated secret is good");
    assert_eq!((server.requests().len(), store.reads.get()), (2, 2));
}

#[tokio::test(flavor = "current_thread")]
async fn an_endpoint_that_says_no_leaves_no_usable_credential() {
    for status in ["400 X", "401 X", "403 X", "404 X", "302 X"] {
        let said = answer(status, r#"{"error":"invalid_client"}"#);
        let said = said.replacen("\r\n", "\r\nlocation: http://127.0.0.1:1/\r\n", 1);
        let (server, vendor) = endpoint(said).await;
        let store = Store::new("old");
        let told = store.credential(&vendor, false).await.map(|_| ());
        assert_eq!(told, Err(NotSent::NoSecret), "{status}");
        assert_eq!(server.requests().len(), 1, "the same secret is not tried again");
        let told = Store::new("new").credential(&vendor, true).await.map(|_| ());
        assert_eq!(told, Err(NotSent::NoSecret), "{status}");
        assert_eq!(server.requests().len(), 2, "a fresh secret is tried once");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_endpoint_that_is_ill_is_waited_for() {
    for said in [
        answer("500 X", "{}"),
        answer("503 X", "{}"),
        answer("429 X", "{}"),
        answer("200 OK", "<html>maintenance</html>"),
        answer("200 OK", &"a".repeat(1 << 20)),
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_".to_owned(),
    ] {
        let (_server, vendor) = endpoint(said.clone()).await;
        let told = Store::hurried().credential(&vendor, false).await.map(|_| ());
        assert_eq!(told, Err(NotSent::SecretUnavailable), "{}", &said[..20]);
    }
    let told = Store::new("old").credential(&at(1), false).await.map(|_| ());
    assert_eq!(told, Err(NotSent::SecretUnavailable), "nobody listens");
}

#[tokio::test(flavor = "current_thread")]
async fn an_endpoint_that_is_silent_is_asked_once_and_holds_nobody_up() {
    let server = Server::start(Peer::hang).await;
    let (vendor, store) = (at(server.port), Store::hurried());
    let begun = Instant::now();
    let all = futures::future::join_all((0..10).map(|_| store.credential(&vendor, false))).await;
    assert!(all.into_iter().all(|told| told.is_err_and(|why| why == NotSent::SecretUnavailable)));
    assert!(begun.elapsed() < Duration::from_millis(1_000), "ten waits, one after the other");
    assert_eq!(server.connections(), 1);
}

#[tokio::test(flavor = "current_thread")]
async fn p29_a_token_url_is_guarded_like_every_other() {
    let server = Server::saying(granting(TOKEN, 3_600)).await;
    for url in [
        format!("https://localhost:{}/token", server.port),
        format!("http://127.0.0.1:{}/token", server.port),
        "https://169.254.169.254/token".to_owned(),
    ] {
        let mut destination = oauth2().destination;
        if let Auth::Oauth2(client) = &mut destination.auth {
            client.token_url = url.clone();
        }
        let read = |_| std::future::ready(Ok(Secret::new("old")));
        let told = world().credential(&destination, false, None, read).await.map(|_| ());
        assert_eq!(told, Err(NotSent::NoSecret), "{url}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn a_store_that_fails_is_told_as_it_is() {
    for why in [NotSent::NoSecret, NotSent::SecretUnavailable] {
        let read = |_| std::future::ready(Err(why));
        let told = world().credential(&oauth2().destination, false, None, read).await.map(|_| ());
        assert_eq!(told, Err(why));
    }
}
