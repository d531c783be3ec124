//! How many bytes a history may have: an entry that outgrew DynamoDB's 400 KB could never be saved again.

use super::{Line, What};
use crate::outcome::Answer;

/// The most bytes of one text of a line, of an answer's excerpt above all.
pub const MOST_TEXT: usize = 2_000;

/// The same once [`RECENT`] newer lines stand below it; lists and pages show no more of it.
pub(super) const MOST_OLD_TEXT: usize = 400;

/// So many lines at the end keep their texts.
pub(super) const RECENT: usize = 10;

/// Names are shorter than what is said.
const MOST_NAME: usize = 200;

/// The beginning of a text, at most so many bytes, whole characters.
pub fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Cuts what the last line says, and more of what is not one of the newest any more.
pub(super) fn keep(lines: &mut [Line]) {
    if let Some(last) = lines.last_mut() {
        shorten(&mut last.what, MOST_TEXT);
    }
    let old = lines.len().saturating_sub(RECENT);
    lines[..old].iter_mut().for_each(|line| shorten(&mut line.what, MOST_OLD_TEXT));
}

fn shorten(what: &mut What, most: usize) {
    let to = |text: &mut String, most: usize| text.truncate(text.floor_char_boundary(most));
    match what {
        What::Answered { answer: Answer::Replied(reply), .. }
        | What::Looked { answer: Answer::Replied(reply), .. } => to(&mut reply.excerpt, most),
        What::Parked { detail, .. } => to(detail, most),
        What::Retried { by, reason }
        | What::Resolved { by, reason, .. }
        | What::Discarded { by, reason }
        | What::Edited { by, reason, .. }
        | What::EditOf { by, reason, .. } => {
            to(by, MOST_NAME);
            to(reason, most);
        }
        What::AwaitsRecord { record, .. } => to(record, most),
        What::Superseded { newer } => to(newer, most),
        What::Accepted { .. }
        | What::Sending { .. }
        | What::Answered { .. }
        | What::Looking
        | What::Looked { .. }
        | What::LookLost
        | What::LeaseOver { .. }
        | What::Waiting { .. }
        | What::HeldBack { .. }
        | What::AwaitsTurn { .. }
        | What::Rendered { .. }
        | What::Alerted
        | What::Delivered
        | What::HeardLate => {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::{history::History, outcome::Reply};

    #[test]
    fn only_the_newest_lines_keep_long_texts() {
        let mut history = History::default();
        for attempt in 0..30 {
            let answer = Answer::Replied(Reply::plain(500, None, "\u{20ac}".repeat(3_000)));
            let what = What::Answered { attempt, answer, took: Duration::ZERO };
            history.push(Timestamp::UNIX_EPOCH, what);
        }
        let lengths: Vec<usize> = history.answers().map(length).collect();
        let (old, new) = lengths.split_at(30 - RECENT);
        assert!(old.iter().all(|bytes| *bytes == 399), "whole characters: {lengths:?}");
        assert!(new.iter().all(|bytes| *bytes == 1_998), "whole characters: {lengths:?}");
    }

    fn length(answer: &Answer) -> usize {
        match answer {
            Answer::Replied(reply) => reply.excerpt.len(),
            Answer::NotSent(_) | Answer::Lost(_) => 0,
        }
    }
}
