//! Small helps for the texts that people read.

/// At most `most` characters of `text`, on one line, with `…` where something is left out.
///
/// Control characters are written as escapes, so a hostile value cannot forge lines in a log.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    let mut short = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == most {
            short.push('…');
            break;
        }
        if c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            short.extend(c.escape_unicode());
        } else {
            short.push(c);
        }
    }
    short
}

/// The one of `known` that `given` is most likely a slip of, if any is near.
pub(crate) fn nearest<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (distance(given, name), name))
        .filter(|(far, name)| *far <= 1 + name.len() / 4)
        .min()
        .map(|(_, name)| name)
}

/// `a, b and c`, as people list things.
pub(crate) fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<&str> = items.into_iter().collect();
    match items.as_slice() {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Edits between two short words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate().take(64) {
        let mut left = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let cost = (row[j] + usize::from(ca != *cb)).min(row[j + 1] + 1).min(left + 1);
            row[j] = left;
            left = cost;
        }
        row[b.len()] = left;
    }
    row[b.len()] + a.chars().count().saturating_sub(64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_what_was_meant() {
        let known = ["destination", "description", "owner"];
        assert_eq!(nearest("destinaton", known), Some("destination"));
        assert_eq!(nearest("onwer", known), Some("owner"));
        assert_eq!(nearest("retry", known), None);
    }

    #[test]
    fn a_hostile_value_stays_on_one_line() {
        assert_eq!(shorten("a\n{\"level\":1}", 5), "a\\u{a}{\"l…");
    }
}
