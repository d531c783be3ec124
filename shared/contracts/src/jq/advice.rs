//! What to write instead of a function that is not allowed or not there.

use jaq_core::compile::Undefined;

use super::{Trouble, prelude, span_in};
use crate::{code::Code, text};

/// What to write instead of a function that a program may not call.
pub(super) fn forbidden(name: &str) -> Option<&'static str> {
    Some(match name {
        "now" | "localtime" | "strflocaltime" | "gmtime" => {
            "the same event must always give the same request; take the time from the event"
        }
        "env" | "input" | "inputs" | "input_line_number" | "input_filename" | "$__prog_args" => {
            "a mapping sees the event and its tables only"
        }
        "halt" | "halt_error" => "refuse an event with error(\"why\") or need(.field; \"why\")",
        "debug" | "stderr" => "run `fairlead test` to see what a mapping makes",
        "floor" | "round" | "ceil" | "sqrt" | "pow" | "log" | "exp" | "trunc" | "rint"
        | "nearbyint" => "numbers stay exact here; for money use cents",
        "repeat" | "while" | "until" | "recurse" | "combinations" => {
            "it may never end; write it with map, reduce, range or .."
        }
        "fromjson" => "send the value as JSON instead of as a text with JSON in it",
        "inside" | "indices" | "index" | "rindex" => {
            "write any(.[]; . == $value), or contains for texts"
        }
        "match" | "splits" | "matches" | "split_matches" => "use test, capture, scan, sub or gsub",
        "getpath" | "setpath" | "delpaths" | "paths" | "path" | "pick" | "walk" => {
            "write the path itself, as in .data.id"
        }
        "refuse" => "use error(\"why\")",
        "jaq_length" | "jaq_strftime" | "in_time" | "short" | "scan_" | "sub_part"
        | "capture_of_match" | "key_values" | "min_by_or_empty" | "max_by_or_empty" => {
            "it is an inner part of the sandbox"
        }
        _ => return None,
    })
}

/// Says that a name is not known, and which one is near.
pub(super) fn unknown(code: &str, name: &str, kind: &Undefined) -> Trouble {
    let (message, help) = match kind {
        Undefined::Filter(arity) => {
            let arguments = match arity {
                0 => "no argument".to_owned(),
                1 => "1 argument".to_owned(),
                n => format!("{n} arguments"),
            };
            (format!("there is no function `{name}` with {arguments}"), did_you_mean(name))
        }
        _ => (
            format!("{} `{name}` is not defined here", kind.as_str()),
            "bind it first, as in .data.deal as $deal | ...".to_owned(),
        ),
    };
    Trouble { code: Code::FL0403, span: span_in(code, name), message, help }
}

fn did_you_mean(name: &str) -> String {
    let known: Vec<&str> =
        prelude().iter().map(|def| def.name).chain(["has", "sort", "lookup", "tostring"]).collect();
    match text::nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "see docs of the sandbox for what a mapping may call: lookup, cents, need, map, select, join, ...".to_owned(),
    }
}
