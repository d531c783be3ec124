//! What differs between two texts, for people.

use similar::{ChangeTag, TextDiff};

/// Lines shown around a change.
const AROUND: usize = 2;

/// The changed lines with a few around them: `-` is expected, `+` is what came out.
pub(crate) fn lines(expected: &str, made: &str) -> String {
    let diff = TextDiff::from_lines(expected, made);
    let mut text = String::new();
    for (at, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if at > 0 {
            text.push_str("      ...\n");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            text.push_str(&format!("    {sign} {}\n", change.value().trim_end_matches('\n')));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn only_what_differs_is_shown_with_a_few_lines_around() {
        let all = |n: u32| (0..20).map(|i| format!("{}\n", if i == 10 { n } else { i })).collect();
        let (one, other): (String, String) = (all(10), all(99));
        assert_eq!(
            lines(&one, &other),
            "      8\n      9\n    - 10\n    + 99\n      11\n      12\n"
        );
    }
}
