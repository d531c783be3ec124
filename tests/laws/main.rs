//! The laws of a delivery: the real `decide`, `drive`, `accept` and `release`, explored exhaustively.

mod act;
mod breaker;
mod explore;
mod honest;
mod kept;
mod law;
mod mistake;
mod model;
mod property;
mod record;
mod replay;
mod setting;
mod trace;
mod vendor;
mod worker;
mod world;
