//! What laws, stories and the stack share: sample integrations, a world in memory, and the contract of all worlds.

pub mod contract;
pub mod memory;
pub mod sample;
pub mod saved;
pub mod shell;
pub mod simulation;
