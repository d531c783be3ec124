//! TLS that is not right: nothing is sent, and never in clear instead. And HTTP/2, which is spoken over TLS only.

use std::{
    env,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::call::{CANARY, Call, NO_CONNECTION, RESET, TRUNCATED, local, replied};

/// Set for the child, which trusts our authority by `SSL_CERT_FILE`: the names and ports of the servers.
const SERVERS: &str = "FAIRLEAD_TEST_TLS_SERVERS";

/// The requests that came over HTTP/2.
static REQUESTS: AtomicUsize = AtomicUsize::new(0);

/// The trust roots are the process's own, so the calls are made by a second process.
#[tokio::test]
async fn tls_that_is_not_right_has_sent_nothing_and_never_in_clear() {
    let authority = authority("good");
    let folder = tempfile::tempdir().expect("a folder");
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, authority.1).expect("a file");
    let (heard, mut all) = mpsc::unbounded_channel();
    let mut servers = Vec::new();
    for (name, kind) in kinds(&authority.0) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        servers.push(format!("{name}={}", listener.local_addr().expect("an address").port()));
        tokio::spawn(serve(listener, name, kind, heard.clone()));
    }
    drop(heard);
    let child = tokio::task::spawn_blocking(move || {
        let exe = env::current_exe().expect("this program");
        let args = ["--exact", "tls::the_calls_that_another_test_lets_a_child_make", "--nocapture"];
        let mut child = Command::new(exe);
        child.args(args).env("SSL_CERT_FILE", roots).env(SERVERS, servers.join(","));
        child.output().expect("a child")
    });
    let child = child.await.expect("a child");
    let told = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{told}{}", String::from_utf8_lossy(&child.stderr));
    let mut connections = Vec::new();
    while let Ok((name, bytes)) = all.try_recv() {
        // Every connection begins with a TLS handshake and holds nothing in clear.
        assert_eq!(bytes.first(), Some(&0x16), "{name}");
        let clear = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!clear.contains("POST") && !clear.contains(CANARY), "{name}: {clear}");
        connections.push(name);
    }
    // P34: each server was connected to once, and of HTTP/2 each has seen one request.
    connections.sort_unstable();
    let once = connections.clone();
    connections.dedup();
    assert_eq!((connections.len(), once.len()), (14, 14), "{once:?}");
    assert_eq!(REQUESTS.load(Ordering::SeqCst), 5);
}

#[tokio::test(flavor = "current_thread")]
async fn the_calls_that_another_test_lets_a_child_make() {
    let Ok(servers) = env::var(SERVERS) else { return };
    let calls = servers.split(',').map(|server| async move {
        let (name, port) = server.split_once('=').expect("a name and a port");
        let call = if name == "stalls" { Call::short() } else { Call::new() };
        let answer = call.make(&local(&format!("https://localhost:{port}"))).await;
        match name {
            "good" | "h2 good" => assert_eq!(replied(answer).status, 200),
            "h2 refuses" | "h2 goes away" | "h2 hangs up" => assert_eq!(answer, RESET, "{name}"),
            "h2 breaks off" => assert_eq!(answer, TRUNCATED),
            wrong => assert_eq!(answer, NO_CONNECTION, "{wrong}"),
        }
    });
    futures::future::join_all(calls).await;
}

