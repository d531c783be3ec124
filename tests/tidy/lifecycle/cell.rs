//! One cell: what a step leads to, in words. An arrow is a write to the ledger.

use fairlead_core::{
    decide::{Command, Step},
    entry::{Held, Life, State},
    ticket::Queue,
};

/// What `step` makes of `life`.
pub(crate) fn text(life: &Life, step: &Step) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(next) = &step.next {
        let doubt = match (life.doubt, next.doubt) {
            (false, true) => ", in doubt from now on",
            (true, false) => ", no longer in doubt",
            (false, false) | (true, true) => "",
        };
        parts.push(format!("→ {}{doubt}", state(&next.state)));
    }
    parts.extend(step.commands.iter().map(|command| run(command).to_owned()));
    if parts.is_empty() { "—".to_owned() } else { parts.join("; ") }
}

/// A state's name. A new state needs a row in `rows.rs` too.
fn state(state: &State) -> String {
    match state {
        State::Accepted
        | State::Sending { .. }
        | State::Looking { .. }
        | State::Delivered
        | State::Closed { .. } => state.word().to_owned(),
        State::Waiting { held, .. } => format!("waiting {}", place(*held)),
        State::Parked { class, told, .. } => {
            let told = if *told { ", told" } else { "" };
            format!("parked ({}){told}", class.word())
        }
    }
}

fn place(held: Held) -> &'static str {
    match held {
        Held::Queue => "on a queue",
        Held::Gate => "at the gate",
        Held::Index { .. } => "in the index",
    }
}

fn run(command: &Command) -> &'static str {
    match command {
        Command::Call { fresh_secret: false, .. } => "call",
        Command::Call { fresh_secret: true, .. } => "call with a fresh secret",
        Command::Look { fresh_secret: false, .. } => "ask the vendor",
        Command::Look { fresh_secret: true, .. } => "ask the vendor with a fresh secret",
        Command::Send { queue: Queue::Dispatch, .. } => "send to dispatch",
        Command::Send { queue: Queue::Retry, .. } => "send to retry, delayed",
        Command::Send { queue: Queue::Alert, .. } => "send to alert",
        Command::Send { queue: Queue::Dlq, .. } => "message on the DLQ",
        Command::Send { queue: Queue::Intake, .. } => "send to validate",
        Command::Pause => "pause the destination",
        Command::Publish => "tell the owner",
        Command::Keep => "leave the ticket on its queue",
    }
}
