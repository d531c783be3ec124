//! The listener and its connections: hyper for honest answers, the bare socket for the others.
use axum::body::{self, Body};
use axum::extract::Request;
use axum::http::Response;
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::control;
use super::desk::Desk;
use super::request::{Call, now};
use super::wire::Wire;

/// Accepts for ever; dropping this future also ends every connection.
pub(super) async fn accept(listener: TcpListener, desk: Desk) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    desk.state().connections.accepted += 1;
                    connections.spawn(connection(stream, desk.clone()));
                }
                // Out of file descriptors, most likely: some will come back.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection until its end, or until a step takes the socket away from hyper.
async fn connection(stream: TcpStream, desk: Desk) {
    let (take, mut taken) = mpsc::channel(1);
    let fresh = AtomicBool::new(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let first = fresh.swap(false, Ordering::Relaxed);
        Box::pin(answer(desk.clone(), request, first, take.clone()))
    });
    let _ = stream.set_nodelay(true);
    let mut http = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let wire = tokio::select! {
        _ = &mut http => return,
        Some(wire) = taken.recv() => wire,
    };
    let stream = http.into_parts().io.into_inner();
    let _ = wire.play(stream).await;
}

async fn answer(
    desk: Desk,
    request: Request<Incoming>,
    first: bool,
    take: mpsc::Sender<Wire>,
) -> Result<Response<Body>, Infallible> {
    if control::is_control(request.uri().path()) {
        if first {
            desk.state().connections.control += 1;
        }
        return TowerToHyperService::new(control::router(desk)).call(request).await;
    }
    let at = now();
    let (head, body) = request.into_parts();
    let wire = match body::to_bytes(Body::new(body), usize::MAX).await {
        Ok(body) => match desk.receive(Call::new(at, &head, body)).await {
            Ok(answer) => return Ok(answer.into_response()),
            Err(wire) => wire,
        },
        // The client died half-way through its request, which therefore never arrived.
        Err(_) => Wire::Close,
    };
    // The connection takes the socket and drops this future.
    let _ = take.send(wire).await;
    pending().await
}
