//! What laws and stories share: sample integrations, and a world in memory.

pub mod memory;
pub mod sample;
pub mod simulation;
