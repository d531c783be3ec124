//! The vendor call against real sockets: what each thing that a vendor can do to us is known as afterwards.
//!
//! P10, P29, P30 and P34 are the traps that others fell into: endless answers, calls that go elsewhere, secrets in
//! texts, hidden repetitions.

mod auth;
mod body;
mod call;
mod fault;
mod guard;
mod look;
mod meaning;
mod reuse;
mod server;
mod tls;
mod token;
