//! An event as it is sent once it was edited: without the white space that only the editor needed.

use fairlead_contracts::{Event, MAX_BYTES};

/// What was typed without white space between its members, where it is an event: its size is bounded, and the
/// editor's lines and indents are no part of it. Anything else stays as it is, so that what is said of it names the
/// lines that were typed.
pub(super) fn as_sent(typed: String) -> String {
    let compact = compact(&typed);
    if typed.len() > MAX_BYTES || Event::read(compact.as_bytes()).is_ok() { compact } else { typed }
}

/// JSON without white space between its tokens. All else is left: numbers as they are written, members that are there
/// twice, texts, and a space where two tokens without one would be read as another.
fn compact(text: &str) -> String {
    let (mut short, mut apart) = (String::with_capacity(text.len()), false);
    let (mut inside, mut escaped) = (false, false);
    for c in text.chars() {
        if !inside && matches!(c, ' ' | '\t' | '\n' | '\r') {
            apart = true;
            continue;
        }
        if apart && !inside && !parts(c) && short.chars().last().is_some_and(|last| !parts(last)) {
            short.push(' ');
        }
        apart = false;
        short.push(c);
        match (inside, c) {
            (true, _) if escaped => escaped = false,
            (true, '\\') => escaped = true,
            (_, '"') => inside = !inside,
            _ => {}
        }
    }
    short
}

/// Whether it parts two tokens by itself.
fn parts(c: char) -> bool {
    matches!(c, '{' | '}' | '[' | ']' | ':' | ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, sent: &str) {
        assert_eq!(as_sent(typed.to_owned()), sent);
    }

    #[test]
    fn only_white_space_between_members_goes() {
        check(
            "{\n  \"a b\": [ 1.50, 1E5, -0 ],\r\n\t\"c\": \" \\\" x \"\n}\n",
            r#"{"a b":[1.50,1E5,-0],"c":" \" x "}"#,
        );
        check(r#"{ "path": "C:\\", "b" : "\u00e9" }"#, r#"{"path":"C:\\","b":"\u00e9"}"#);
    }

    #[test]
    fn what_is_no_event_stays_as_it_was_typed() {
        for typed in [
            "{\n  \"a\": 1,\n  \"a\": 2\n}",
            "{\n  \"a\": 1 2\n}",
            "[ 1 ]",
            "{ \"a\": tru e }",
            "{ ",
        ] {
            check(typed, typed);
        }
    }

    #[test]
    fn an_event_is_measured_without_its_indents_and_its_mistakes_are_still_found() {
        let much = " ".repeat(MAX_BYTES);
        check(&format!("{{{much}\"a\":{much}1}}"), r#"{"a":1}"#);
        let twice = as_sent(format!("{{{much}\"a\": 1, \"a\": 2}}"));
        assert!(Event::read(twice.as_bytes()).is_err(), "{twice}");
        let two = as_sent(format!("{{{much}\"a\": 1 2}}"));
        assert!(Event::read(two.as_bytes()).is_err(), "{two}");
    }
}
