//! A vendor of raw bytes on loopback, which counts what reaches it.

use std::{
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A listening vendor; it stops with its test's runtime.
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
    written: AtomicU64,
}

/// One accepted connection.
pub(crate) struct Peer {
    stream: TcpStream,
    seen: Arc<Seen>,
}

impl Server {
    /// Runs `script` for every connection.
    pub(crate) async fn start<F: Future<Output = ()> + Send + 'static>(
        script: impl Fn(Peer) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Seen::default());
        let ours = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                ours.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(script(Peer { stream, seen: Arc::clone(&ours) }));
            }
        });
        Self { port, seen }
    }

    /// Says the same to every request, on connections that stay open.
    pub(crate) async fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer = Arc::new(answer.into());
        Self::start(move |mut peer| {
            let answer = Arc::clone(&answer);
            async move { while peer.request().await && peer.say(answer.as_slice()).await {} }
        })
        .await
    }

    /// Everything that was asked, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().expect("the list").clone()
    }

    /// The one request that reached it.
    #[track_caller]
    pub(crate) fn request(&self) -> String {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests[0].clone()
    }

    /// How often it was connected to.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How many bytes of its answers left, the kernel's buffers included.
    pub(crate) fn written(&self) -> u64 {
        self.seen.written.load(Ordering::SeqCst)
    }
}

impl Peer {
    /// Reads one request; false when there is none.
    pub(crate) async fn request(&mut self) -> bool {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        while !complete(&bytes) {
            match self.stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return false,
                Ok(read) => bytes.extend_from_slice(&buffer[..read]),
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.seen.requests.lock().expect("the list").push(text);
        true
    }

    /// Writes; false when nobody reads any more.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let written = self.stream.write_all(bytes.as_ref()).await.is_ok();
        self.seen.written.fetch_add(bytes.as_ref().len() as u64, Ordering::SeqCst);
        written
    }

    /// Ends the connection with a reset rather than in order.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().expect("a socket");
    }

    /// Says nothing more, and does not hang up.
    pub(crate) async fn hang(self) {
        let _stream = self.stream;
        std::future::pending::<()>().await;
    }
}

fn complete(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().expect("a length"))
}

/// An answer with a body and its length.
pub(crate) fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
