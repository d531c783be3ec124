//! One delivery as a person reads it: where it stands, what happened line by line, what to do next.

use crate::{
    entry::{Entry, State},
    notice::Notice,
};

/// The delivery in a few lines of text. Times are UTC.
pub fn timeline(entry: &Entry) -> String {
    let mut text = format!("{}  {}   {}\n", entry.integration, entry.record, standing(entry));
    text.push_str(&format!("delivery {}, key {}\n", entry.id, entry.idempotency_key));
    for (place, line) in entry.history.lines.iter().enumerate() {
        if place == entry.history.lines.len() / 2 && entry.history.dropped > 0 {
            text.push_str(&format!("          ... {} lines left out\n", entry.history.dropped));
        }
        text.push_str(&format!("{:.0}  {}\n", line.at, line.what.text()));
    }
    if let Some(notice) = Notice::of(entry) {
        text.push_str(&format!("{}\n", notice.effect.sentence()));
        text.push_str(&format!("Owner: {}, {}\n", notice.owner, notice.contact));
        text.push_str(&format!("Next: {}\n", notice.next_action));
        notice.command.iter().for_each(|command| text.push_str(&format!("  {command}\n")));
    }
    text
}

fn standing(entry: &Entry) -> String {
    match &entry.life.state {
        State::Parked { class, .. } => format!("needs you: {}", class.word()),
        State::Waiting { due_at, .. } => format!("waiting until {due_at:.0}"),
        state @ (State::Accepted
        | State::Sending { .. }
        | State::Looking { .. }
        | State::Delivered
        | State::Closed { .. }) => state.word().to_owned(),
    }
}
