//! Colour for terminals: a little, where the eye shall go first.

/// The marks that are coloured wherever they stand, with their SGR code (ECMA-48).
const MARKS: [(&str, &str); 4] =
    [("needs you", "31"), ("NEEDS YOU", "31"), ("MISSING", "31"), ("delivered", "32")];

/// The same text with colour; a line that says what to do next is bold.
pub(super) fn coloured(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        if line.starts_with("Next:") {
            return format!("{}{end}", sgr(line, "1"));
        }
        let marked = MARKS
            .iter()
            .fold(line.to_owned(), |line, (mark, code)| line.replace(mark, &sgr(mark, code)));
        format!("{marked}{end}")
    });
    lines.collect()
}

fn sgr(text: &str, code: &str) -> String {
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_changes_no_word() {
        let text = "a  needs you: auth\nNext: fairlead retry 019a\n";
        let toned = coloured(text);
        assert_eq!(
            toned,
            "a  \u{1b}[31mneeds you\u{1b}[0m: auth\n\u{1b}[1mNext: fairlead retry 019a\u{1b}[0m\n"
        );
    }
}
