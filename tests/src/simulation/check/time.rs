//! Laws about when a vendor is called: not too early, not too often.

use std::time::Duration;

use fairlead_core::{
    entry::Entry,
    history::What,
    span::{after, until},
};
use jiff::Timestamp;

use super::{
    super::{
        law::{About, Law},
        wire,
        world::{Inside, World},
    },
    calls,
};

/// Two clocks may differ by this much; HTTP dates and SQS know whole seconds only.
fn slack(world: &World) -> Duration {
    Duration::from_millis(2 * world.plan.skew + 1_000)
}

/// No call before it is due, nor before the vendor's Retry-After.
pub(crate) fn not_early(world: &World, inside: &mut Inside) {
    let mut broken = Vec::new();
    for entry in inside.ledger.entries() {
        broken.extend(before_due(entry, slack(world)).map(|what| (entry.id, what)));
        broken.extend(before_asked(world, inside, entry).map(|what| (entry.id, what)));
    }
    for (id, what) in broken {
        inside.broke(Law::NeverEarly, About::Delivery(id), what);
    }
}

/// A wait that its history tells of, and an attempt within it.
fn before_due(entry: &Entry, slack: Duration) -> Option<String> {
    let mut due: Option<Timestamp> = None;
    for line in &entry.history.lines {
        match &line.what {
            What::Waiting { due_at } => due = Some(*due_at),
            What::Retried { .. } | What::HeldBack { .. } => due = None,
            What::Sending { .. } => {
                if let Some(due) = due.take()
                    && after(line.at, slack) < due
                {
                    return Some(format!("attempt at {:.0}, due at {due:.0}", line.at));
                }
            }
            _ => {}
        }
    }
    None
}

/// A call before the time that the vendor named in an answer that was heard and recorded.
fn before_asked(world: &World, inside: &Inside, entry: &Entry) -> Option<String> {
    let integration = world.plan.catalog.integrations.get(&entry.integration)?;
    let theirs: Vec<_> = calls(inside, entry).collect();
    theirs.windows(2).find_map(|two| {
        let (call, next) = (two[0], two[1]);
        let asked = wire::asked(call, integration.retry.retry_after_max)?;
        let ordered = entry.history.lines.iter().any(|line| {
            let between = call.at <= line.at && line.at <= after(next.at, slack(world));
            between && matches!(line.what, What::Retried { .. })
        });
        let early = call.settled && !ordered && after(next.at, slack(world)) < asked;
        early.then(|| format!("called at {:.0}; asked not to be before {asked:.0}", next.at))
    })
}

/// No window holds more calls than the vendor allows.
pub(crate) fn within_rate(world: &World, inside: &mut Inside) {
    let mut broken = Vec::new();
    for destination in world.plan.catalog.destinations.values() {
        let Some(rate) = destination.rate else { continue };
        let calls = inside.facts.calls.iter().filter(|c| c.destination == destination.name);
        let mut times: Vec<Timestamp> = calls.map(|call| call.at).collect();
        times.sort();
        let most = usize::try_from(rate.calls).unwrap_or(usize::MAX);
        let over = times.windows(most + 1).find(|all| until(all[0], all[most]) < rate.per);
        if let Some(all) = over {
            let what = format!(
                "{} calls from {:.3} to {:.3}; {} are allowed in {:?}",
                most + 1,
                all[0],
                all[most],
                rate.calls,
                rate.per
            );
            broken.push((destination.name.clone(), what));
        }
    }
    for (name, what) in broken {
        inside.broke(Law::WithinRate, About::Destination(name), what);
    }
}
