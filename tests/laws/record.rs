//! The laws of one record with two deliveries: the real `drive` and `render`, explored exhaustively.
//!
//! Two versions of one record, two workers at a time, crashes at any point, lost answers, and requests that land
//! as late as the end of their lease.

mod act;
mod honest;
mod law;
mod mistake;
mod model;
mod replay;
mod setting;
mod worker;
mod world;
