//! Properties of single decisions and of chains of them, over arbitrary lives, inputs and policies.

mod any;
mod chain;
mod decision;
mod reconcile;
mod ticket;
mod wait;
