//! The rules that need more than one key: promises about repeated requests, and lengths of time that must fit together.

use std::{ops::Range, time::Duration};

use fairlead_core::{
    integration::{Dedupe, Lookup, Method, RetryPolicy},
    span,
};

use crate::{
    code::Code, fields::Said, report::Mistakes, source::Source, text::nearest, yaml::Node,
};

/// A length of time, and where it is given unless it is the default.
pub(crate) type Length<'n> = (Duration, Option<&'n Node>);

/// What to do when it is not known whether a request took effect.
#[derive(Clone, Debug)]
pub(crate) enum Unsure<'n> {
    /// A word says it.
    Word {
        /// Send it again, rather than park it.
        repeat: bool,
        /// Where it says so.
        said: Said<'n>,
    },
    /// Ask the vendor first.
    Look(Box<Lookup>),
}

/// Everything an integration says about repeated requests.
pub(crate) struct Promises<'n> {
    /// The request's method.
    pub(crate) method: Method,
    /// The header for the key, if one is named; its name only when it is right.
    pub(crate) header: Option<(Option<String>, Said<'n>)>,
    /// How long the vendor remembers keys.
    pub(crate) max_age: Length<'n>,
    /// Whether the key is sent in quotes.
    pub(crate) quoted: bool,
    /// What it says about doubt.
    pub(crate) unsure: Option<Unsure<'n>>,
}

/// The retry policy with the places of its parts.
pub(crate) struct Retry<'n> {
    /// As it is compiled.
    pub(crate) policy: RetryPolicy,
    /// Where the schedule is given.
    pub(crate) schedule_at: Option<&'n Node>,
    /// Where the end is given.
    pub(crate) give_up_at: Option<&'n Node>,
}

/// Reads the method.
pub(crate) fn method(source: &Source, said: Said<'_>, mistakes: &mut Mistakes) -> Option<Method> {
    let known = [Method::Post, Method::Put, Method::Patch, Method::Delete];
    let found = known.into_iter().find(|method| method.as_str() == said.text);
    if found.is_none() {
        let upper = said.text.to_ascii_uppercase();
        let help = match nearest(&upper, known.map(Method::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => "write POST, PUT, PATCH or DELETE; an integration writes to its destination"
                .to_owned(),
        };
        let message =
            format!("\"{}\" is no method that writes", crate::text::shorten(said.text, 20));
        mistakes.add(Code::FL0205, source, &said.node.span, message, help);
    }
    found
}

/// Reads `response.unsure`.
pub(crate) fn unsure<'n>(
    source: &Source,
    said: Said<'n>,
    mistakes: &mut Mistakes,
) -> Option<Unsure<'n>> {
    match said.text {
        "park" => Some(Unsure::Word { repeat: false, said }),
        "repeat" => Some(Unsure::Word { repeat: true, said }),
        other => {
            let message =
                format!("\"{}\" is no answer to \"unsure\"", crate::text::shorten(other, 40));
            let help = "write park (a person looks first), repeat (the vendor takes the same request twice without harm) or {get: ..., found: ...} (the vendor is asked first)";
            mistakes.add(Code::FL0105, source, &said.node.span, message, help);
            None
        }
    }
}

/// What the vendor can promise about a repeated request; a mistake when nothing says so.
pub(crate) fn dedupe(
    source: &Source,
    request: &Range<usize>,
    promises: Promises<'_>,
    mistakes: &mut Mistakes,
) -> Option<(Dedupe, Option<Lookup>)> {
    let Promises { method, header, max_age, quoted, unsure } = promises;
    let Some((name, header)) = header else {
        if let Some(node) = max_age.1 {
            let message = "\"key_max_age\" has no effect without \"header\"";
            let help = "name the header that carries the key, or remove key_max_age";
            mistakes.add(Code::FL0307, source, &node.span, message, help);
        }
        return without_key(source, request, method, unsure, mistakes);
    };
    if let Some(Unsure::Word { said, .. }) = unsure {
        let line = source.line(header.node.span.start).0;
        let message = format!("\"unsure\" says one thing, and \"header\" on line {line} another");
        let help =
            "keep \"header\" if the vendor recognises the key, and \"unsure\" if it does not";
        mistakes.add(Code::FL0303, source, &said.node.span, message, help);
        return None;
    }
    // While the vendor remembers the key it is simply sent again; asked is it only afterwards.
    let lookup = match unsure {
        Some(Unsure::Look(lookup)) => Some(*lookup),
        Some(Unsure::Word { .. }) | None => None,
    };
    Some((Dedupe::Key { header: name?, max_age: max_age.0, quoted }, lookup))
}

