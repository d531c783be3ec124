//! The example vendor: an honest little finance and CRM service on loopback that can be told to misbehave.
//!
//! It belongs to the demo and the tests and is never deployed. The same things can be asked of it in
//! process, by the methods of [`Vendor`], and over HTTP under `/_vendor`; `GET /` explains all of it.
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

mod answer;
mod api;
mod channel;
mod control;
mod desk;
mod destination;
mod guide;
mod plan;
mod record;
mod reply;
mod request;
mod serve;
mod step;
#[cfg(test)]
mod tests;
mod window;
mod wire;

pub use destination::{Api, DEMO_KEY};
pub use guide::STEPS;
pub use plan::Plan;
pub use record::{Customer, Invoice};
pub use request::Request;
pub use step::Step;

use desk::Desk;
use destination::Destination;

/// A running example vendor; it stops, and closes all its connections, when it is dropped.
#[derive(Debug)]
pub struct Vendor {
    desk: Desk,
    url: String,
    task: JoinHandle<()>,
}

/// Why the example vendor cannot do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum VendorError {
    /// The port is taken, or there is no loopback.
    #[error("the example vendor cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port asked for; 0 for any.
        port: u16,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It was started outside of a tokio runtime.
    #[error("the example vendor needs a tokio runtime to run on")]
    NoRuntime,
    /// There is no destination of that name.
    #[error("the example vendor has no destination {0}")]
    UnknownDestination(String),
}

impl Vendor {
    /// Starts a vendor on this port of 127.0.0.1, or on a free one; call it within a tokio runtime.
    ///
    /// The runtime must have its network and time drivers on (`enable_all`).
    pub fn start(port: Option<u16>) -> Result<Vendor, VendorError> {
        let runtime = Handle::try_current().map_err(|_| VendorError::NoRuntime)?;
        let port = port.unwrap_or(0);
        let failed = |source| VendorError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let desk = Desk::default();
        let task = runtime.spawn(serve::accept(listener, desk.clone()));
        Ok(Vendor { desk, url: format!("http://{address}"), task })
    }

    /// Stops and waits until the port is free and every connection is closed.
    pub async fn stop(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }

    /// Where it listens: `http://127.0.0.1:4711`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The base URL of a destination: `http://127.0.0.1:4711/finance-api`.
    pub fn base(&self, destination: &str) -> String {
        format!("{}/{destination}", self.url)
    }

    /// The guide that `GET /` shows, with this vendor's address in its curl lines.
    pub fn guide(&self) -> String {
        guide::guide(&self.url)
    }

    /// Adds a destination, or starts one afresh.
    pub fn add_destination(&self, name: &str, api: Api) {
        self.desk.state().destinations.insert(name.to_owned(), Destination::new(api));
    }

    /// Plans what happens to the next requests that mention this word in path or body, one step each.
    ///
    /// A new plan for the same word replaces the old one. Lookups that mention the word take steps too.
    pub fn behave(&self, word: &str, steps: Vec<Step>) {
        self.desk.state().plans.set(word, None, steps);
    }

    /// The same for requests of one method only.
    pub fn behave_on(&self, method: &str, word: &str, steps: Vec<Step>) {
        self.desk.state().plans.set(word, Some(method), steps);
    }

    /// What a destination does, from now on, with every request that no plan speaks for.
    pub fn default_behaviour(&self, destination: &str, step: Step) -> Result<(), VendorError> {
        self.change(destination, |one| one.usual = step)
    }

    /// Lets through only so many requests in any second, answering 429 with `Retry-After` to the others.
    pub fn rate_limit(
        &self,
        destination: &str,
        per_second: impl Into<Option<u32>>,
    ) -> Result<(), VendorError> {
        self.change(destination, |one| one.per_second = per_second.into())
    }

    /// Accepts this bearer key, and no other, from now on.
    pub fn accept_key(&self, destination: &str, key: &str) -> Result<(), VendorError> {
        self.change(destination, |one| {
            one.key = key.to_owned();
            one.next_key = None;
        })
    }

    /// Accepts this bearer key as well, until [`Vendor::accept_key`] names the only one again.
    pub fn accept_key_too(&self, destination: &str, key: &str) -> Result<(), VendorError> {
        self.change(destination, |one| one.next_key = Some(key.to_owned()))
    }

    /// Somebody enters an invoice in the vendor's own system; gives the vendor's id.
    pub fn enter_invoice(
        &self,
        destination: &str,
        external_id: &str,
        fields: serde_json::Map<String, serde_json::Value>,
    ) -> String {
        self.desk.state().books.add_invoice(destination, external_id, None, fields).id.clone()
    }

    /// Somebody takes an invoice away in the vendor's own system; says whether there was one.
    pub fn remove_invoice(&self, external_id: &str) -> bool {
        self.desk.state().books.remove_invoice(external_id)
    }

    /// Somebody changes fields of an invoice in the vendor's own system; says whether there was one.
    pub fn alter_invoice(
        &self,
        external_id: &str,
        fields: serde_json::Map<String, serde_json::Value>,
    ) -> bool {
        self.desk.state().books.alter_invoice(external_id, fields)
    }

    /// The plans that still have steps.
    pub fn plans(&self) -> Vec<Plan> {
        self.desk.state().plans.left().to_vec()
    }

    /// All invoices in the order of their creation.
    pub fn invoices(&self) -> Vec<Invoice> {
        self.desk.state().books.invoices.clone()
    }

    /// The invoices of one external id over all destinations; more than one means duplicates.
    pub fn invoices_for(&self, external_id: &str) -> Vec<Invoice> {
        self.invoices().into_iter().filter(|invoice| invoice.external_id == external_id).collect()
    }

    /// All customers as they are now.
    pub fn customers(&self) -> Vec<Customer> {
        self.desk.state().books.customers().cloned().collect()
    }

    /// All requests in the order of their arrival, refused ones too; those to `/_vendor` are left out.
    pub fn requests(&self) -> Vec<Request> {
        self.desk.state().log.clone()
    }

    /// The requests that mention this text, as a whole word, in path or body.
    pub fn requests_about(&self, text: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.mentions(text)).collect()
    }

    /// How many TCP connections were accepted, without those that came to control the vendor.
    pub fn connections(&self) -> u64 {
        self.desk.state().connections.vendor()
    }

    /// The most requests that arrived at a destination within any one second, refused ones too.
    pub fn peak_per_second(&self, destination: &str) -> usize {
        self.desk.state().destinations.get(destination).map_or(0, |one| one.arrived.peak())
    }

    /// Forgets everything: records, requests, plans, keys, limits, added destinations and counts.
    pub fn reset(&self) {
        self.desk.state().reset();
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Destination)) -> Result<(), VendorError> {
        let mut state = self.desk.state();
        let destination = state.destinations.get_mut(name);
        let destination =
            destination.ok_or_else(|| VendorError::UnknownDestination(name.to_owned()))?;
        change(destination);
        Ok(())
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.task.abort();
    }
}
