//! A command as a shell reads it, for tests that run what an alert says to run.

/// The words of a command; quoted text is part of one word. What a shell would put in is left as it is written.
pub fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in command.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (Some(_) | None, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn what_is_quoted_is_one_word() {
        assert_eq!(words(r#"a --b "c d" 'e f' "" g"#), ["a", "--b", "c d", "e f", "", "g"]);
    }
}
