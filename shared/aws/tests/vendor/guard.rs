//! P29: where a request may go, and that nothing in it can lead it elsewhere.

use fairlead_core::{
    id::IdempotencyKey,
    integration::{Auth, Dedupe, Method},
    outcome::{Answer, NotSent},
};

use crate::{
    call::{BODY, CANARY, Call, KEY, NOT_ALLOWED, at, local, replied, world},
    server::{Server, answer},
};

#[tokio::test(flavor = "current_thread")]
async fn p29_this_machine_is_not_called_however_its_address_is_written() {
    let server = Server::saying(answer("200 OK", "{}")).await;
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "0.0.0.0",
        "[::]",
        "user@127.0.0.1",
    ] {
        for private in [false, true] {
            let mut call = Call::new();
            call.destination.base_url = format!("https://{host}:{}", server.port);
            call.destination.private = private;
            assert_eq!(call.make(&world()).await, NOT_ALLOWED, "{host} {private}");
        }
    }
    // rustls takes these for no names, before they are looked up; the resolver would refuse them too.
    for host in ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0"] {
        let mut call = Call::new();
        call.destination.base_url = format!("https://{host}:{}", server.port);
        assert!(matches!(call.make(&world()).await, Answer::NotSent(_)), "{host}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn p29_only_https_and_no_metadata() {
    let server = Server::saying(answer("200 OK", "{}")).await;
    let plain = format!("http://127.0.0.1:{}", server.port);
    for url in [
        plain.as_str(),
        "http://api.example.com",
        "https://169.254.169.254/latest",
        "https://[fd00:ec2::254]",
        "https://10.0.0.1",
        "https://user:pw@api.example.com",
        "api.example.com",
        "",
    ] {
        let mut call = Call::new();
        call.destination.base_url = url.to_owned();
        assert_eq!(call.make(&world()).await, NOT_ALLOWED, "{url}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn p29_the_stand_in_for_vendors_is_on_this_machine_or_nowhere() {
    for url in ["http://10.0.0.1", "http://169.254.169.254", "http://1.1.1.1"] {
        assert_eq!(Call::new().make(&local(url)).await, NOT_ALLOWED, "{url}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn p29_a_path_cannot_change_the_host() {
    let server = Server::saying(answer("200 OK", "{}")).await;
    for path in ["", "@evil.example/", ".evil.example/", ":1/", "/a#b", "/a b", "/a\r\nx: y", "/\0"]
    {
        let mut call = Call::new();
        call.request.path = path.to_owned();
        assert_eq!(call.make(&at(server.port)).await, NOT_ALLOWED, "{path:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn no_header_can_be_smuggled_in() {
    let server = Server::saying(answer("200 OK", "{}")).await;
    for key in ["a\r\nx-evil: 1", "a\nb", "a\0b", "a\u{7f}"] {
        let call = Call { key: IdempotencyKey::new(key), ..Call::new() };
        assert_eq!(call.make(&at(server.port)).await, NOT_ALLOWED, "{key:?}");
        let secret = fairlead_core::id::SecretName::new("finance-api");
        let signed =
            Call { key: IdempotencyKey::new(key), ..Call::by(Auth::StandardWebhooks { secret }) };
        let signed = Call {
            credential: fairlead_aws::secret::Secret::new("whsec_YWJjZA==").into(),
            dedupe: Dedupe::None,
            ..signed
        };
        assert_eq!(signed.make(&at(server.port)).await, NOT_ALLOWED, "{key:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn what_was_rendered_is_sent_byte_for_byte() {
    let server = Server::saying(answer("200 OK", "{}")).await;
    let vendor = at(server.port);
    let paths = [
        "/v3/customers/a%2Fb%2F..%2f?x=%C3%A9&y=a+b&z=%20",
        "/v2/./a/../b//c/",
        "/v2/%zz/~_-.!$&'()*,;=:@",
    ];
    for path in paths {
        let mut call = Call::new();
        call.request.path = path.to_owned();
        call.request.method = Method::Put;
        call.request.body = " {\"amount\": 1200.50,\"name\":\"Käfer\"}\n".to_owned();
        replied(call.make(&vendor).await);
    }
    for (request, path) in server.requests().iter().zip(paths) {
        let (head, body) = request.split_once("\r\n\r\n").expect("a request");
        let line = format!("PUT /finance-api{path} HTTP/1.1");
        assert_eq!(head.lines().next(), Some(line.as_str()));
        assert_eq!(body, " {\"amount\": 1200.50,\"name\":\"Käfer\"}\n");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_request_carries_these_headers_and_no_others() {
    let server = Server::saying(answer("200 OK", "{}")).await;
    replied(Call::new().make(&at(server.port)).await);
    let request = server.request();
    let head = request.split("\r\n\r\n").next().unwrap_or_default();
    let mut lines: Vec<&str> = head.lines().skip(1).collect();
    lines.sort_unstable();
    let agent = concat!("user-agent: fairlead/", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        lines,
        [
            "accept: application/json".to_owned(),
            format!("authorization: Bearer {CANARY}"),
            format!("content-length: {}", BODY.len()),
            "content-type: application/json".to_owned(),
            format!("host: 127.0.0.1:{}", server.port),
            format!("idempotency-key: {KEY}"),
            agent.to_owned(),
        ]
    );
}

/// The credential was read meanwhile, which may take seconds: neither call nor question leaves outside its slot, and
/// neither does one for which the function has no time left.
#[tokio::test(flavor = "current_thread")]
async fn a_call_whose_time_has_passed_opens_no_connection() {
    let server = Server::saying(answer("200 OK", r#"{"items":[]}"#)).await;
    let mut call = Call::new();
    call.request.lookup = Some("/v2/invoices?external_id=D-1042".to_owned());
    let (vendor, now) = (at(server.port), jiff::Timestamp::now());
    let [past, soon] = [-100, 100].map(|millis| now + jiff::SignedDuration::from_millis(millis));
    for late in [
        fairlead_aws::vendor::Call { leave_by: Some(past), ..call.whole() },
        fairlead_aws::vendor::Call { deadline: Some(soon), ..call.whole() },
    ] {
        assert_eq!(vendor.call(&late).await, Answer::NotSent(NotSent::NoTime));
    }
    assert_eq!(server.connections(), 0);
    let due = now + jiff::SignedDuration::from_secs(60);
    let in_time = fairlead_aws::vendor::Call { leave_by: Some(due), ..call.whole() };
    assert!(matches!(vendor.call(&in_time).await, Answer::Replied(_)));
}