fn without_key(
    source: &Source,
    request: &Range<usize>,
    method: Method,
    unsure: Option<Unsure<'_>>,
    mistakes: &mut Mistakes,
) -> Option<(Dedupe, Option<Lookup>)> {
    match (method, unsure) {
        // Explicit care holds for every method.
        (_, Some(Unsure::Look(lookup))) => Some((Dedupe::None, Some(*lookup))),
        (_, Some(Unsure::Word { repeat: false, .. })) => Some((Dedupe::None, None)),
        (_, Some(Unsure::Word { repeat: true, .. })) | (Method::Put | Method::Delete, None) => {
            Some((Dedupe::Upsert, None))
        }
        (Method::Post | Method::Patch, None) => {
            let method = method.as_str();
            let message = format!("nothing says what the vendor does with a repeated {method}");
            let help = "add idempotency.header if the vendor recognises a key; else response: {unsure: park}, {unsure: {get: ..., found: ...}} if it can be asked, or {unsure: repeat} if repeating does no harm";
            mistakes.add(Code::FL0302, source, request, message, help);
            None
        }
    }
}

/// What the vendor can promise about a repeated update of the record with this id; a mistake when nothing says so.
pub(crate) fn update(
    source: &Source,
    at: &Range<usize>,
    method: Method,
    key: Option<&Dedupe>,
    unsure: Option<Unsure<'_>>,
    mistakes: &mut Mistakes,
) -> Option<Dedupe> {
    match (unsure, method, key) {
        (Some(Unsure::Word { repeat: false, .. }), _, _) => Some(Dedupe::None),
        (Some(Unsure::Word { repeat: true, .. } | Unsure::Look(_)), _, _)
        | (None, Method::Put | Method::Delete, _) => Some(Dedupe::Upsert),
        (None, Method::Post | Method::Patch, Some(key)) => Some(key.clone()),
        (None, Method::Post | Method::Patch, None) => {
            let method = method.as_str();
            let message = format!("nothing says what the vendor does with a repeated {method}");
            let help = "add unsure: repeat to the update if setting the same values again does no harm, else unsure: park";
            mistakes.add(Code::FL0302, source, at, message, help);
            None
        }
    }
}

/// Checks that the schedule ends before giving up, and giving up before the event is forgotten.
pub(crate) fn lengths(
    source: &Source,
    retry: &Retry<'_>,
    keep: &Length<'_>,
    mistakes: &mut Mistakes,
) {
    let RetryPolicy { schedule, give_up_after, .. } = &retry.policy;
    let total = schedule.iter().fold(Duration::ZERO, |sum, wait| sum.saturating_add(*wait));
    let schedule_at = retry.schedule_at.or(retry.give_up_at).or(keep.1);
    if let Some(node) = schedule_at.filter(|_| total > *give_up_after) {
        let message = format!(
            "the schedule takes {}, but \"give_up_after\" is {}",
            span::text(total),
            span::text(*give_up_after)
        );
        mistakes.add(
            Code::FL0305,
            source,
            &node.span,
            message,
            "shorten the schedule, or give up later",
        );
    }
    let longest = total.max(*give_up_after);
    let keep_at = keep.1.or(retry.give_up_at).or(retry.schedule_at);
    if let Some(node) = keep_at.filter(|_| longest > keep.0) {
        let message = format!(
            "events are forgotten after {}, but a delivery can wait {}",
            span::text(keep.0),
            span::text(longest)
        );
        mistakes.add(Code::FL0304, source, &node.span, message, "make idempotency.keep longer than retry.give_up_after, or a late repeat makes a second effect");
    }
}
