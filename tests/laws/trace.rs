//! A way into a violation, as people read it: one line per step.

use fairlead_core::entry::State;
use stateright::Path;

use crate::{
    model::{Action, How, Model},
    replay::{Op, Stand},
    world::World,
};

/// The steps of a path, each with the clock and how the delivery stands after it.
pub(crate) fn lines(model: &Model, path: Path<World, Action>) -> String {
    let steps = path.into_vec();
    let mut text = String::new();
    for pair in steps.windows(2) {
        let (before, Some(action)) = &pair[0] else { continue };
        let after = &pair[1].0;
        let clock = after.now.duration_since(fairlead_tests::sample::noon()).as_secs();
        let state = stands(after);
        text.push_str(&format!("{clock:>6}s  {:<62} {state}\n", step(before, action)));
    }
    text.push_str(&format!("        ({})\n", model.setting.name));
    text
}

fn stands(world: &World) -> String {
    let Some(entry) = &world.entry else { return "-".to_owned() };
    let doubt = if entry.life.doubt { ", doubt" } else { "" };
    let (word, version) = (entry.life.state.word(), entry.life.version.0);
    let class = match &entry.life.state {
        State::Parked { class, told, .. } => {
            format!(" {}{}", class.word(), if *told { ", told" } else { "" })
        }
        _ => String::new(),
    };
    format!("v{version} {word}{class}{doubt}; effects {}", world.vendor.effects)
}

fn step(world: &World, action: &Action) -> String {
    match action {
        Action::Submit { how } => {
            format!("the sender sends the event; validate: insert{}", manner(how))
        }
        Action::Pick { message, copied } => {
            let message = &world.messages[*message];
            let copy = if *copied { ", a copy of it stays" } else { "" };
            format!("{:?} ticket picked from {:?}{copy}", message.ticket.step, message.queue)
        }
        Action::Look { how } => format!("the due index is looked at{}", manner(how)),
        Action::Do { worker, how } => {
            let worker = &world.workers[*worker];
            format!("{}: {}{}", worker.name(), operation(&worker.stand), manner(how))
        }
        Action::Acknowledge { worker } => {
            format!("{}: acknowledges", world.workers[*worker].name())
        }
        Action::Crash { worker } => {
            let worker = &world.workers[*worker];
            format!("{}: CRASHES before: {}", worker.name(), operation(&worker.stand))
        }
        Action::Tick => "time passes".to_owned(),
        Action::Redrive { .. } => "a DLQ message is redriven".to_owned(),
        Action::Order => "kim has looked and orders a retry".to_owned(),
        Action::Remove => "the integration leaves the bundle".to_owned(),
    }
}

fn operation(stand: &Stand) -> String {
    match stand {
        Stand::At(Op::Load) => "load".to_owned(),
        Stand::At(Op::Insert(_)) => "insert".to_owned(),
        Stand::At(Op::Save(entry, replaces)) => {
            format!("save {} over v{}", entry.life.state.word(), replaces.0)
        }
        Stand::At(Op::Send(queue, _, delay)) => format!("send to {queue:?} in {delay:?}"),
        Stand::At(Op::Call) => "call".to_owned(),
        Stand::At(Op::Ask) => "ask the vendor".to_owned(),
        Stand::At(Op::Publish) => "tell the owner".to_owned(),
        Stand::At(Op::Look) => "read the due index".to_owned(),
        Stand::At(Op::Gate) => "read the gate".to_owned(),
        Stand::At(Op::SaveGate(gate, replaces)) => format!("save {gate:?} over {replaces:?}"),
        Stand::Over(_) => "acknowledge".to_owned(),
    }
}

fn manner(how: &How) -> String {
    match how {
        How::Well => String::new(),
        How::FailsBefore => ", FAILS without effect".to_owned(),
        How::FailsAfter => ", done, but FAILS to say so".to_owned(),
        How::Stale => ", a STALE page".to_owned(),
        How::Vendor(reaction) => format!(" -> {reaction:?}"),
        How::Says(reply) => format!(" -> {reply:?}"),
    }
}
