//! The deployed bundle on the local engine: the template, the binaries and the queues that go to AWS.
//!
//! One engine, one vendor, all scenarios at the same time; each has records of its own, so none disturbs another.
//! `cargo test -p fairlead-tests --test stack -- 'a 422'` runs the scenarios with that text in their names.

mod at_once;
mod bad;
mod bus;
mod channels;
mod command;
mod console;
mod contract;
mod crash;
mod delivery;
mod desk;
mod doubt;
mod edge;
mod examples;
mod forms;
mod fuzz;
mod hooks;
mod hostile;
mod iam;
mod ingress;
mod limits;
mod parking;
mod reconcile;
mod rest;
mod rotation;
mod secrets;
mod sick;
mod signatures;
mod support;
mod walk;

use std::{process::ExitCode, sync::Arc, time::Duration};

use libtest_mimic::{Arguments, Trial};
use support::{scenario::Scenario, world::World};
use tokio::runtime::{Builder, Handle};

fn main() -> ExitCode {
    if support::command::is_role() {
        return support::command::run();
    }
    let mut args = Arguments::from_args();
    // Scenarios mostly wait, for their stage or for what they have set going.
    let scenarios = all();
    args.test_threads.get_or_insert(scenarios.len());
    let chosen: Vec<Scenario> =
        scenarios.iter().filter(|one| !args.is_filtered_out(&one.name())).copied().collect();
    if args.list || chosen.is_empty() {
        let names = scenarios.iter().map(Scenario::name).collect();
        return libtest_mimic::run(&args, names).exit_code();
    }
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    let world = match runtime.block_on(World::start(&chosen)) {
        Ok(world) => Arc::new(world),
        Err(error) => {
            eprintln!("the stack did not start: {error}");
            return ExitCode::from(3);
        }
    };
    // The suite prints what a failed scenario says; here only where that was.
    std::panic::set_hook(Box::new(|failed| eprintln!("failed at {:?}", failed.location())));
    let trials = scenarios.iter().map(|one| trial(one, &world, runtime.handle())).collect();
    let conclusion = libtest_mimic::run(&args, trials);
    // The last owner: its end is the engine's end, also when a scenario has panicked.
    drop(world);
    runtime.shutdown_timeout(Duration::from_secs(5));
    conclusion.exit_code()
}

fn all() -> Vec<Scenario> {
    let mut all = at_once::scenarios();
    all.extend(crash::scenarios());
    all.extend(console::scenarios());
    all.extend(delivery::scenarios());
    all.extend(desk::scenarios());
    all.extend(doubt::scenarios());
    all.extend(examples::scenarios());
    all.extend(parking::scenarios());
    all.extend(bus::scenarios());
    all.extend(ingress::scenarios());
    all.extend(bad::scenarios());
    all.extend(edge::scenarios());
    all.extend(fuzz::scenarios());
    all.extend(hooks::scenarios());
    all.extend(signatures::scenarios());
    all.extend(forms::scenarios());
    all.extend(iam::scenarios());
    all.extend(limits::scenarios());
    all.extend(sick::scenarios());
    all.extend(hostile::scenarios());
    all.extend(contract::scenarios());
    all.extend(rotation::scenarios());
    all.extend(reconcile::scenarios());
    all.extend(rest::scenarios());
    all.extend(secrets::scenarios());
    all.extend(walk::scenarios());
    all.extend(channels::scenarios());
    all.extend(command::scenarios());
    all
}

fn trial(scenario: &Scenario, world: &Arc<World>, runtime: &Handle) -> Trial {
    let (scenario, world, runtime) = (*scenario, Arc::clone(world), runtime.clone());
    Trial::test(scenario.title, move || {
        runtime.block_on(scenario.run(&world));
        Ok(())
    })
}
