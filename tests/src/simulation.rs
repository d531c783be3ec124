//! A deterministic simulation: the real core and driver in a world that fails in every way, drawn from a seed.
//!
//! One seed is one run: some deliveries, some hours of virtual time, then calm. Afterwards a checker that
//! knows only what can be seen from outside (see `check`) asks for every guarantee.

mod agenda;
mod bench;
mod bundle;
mod chance;
mod check;
mod fact;
mod fault;
mod hand;
mod issue;
mod law;
mod ledger;
mod mutation;
mod operate;
mod place;
mod plan;
mod ports;
mod reaction;
mod render;
mod report;
mod run;
mod secret;
mod sqs;
mod story;
mod trace;
mod turn;
mod vendor;
mod wire;
mod work;
mod world;

use std::time::Duration;

pub use bench::keeps_the_contract;
pub use fault::{Coverage, Fault};
pub use law::{About, Law, Violation};
pub use mutation::Mutation;
pub use report::{shrink, table, told};

use self::{
    chance::Chance,
    plan::Plan,
    run::Runner,
    turn::{begin, happen},
    world::World,
};

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Everything is drawn from it.
    pub seed: u64,
    /// How many deliveries.
    pub deliveries: usize,
    /// A mistake to make.
    pub mutation: Option<Mutation>,
    /// Clocks leap by up to a quarter of an hour; only laws that must survive that are asked for.
    pub leaps: bool,
    /// Keep the lines of a trace.
    pub traced: bool,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The laws that were seen broken, the first one first.
    pub violations: Vec<Violation>,
    /// What was met.
    pub covered: Coverage,
    /// How many deliveries there were.
    pub deliveries: usize,
    /// The trace of the first violation, where one was asked for.
    pub trace: String,
}

/// A run that goes on for so long after the faults have ended never ends.
const LONGEST: Duration = Duration::from_secs(20 * 86_400);

/// Runs one seed.
pub fn run(options: &Options) -> Outcome {
    let mut chance = Chance::new(options.seed);
    let plan = Plan::draw(&mut chance, options.deliveries, options.leaps);
    let end = fairlead_core::span::after(plan.calm, LONGEST);
    let mut runner = Runner::new(World::new(plan, options.mutation, chance, options.traced));
    begin(&runner.world);
    let mut over = false;
    while !over {
        let next = runner.world.inside.borrow_mut().agenda.take();
        match next {
            Some((at, _)) if at > end => over = true,
            Some((at, what)) => {
                runner.world.inside.borrow_mut().now = at;
                happen(&mut runner, what);
            }
            // Nothing moves by itself any more: an operator looks once again.
            None => over = !turn::last_round(&runner),
        }
    }
    check::at_end(&runner.world);
    outcome(&runner.world)
}

fn outcome(world: &World) -> Outcome {
    let mut inside = world.inside.borrow_mut();
    let inside = &mut *inside;
    let mut violations = std::mem::take(&mut inside.facts.broken);
    violations.retain(|violation| !world.plan.leaps || violation.law.survives_leaps());
    violations.sort_by_key(|violation| violation.at);
    let trace = violations.first().map_or_else(String::new, |first| {
        inside.trace.text(&first.about, &inside.ledger, &world.plan.catalog)
    });
    let lasted = inside.now.duration_since(crate::sample::noon()).as_secs();
    inside.covered.virtual_seconds = u64::try_from(lasted).unwrap_or(0);
    let deliveries = inside.ledger.entries().count();
    Outcome { violations, covered: inside.covered.clone(), deliveries, trace }
}
