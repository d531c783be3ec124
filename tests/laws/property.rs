//! Properties of single decisions and of chains of them, over arbitrary lives, inputs and policies.

mod any;
mod chain;
mod decision;
mod ticket;
mod wait;
