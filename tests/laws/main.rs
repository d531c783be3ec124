//! The laws of a delivery: the real `decide`, `drive`, `accept` and `release`, explored exhaustively.

mod act;
mod honest;
mod kept;
mod law;
mod model;
mod replay;
mod scratch;
mod setting;
mod trace;
mod vendor;
mod worker;
mod world;