/// What a server does after it has accepted.
#[derive(Clone)]
enum Kind {
    Tls(Arc<ServerConfig>),
    H2(Arc<ServerConfig>, Then),
    Says(&'static [u8]),
    Stalls,
}

/// What a server of HTTP/2 does with a request.
#[derive(Clone, Copy)]
enum Then {
    Answers,
    Refuses,
    BreaksOff,
    GoesAway,
    HangsUp,
}

fn kinds(good: &Issuer<'static, KeyPair>) -> Vec<(&'static str, Kind)> {
    let other = authority("other").0;
    let tls = |names: &[&str], year, issuer: Option<&Issuer<'static, KeyPair>>| {
        Kind::Tls(Arc::new(config(names, year, issuer)))
    };
    let h2 = |then| {
        let mut config = config(&["localhost"], 2_090, Some(good));
        config.alpn_protocols = vec![b"h2".to_vec()];
        Kind::H2(Arc::new(config), then)
    };
    vec![
        ("h2 good", h2(Then::Answers)),
        ("h2 refuses", h2(Then::Refuses)),
        ("h2 breaks off", h2(Then::BreaksOff)),
        ("h2 goes away", h2(Then::GoesAway)),
        ("h2 hangs up", h2(Then::HangsUp)),
        ("good", tls(&["localhost"], 2_090, Some(good))),
        ("expired", tls(&["localhost"], 2_020, Some(good))),
        ("wrong host", tls(&["api.example.com"], 2_090, Some(good))),
        ("self-signed", tls(&["localhost"], 2_090, None)),
        ("unknown authority", tls(&["localhost"], 2_090, Some(&other))),
        ("closed at hello", Kind::Says(b"")),
        // What a server of TLS 1.0 alone says: a fatal alert, protocol_version.
        ("old", Kind::Says(b"\x15\x03\x01\x00\x02\x02\x46")),
        ("in clear", Kind::Says(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")),
        ("stalls", Kind::Stalls),
    ]
}

fn authority(name: &str) -> (Issuer<'static, KeyPair>, String) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    let pem = params.self_signed(&key).expect("a certificate").pem();
    (Issuer::new(params, key), pem)
}

fn config(names: &[&str], until: i32, issuer: Option<&Issuer<'static, KeyPair>>) -> ServerConfig {
    let key = KeyPair::generate().expect("a key");
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.not_before = date_time_ymd(2_010, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let certificate = match issuer {
        Some(issuer) => params.signed_by(&key, issuer),
        None => params.self_signed(&key),
    };
    let chain = vec![certificate.expect("a certificate").der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().expect("TLS");
    builder.with_no_client_auth().with_single_cert(chain, key).expect("a certificate and its key")
}

/// Tells what came first on each connection, before TLS took it.
async fn serve(
    listener: TcpListener,
    name: &'static str,
    kind: Kind,
    heard: mpsc::UnboundedSender<(&'static str, Vec<u8>)>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let mut first = vec![0; 2_048];
        let read = stream.peek(&mut first).await.unwrap_or_default();
        first.truncate(read);
        // The good server's connection is told too; the others must look the same.
        let _ = heard.send((name, first));
        tokio::spawn(answer(stream, kind.clone()));
    }
}

async fn answer(mut stream: TcpStream, kind: Kind) {
    let mut buffer = vec![0; 4_096];
    match kind {
        Kind::Tls(config) => {
            let Ok(mut stream) = TlsAcceptor::from(config).accept(stream).await else { return };
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
        Kind::H2(config, then) => {
            let Ok(stream) = TlsAcceptor::from(config).accept(stream).await else { return };
            let _ = speak(stream, then).await;
        }
        Kind::Says(bytes) => {
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(bytes).await;
        }
        Kind::Stalls => {
            let _stream = stream;
            std::future::pending::<()>().await;
        }
    }
}

/// HTTP/2 as the server side speaks it.
async fn speak(stream: TlsStream<TcpStream>, then: Then) -> Result<(), h2::Error> {
    let mut connection = h2::server::handshake(stream).await?;
    while let Some(request) = connection.accept().await {
        let (_, mut stream) = request?;
        REQUESTS.fetch_add(1, Ordering::SeqCst);
        match then {
            Then::Answers => {
                let mut body = stream.send_response(http::Response::new(()), false)?;
                body.send_data("{}".into(), true)?;
            }
            Then::Refuses => stream.send_reset(h2::Reason::REFUSED_STREAM),
            Then::BreaksOff => {
                let mut body = stream.send_response(http::Response::new(()), false)?;
                body.send_data("{".into(), false)?;
                // A reset overtakes what was not yet sent.
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    body.send_reset(h2::Reason::INTERNAL_ERROR);
                });
            }
            Then::GoesAway => connection.abrupt_shutdown(h2::Reason::NO_ERROR),
            Then::HangsUp => return Ok(()),
        }
    }
    Ok(())
}
