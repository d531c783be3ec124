//! The vendor from outside: HTTP and raw TCP over loopback.
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{DEMO_KEY, Vendor};

mod faults;
mod honest;
mod limits;
mod steps;

const INVOICE: &str =
    r#"{"external_id":"D-1042","customer":"Acme","amount_cents":12000,"x":{"y":1}}"#;

fn vendor() -> Vendor {
    Vendor::start(None).unwrap()
}

fn request(vendor: &Vendor, method: Method, path: &str) -> RequestBuilder {
    let client = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(5))
        .build()
        .unwrap();
    client.request(method, format!("{}{path}", vendor.url())).bearer_auth(DEMO_KEY)
}

fn post(vendor: &Vendor, path: &str, key: &str, body: &str) -> RequestBuilder {
    request(vendor, Method::POST, path).header("Idempotency-Key", key).body(body.to_owned())
}

async fn json(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

/// Sends the invoice over a bare socket.
async fn raw(vendor: &Vendor) -> TcpStream {
    let address = vendor.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /finance-api/v2/invoices HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {DEMO_KEY}\r\ncontent-length: {}\r\n\r\n",
        INVOICE.len()
    );
    stream.write_all(format!("{head}{INVOICE}").as_bytes()).await.unwrap();
    stream
}

/// What comes back until the end of the connection, and how it ended.
async fn rest(stream: &mut TcpStream) -> (String, std::io::Result<()>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await.map(|_| ());
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}
