//! Seeded mistakes: each must be caught by a law, by name, or the laws are too weak.

mod lifecycle;
mod order;
mod world;
