//! The whole chain in process, in memory, on a virtual clock.
