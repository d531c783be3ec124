//! The console: the desk as a local web page, for whoever started it.
//!
//! It listens on loopback only, renders on the server, and needs no script. Everything it does, the desk does,
//! with the operator's own credentials.

use std::{net::Ipv4Addr, sync::Arc};

use axum::Router;
use tokio::net::TcpListener;

use crate::{cli::Failure, desk::Desk};

mod act;
mod audit;
mod bulk;
mod deliveries;
mod delivery;
mod edit;
mod frame;
mod guard;
mod integration;
mod issue;
mod list;
mod now;
mod page;
mod record;
mod site;

use bulk::Bulks;
use guard::{Guard, Token};
use site::Site;

/// A console that listens, and is not served yet.
#[derive(Debug)]
pub struct Console {
    listener: TcpListener,
    site: Arc<Site>,
}

impl Console {
    /// Listens on loopback; on port 0, on any that is free.
    ///
    /// # Errors
    /// When the port is taken, or AWS does not say who asks.
    pub async fn open(desk: Desk, port: u16) -> Result<Self, Failure> {
        let token = Token::draw().map_err(|e| Failure::new(3, format!("no randomness: {e}")))?;
        let taken = |e| Failure::new(2, format!("cannot listen on port {port}: {e}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(taken)?;
        let port = listener.local_addr().map_err(taken)?.port();
        let caller = desk.caller().await?;
        let site =
            Arc::new(Site { desk, caller, guard: Guard { port, token }, bulks: Bulks::default() });
        Ok(Self { listener, site })
    }

    /// Where it is; whoever has this URL is the operator.
    pub fn url(&self) -> String {
        let Guard { port, token } = &self.site.guard;
        format!("http://127.0.0.1:{port}/?token={}", token.as_str())
    }

    /// Where it listens and its pages, for whoever puts something of its own around them.
    pub fn into_parts(self) -> (TcpListener, Router) {
        (self.listener, site::router(self.site))
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    /// When the listener is gone.
    pub async fn serve(self) -> Result<(), Failure> {
        let (listener, pages) = self.into_parts();
        let served = axum::serve(listener, pages).await;
        served.map_err(|e| Failure::new(3, format!("the console has ended: {e}")))
    }
}
