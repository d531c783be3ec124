//! A text from outside as one word of a shell, for commands that are printed to be typed or pasted.

/// The text as an argument, the last of its command: what begins with a dash is no option.
pub fn last(text: &str) -> String {
    if is_plain(text) && !text.starts_with('-') {
        return text.to_owned();
    }
    format!("-- {}", quoted(text))
}

/// The text as the value of an option, with the option's name.
pub fn option(name: &str, text: &str) -> String {
    match (is_plain(text), text.starts_with('-')) {
        (true, false) => format!("--{name} {text}"),
        (_, true) => format!("--{name}={}", quoted(text)),
        (false, false) => format!("--{name} {}", quoted(text)),
    }
}

fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/');
    !text.is_empty() && text.chars().all(plain)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_from_outside_is_one_word_and_runs_nothing() {
        assert_eq!(last("D-1042"), "D-1042");
        assert_eq!(last("acme/shop#7"), "-- 'acme/shop#7'");
        assert_eq!(last("$(reboot)"), "-- '$(reboot)'");
        assert_eq!(last("it's"), r"-- 'it'\''s'");
        assert_eq!(last("--yes"), "-- '--yes'");
        assert_eq!(last(""), "-- ''");
        assert_eq!(option("record", "D-1042"), "--record D-1042");
        assert_eq!(option("record", "$(reboot)"), "--record '$(reboot)'");
        assert_eq!(option("record", "--yes"), "--record='--yes'");
    }
}
