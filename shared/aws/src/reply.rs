//! What is handed on of a vendor's answer: an excerpt without our secret, and what it means.

use fairlead_core::{
    history::{MOST_TEXT, cut},
    integration::Lookup,
    meaning::{Finding, Found, Meaning},
    outcome::{Reply, retry_after},
    reading::{self, Reading},
};
use jiff::Timestamp;

use crate::{vendor::Call, wire::Heard};

/// The answer to an attempt.
pub(crate) fn reply(heard: &Heard, call: &Call<'_>, now: Timestamp) -> Reply {
    Reply { meaning: meaning(heard, call), ..excerpt(heard, call, now) }
}

/// The answer as it is kept; a date to come back at counts from `now`.
pub(crate) fn excerpt(heard: &Heard, call: &Call<'_>, now: Timestamp) -> Reply {
    let said = call.credential.redact(&String::from_utf8_lossy(&heard.body), heard.cut);
    // Control characters could forge lines and colours on an operator's screen.
    let shown = |c: char| if c.is_control() && !"\n\t".contains(c) { '\u{fffd}' } else { c };
    let said: String = said.chars().filter(|c| *c != '\r').map(shown).collect();
    let hint = heard.header("retry-after").and_then(|text| retry_after(text, now));
    Reply::plain(heard.status, hint, cut(&said, MOST_TEXT))
}

/// What the whole answer means; the excerpt may not hold what the rules look at.
fn meaning(heard: &Heard, call: &Call<'_>) -> Meaning {
    let mut meaning = reading(call).meaning(&whole(heard));
    if let Some(Found::Id(id)) = &meaning.id
        && is_echo(id.as_str(), call)
    {
        meaning.id = Some(Found::Nothing);
    }
    meaning
}

/// What the answer to a lookup says.
pub(crate) fn finding(heard: &Heard, lookup: &Lookup, call: &Call<'_>) -> Finding {
    match reading(call).finding(lookup, &whole(heard)) {
        Finding::Ours(id) if is_echo(id.as_str(), call) => Finding::Unclear,
        finding => finding,
    }
}

/// An echo of our credential is no id, and would be kept for everyone to read.
fn is_echo(id: &str, call: &Call<'_>) -> bool {
    call.credential.redact(id, false) != id
}

fn whole(heard: &Heard) -> reading::Heard<'_> {
    let Heard { status, headers, body, cut } = heard;
    reading::Heard { status: *status, headers, body, cut: *cut }
}

fn reading<'a>(call: &Call<'a>) -> Reading<'a> {
    Reading {
        response: call.response,
        outcomes: &call.destination.outcomes,
        event: call.event,
        request: call.request,
        key: call.idempotency_key,
    }
}
