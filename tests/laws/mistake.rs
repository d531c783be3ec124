//! Seeded mistakes: each must be caught by a law, by name, or the laws are too weak.

mod lifecycle;
mod look;
mod order;
mod world;
