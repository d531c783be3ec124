//! The worlds of stories and of the simulation keep the contract of all worlds; the stack suite asks the same of the
//! real adapters.

use std::time::Duration;

use fairlead_core::{integration::Dedupe, ticket::Queue};
use fairlead_tests::{
    contract::{Bench, CLAUSES, holds},
    memory::World,
    sample, simulation,
};
use futures::executor::block_on;
use serde_json::Value;

impl Bench for Memory {
    type Ports = World;

    fn ports(&self) -> &World {
        &self.0
    }

    async fn receive(&self, queue: Queue) -> Vec<String> {
        self.0.take(queue)
    }

    async fn published(&self) -> Vec<Value> {
        self.0.alerts().into_iter().map(|alert| alert.body).collect()
    }

    async fn pass(&self, length: Duration) {
        self.0.pass(length);
    }
}

struct Memory(World);

#[test]
fn the_world_in_memory_keeps_the_contract() {
    let integration = sample::integration(Dedupe::Upsert, sample::waits(&[]));
    assert_eq!(block_on(holds(&Memory(World::new(integration)))), CLAUSES);
}

#[test]
fn the_simulated_world_keeps_the_contract() {
    assert_eq!(simulation::keeps_the_contract(), CLAUSES);
}
