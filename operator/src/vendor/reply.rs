//! From a step to the reply: an answer now, an answer later, or something only the wire can do.
use std::time::Duration;

use super::answer::Answer;
use super::request::Call;
use super::step::Step;
use super::wire::Wire;

/// How a request is to be answered.
#[derive(Debug)]
pub(super) enum Reply {
    Now(Answer),
    Later(Duration, Answer),
    Wire(Wire),
}

/// The refusal of a request over the limit, with the wait in whole seconds.
pub(super) fn too_many(limit: u32, wait: Duration) -> Answer {
    let seconds = wait.as_millis().div_ceil(1000).max(1);
    Answer::refusal(429, "rate_limited", format!("no more than {limit} requests a second"))
        .with("retry-after", seconds.to_string())
}

/// What a step makes of a request that it kept from the books.
pub(super) fn without_effect(step: Step, call: &Call) -> Reply {
    match step {
        Step::Status { code, retry_after, body } => {
            let answer = Answer::scripted(code, body);
            Reply::Now(match retry_after {
                Some(value) => answer.with("retry-after", value),
                None => answer,
            })
        }
        Step::Redirect { to, code } => {
            Reply::Now(Answer::scripted(code, None).with("location", to))
        }
        Step::EchoAuth { code } => {
            let header = call.authorization.as_deref().unwrap_or_default();
            let answer = format!("you sent Authorization: {header}");
            let answer = Answer::refusal(code, "echo", answer).with("x-request-id", header);
            Reply::Now(answer.with("www-authenticate", format!("Bearer error=\"{header}\"")))
        }
        Step::HangBefore => Reply::Wire(Wire::Silence),
        Step::Reset => Reply::Wire(Wire::Reset),
        _ => Reply::Wire(Wire::Close),
    }
}

/// What a step makes of the honest answer to a request that took effect.
pub(super) fn with_effect(step: Step, answer: Answer) -> Reply {
    let pause = Duration::from_millis;
    match step {
        Step::Slow { ms } => Reply::Later(pause(ms), answer),
        Step::CommitThenStatus { code, body } => Reply::Now(Answer::scripted(code, body)),
        Step::Hang => Reply::Wire(Wire::Silence),
        Step::CommitThenDrop => Reply::Wire(Wire::Close),
        Step::CommitThenReset => Reply::Wire(Wire::Reset),
        Step::ResetMidHeaders => Reply::Wire(Wire::ResetMidHeaders),
        Step::ResetMidBody => Reply::Wire(Wire::ResetMidBody(answer)),
        Step::Truncated => Reply::Wire(Wire::Truncated(answer)),
        Step::Huge { bytes } => Reply::Wire(Wire::Huge(answer, bytes)),
        Step::Bomb { bytes } => Reply::Now(answer.packed(bytes)),
        Step::Drip { every_ms } => Reply::Wire(Wire::Drip(answer, pause(every_ms))),
        Step::DripHeader { every_ms } => Reply::Wire(Wire::DripHeader(answer, pause(every_ms))),
        Step::EndlessHeader => Reply::Wire(Wire::EndlessHeader(answer)),
        Step::Garbage => Reply::Wire(Wire::Garbage),
        Step::BadChunk => Reply::Wire(Wire::BadChunk(answer)),
        _ => Reply::Now(answer),
    }
}
