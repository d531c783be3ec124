//! One delivery as a person reads it: where it stands, what happened line by line, what to do next.

use jiff::Timestamp;

use crate::{
    entry::{Entry, State},
    history::{Line, What, said},
    id::Sha256Hex,
    notice::Notice,
    outcome::{Outcome, judge},
};

/// The delivery in a few lines of text. Times are UTC.
pub fn timeline(entry: &Entry) -> String {
    let head = format!("{}  {}", entry.integration, entry.record);
    let mut text = format!("{head:<54}  {}\n", standing(entry));
    text.push_str(&format!("delivery {}, key {}\n", entry.id, entry.idempotency_key));
    text.push_str(&event(entry));
    let mut day = String::new();
    for (place, line) in entry.history.lines.iter().enumerate() {
        if place == entry.history.lines.len() / 2 && entry.history.dropped > 0 {
            text.push_str(&format!("          ... {} lines left out\n", entry.history.dropped));
        }
        let (date, time) = clock(line.at);
        if date != day {
            text.push_str(&format!("{date}, times in UTC\n"));
            day = date;
        }
        if !is_begun_and_told(&entry.history.lines, place) {
            text.push_str(&format!("{time}  {}\n", happened(line)));
        }
    }
    if let Some(notice) = Notice::of(entry) {
        text.push_str(&format!("{}\n", notice.effect.sentence()));
        text.push_str(&format!("Owner: {}, {}\n", notice.owner, notice.contact));
        text.push_str(&format!("Next: {}\n", notice.next_action));
        notice.command.iter().for_each(|command| text.push_str(&format!("  {command}\n")));
    }
    text
}

/// The event and the request in figures; what stands in them is in the ledger for those who may read it.
fn event(entry: &Entry) -> String {
    let figures = |text: &str| {
        let digest = Sha256Hex::of(text.as_bytes());
        format!("{} bytes, sha256 {}", text.len(), digest.as_str().get(..8).unwrap_or_default())
    };
    let request = entry.request.as_ref().map_or("; no request was made from it".into(), |r| {
        format!("; {} {} {}", r.method.as_str(), r.path, figures(&r.body))
    });
    format!("event {}{request}\n", figures(&entry.event))
}

/// The date and the time of day, to the second.
fn clock(at: Timestamp) -> (String, String) {
    let text = at.to_string();
    let part = |from, to| text.get(from..to).unwrap_or_default().to_owned();
    (part(0, 10), part(11, 19))
}

/// An attempt that was heard of is told by its answer; that it began says nothing more.
fn is_begun_and_told(lines: &[Line], place: usize) -> bool {
    let next = lines.get(place + 1).map(|line| &line.what);
    matches!(
        (&lines[place].what, next),
        (What::Sending { attempt }, Some(What::Answered { attempt: heard, .. })) if attempt == heard
    )
}

fn happened(line: &Line) -> String {
    let What::Answered { attempt, answer, took } = &line.what else { return line.what.text() };
    let told = format!("attempt {attempt}   {} in {} ms", said(answer), took.as_millis());
    format!("{told:<52}  {}", effect(judge(answer)))
}

/// What an attempt is known to have done, in words.
fn effect(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "the vendor has it",
        Outcome::NoEffect(_) | Outcome::Rejected => "nothing created",
        Outcome::Unknown => "the vendor may have it",
    }
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
