//! The lines of a history as people read them.

use super::{Answer, What, judge};
use crate::meaning::{Found, Verdict};

impl What {
    /// The line as people read it.
    pub fn text(&self) -> String {
        match self {
            Self::Accepted { via } => format!("accepted    {via}"),
            Self::Sending { attempt } => format!("sending     attempt {attempt}"),
            Self::Answered { attempt, answer, took } => {
                let (took, outcome) = (took.as_millis(), judge(answer).word());
                let (said, meant) = (said(answer), meant(answer));
                format!("attempt {attempt}   {said} in {took} ms: {outcome}{meant}")
            }
            Self::Looking => "looking     asking the vendor whether it has it".to_owned(),
            Self::Looked { answer, finding, took } => {
                let took = took.as_millis();
                format!("looked      {} in {took} ms: {}", said(answer), finding.text())
            }
            Self::LookLost => "looked      not heard of again".to_owned(),
            Self::LeaseOver { attempt } => {
                format!("attempt {attempt}   not heard of again: unknown")
            }
            Self::Waiting { .. }
            | Self::HeldBack { .. }
            | Self::AwaitsTurn { .. }
            | Self::AwaitsRecord { .. }
            | Self::Rendered { .. } => self.wait_text(),
            Self::Parked { class, detail } if detail.is_empty() => {
                format!("parked      {}", class.word())
            }
            Self::Parked { class, detail } => format!("parked      {}: {detail}", class.word()),
            Self::Alerted => "alerted".to_owned(),
            Self::Retried { .. }
            | Self::Resolved { .. }
            | Self::Discarded { .. }
            | Self::Edited { .. }
            | Self::EditOf { .. } => self.order_text(),
            Self::Delivered => "delivered".to_owned(),
            Self::Superseded { newer } => format!("superseded  by version {newer}"),
            Self::HeardLate => "heard late  the vendor has it".to_owned(),
        }
    }

    /// The line of what a delivery waits for, and of what came of it.
    fn wait_text(&self) -> String {
        match self {
            Self::Waiting { due_at } => format!("waiting     due {due_at:.0}"),
            Self::HeldBack { until } => format!("held back   by the gate until {until:.0}"),
            Self::AwaitsTurn { until } => {
                format!("held back   for its record's turn until {until:.0}")
            }
            Self::AwaitsRecord { record, until } => {
                let record = one_line(record, 200);
                format!("waiting     for the vendor's id of {record}, next look {until:.0}")
            }
            Self::Rendered { update: false } => "rendered".to_owned(),
            Self::Rendered { update: true } => {
                "rendered    as an update: the vendor has the record".to_owned()
            }
            Self::Accepted { .. }
            | Self::Sending { .. }
            | Self::Answered { .. }
            | Self::Looking
            | Self::Looked { .. }
            | Self::LookLost
            | Self::LeaseOver { .. }
            | Self::Parked { .. }
            | Self::Alerted
            | Self::Retried { .. }
            | Self::Resolved { .. }
            | Self::Discarded { .. }
            | Self::Edited { .. }
            | Self::EditOf { .. }
            | Self::Delivered
            | Self::Superseded { .. }
            | Self::HeardLate => String::new(),
        }
    }

    /// The line of what a person ordered: who, what, and why.
    fn order_text(&self) -> String {
        match self {
            Self::Retried { by, reason } => format!("retried     by {by}: {reason}"),
            Self::Resolved { by, reason, vendor_id } => {
                let named = vendor_id.iter().map(|id| format!(" as {id}")).collect::<String>();
                format!("resolved    by {by}{named}: {reason}")
            }
            Self::Discarded { by, reason } => format!("discarded   by {by}: {reason}"),
            Self::Edited { by, reason, event } => {
                let event = event.as_str().get(..8).unwrap_or_default();
                format!("edited      by {by}, the event is now sha256 {event}: {reason}")
            }
            Self::EditOf { delivery, by, reason } => {
                format!("edited      from delivery {delivery} by {by}: {reason}")
            }
            Self::Accepted { .. }
            | Self::Sending { .. }
            | Self::Answered { .. }
            | Self::Looking
            | Self::Looked { .. }
            | Self::LookLost
            | Self::LeaseOver { .. }
            | Self::Waiting { .. }
            | Self::HeldBack { .. }
            | Self::AwaitsTurn { .. }
            | Self::AwaitsRecord { .. }
            | Self::Rendered { .. }
            | Self::Parked { .. }
            | Self::Alerted
            | Self::Delivered
            | Self::Superseded { .. }
            | Self::HeardLate => String::new(),
        }
    }
}

/// What the integration's own rules have found in the answer.
fn meant(answer: &Answer) -> String {
    let Answer::Replied(reply) = answer else { return String::new() };
    let duplicate = match reply.meaning.verdict {
        Some(Verdict::Duplicate) => ", the vendor had it already",
        _ => "",
    };
    match &reply.meaning.id {
        None => duplicate.to_owned(),
        Some(Found::Id(id)) => format!("{duplicate}; vendor id {id}"),
        Some(Found::Nothing) => format!("{duplicate}; the vendor's id was not found in the answer"),
    }
}

/// What the wire told, in a few words.
pub fn said(answer: &Answer) -> String {
    use crate::outcome::{Lost, NotSent};
    match answer {
        Answer::NotSent(NotSent::NoConnection) => "no connection".to_owned(),
        Answer::NotSent(NotSent::NoSecret) => "no usable secret".to_owned(),
        Answer::NotSent(NotSent::SecretUnavailable) => {
            "the secret could not be read just now".to_owned()
        }
        Answer::NotSent(NotSent::NoTime) => "no time left for a call".to_owned(),
        Answer::NotSent(NotSent::NotAllowed) => "the call is not allowed".to_owned(),
        Answer::Lost(Lost::Timeout) => "no answer in time".to_owned(),
        Answer::Lost(Lost::Reset) => "connection lost before an answer".to_owned(),
        Answer::Lost(Lost::Truncated) => "answer cut off".to_owned(),
        Answer::Replied(reply) if reply.excerpt.is_empty() => reply.status.to_string(),
        Answer::Replied(reply) => format!("{} {}", reply.status, one_line(&reply.excerpt, 300)),
    }
}

/// The same without what the vendor said.
pub fn heard(answer: &Answer) -> String {
    match answer {
        Answer::Replied(reply) => reply.status.to_string(),
        Answer::NotSent(_) | Answer::Lost(_) => said(answer),
    }
}

/// Text from outside on one line, without control characters, at most `most` characters.
pub fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    for (count, c) in text.chars().map(|c| if c.is_control() { ' ' } else { c }).enumerate() {
        if count == most {
            line.push('…');
            break;
        }
        line.push(c);
    }
    line
}
