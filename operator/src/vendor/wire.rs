//! Answers that no honest server gives: written byte by byte to a connection taken from hyper.
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::answer::Answer;

/// What happens on the connection instead of an honest answer; it is closed afterwards.
#[derive(Debug)]
pub(super) enum Wire {
    Close,
    Reset,
    Silence,
    ResetMidHeaders,
    ResetMidBody(Answer),
    Truncated(Answer),
    Huge(Answer, u64),
    Drip(Answer, Duration),
    DripHeader(Answer, Duration),
    EndlessHeader(Answer),
    Garbage,
    BadChunk(Answer),
}

/// Long enough for a client on loopback to read what was sent before a reset throws it away.
const BEFORE_RESET: Duration = Duration::from_millis(30);

impl Wire {
    /// The status that goes out whole, if any does.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Wire::Close | Wire::Reset | Wire::Silence | Wire::ResetMidHeaders | Wire::Garbage => {
                None
            }
            Wire::ResetMidBody(answer)
            | Wire::Truncated(answer)
            | Wire::Huge(answer, _)
            | Wire::Drip(answer, _)
            | Wire::DripHeader(answer, _)
            | Wire::EndlessHeader(answer)
            | Wire::BadChunk(answer) => Some(answer.status),
        }
    }

    /// Plays it to the end; an error means that the client has gone, which is where it should end.
    pub(super) async fn play(self, mut stream: TcpStream) -> io::Result<()> {
        match self {
            Wire::Close => Ok(()),
            Wire::Reset => stream.set_zero_linger(),
            Wire::Silence => until_gone(&mut stream).await,
            Wire::ResetMidHeaders => {
                stream.write_all(b"HTTP/1.1 201 Crea").await?;
                sleep(BEFORE_RESET).await;
                stream.set_zero_linger()
            }
            Wire::ResetMidBody(answer) => {
                half(&mut stream, &answer).await?;
                sleep(BEFORE_RESET).await;
                stream.set_zero_linger()
            }
            Wire::Truncated(answer) => half(&mut stream, &answer).await,
            Wire::Huge(answer, bytes) => huge(&mut stream, &answer, bytes).await,
            Wire::Drip(answer, pause) => {
                stream.write_all(sized(&answer).as_bytes()).await?;
                drip(&mut stream, &answer.body, pause).await
            }
            Wire::DripHeader(answer, pause) => {
                drip(&mut stream, sized(&answer).as_bytes(), pause).await?;
                drip(&mut stream, &answer.body, pause).await
            }
            Wire::EndlessHeader(answer) => endless(&mut stream, &answer).await,
            Wire::Garbage => {
                stream.write_all(b"\x16\x03\x01 this vendor speaks no HTTP today\n").await
            }
            Wire::BadChunk(answer) => {
                let head = format!("{}transfer-encoding: chunked\r\n\r\n", answer.head());
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(b"5\r\n{\"id\"\r\nnot-a-size\r\n").await
            }
        }
    }
}

fn sized(answer: &Answer) -> String {
    format!("{}content-length: {}\r\n\r\n", answer.head(), answer.body.len())
}

async fn half(stream: &mut TcpStream, answer: &Answer) -> io::Result<()> {
    stream.write_all(sized(answer).as_bytes()).await?;
    stream.write_all(&answer.body[..answer.body.len() / 2]).await
}

/// A valid JSON document that only ends with the connection.
async fn huge(stream: &mut TcpStream, answer: &Answer, bytes: u64) -> io::Result<()> {
    const OPEN: &[u8] = b"{\"padding\":\"";
    const CLOSE: &[u8] = b"\"}";
    let block = [b'x'; 16 * 1024];
    let head = format!("{}connection: close\r\n\r\n", answer.head());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(OPEN).await?;
    let mut left = bytes.saturating_sub((OPEN.len() + CLOSE.len()) as u64);
    while left > 0 {
        let now = left.min(block.len() as u64);
        stream.write_all(&block[..now as usize]).await?;
        left -= now;
    }
    stream.write_all(CLOSE).await
}

async fn drip(stream: &mut TcpStream, bytes: &[u8], pause: Duration) -> io::Result<()> {
    for byte in bytes {
        sleep(pause).await;
        stream.write_all(&[*byte]).await?;
    }
    Ok(())
}

async fn endless(stream: &mut TcpStream, answer: &Answer) -> io::Result<()> {
    let padding = "x".repeat(100);
    stream.write_all(answer.head().as_bytes()).await?;
    for number in 0_u64.. {
        stream.write_all(format!("x-endless-{number}: {padding}\r\n").as_bytes()).await?;
        if number.is_multiple_of(16) {
            sleep(Duration::from_millis(1)).await;
        }
    }
    Ok(())
}

async fn until_gone(stream: &mut TcpStream) -> io::Result<()> {
    let mut bytes = [0; 1024];
    while stream.read(&mut bytes).await? > 0 {}
    Ok(())
}
