//! Rust sources as flat tokens, without comments and without what is compiled for tests only.

use proc_macro2::{TokenStream, TokenTree};

use crate::{fault::Fault, tree::File};

/// One token and its line. Text in quotes keeps them, so it is never taken for a name.
pub(crate) struct Token {
    /// As written.
    pub(crate) text: String,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// The tokens of a file, tests left out.
pub(crate) fn tokens(file: &File) -> Vec<Token> {
    let mut flat = Vec::new();
    flatten(stream(file), true, &mut flat);
    flat
}

/// All tokens of a file.
pub(crate) fn tokens_with_tests(file: &File) -> Vec<Token> {
    let mut flat = Vec::new();
    flatten(stream(file), false, &mut flat);
    flat
}

/// Whether a file holds nothing but tests.
pub(crate) fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// The lines on which `pattern` occurs.
///
/// A name that ends in `_` stands for all that begin so; an attribute stands for itself with any arguments.
pub(crate) fn lines(tokens: &[Token], pattern: &str) -> Vec<usize> {
    let mut wanted = Vec::new();
    flatten(pattern.parse().expect("a pattern is Rust"), false, &mut wanted);
    wanted.pop_if(|last| last.text == "]");
    let same = |have: &Token, want: &Token| {
        have.text == want.text || want.text.ends_with('_') && have.text.starts_with(&want.text)
    };
    let hits = tokens
        .windows(wanted.len())
        .filter(|window| window.iter().zip(&wanted).all(|(have, want)| same(have, want)));
    hits.map(|window| window[0].line).collect()
}

/// One fault for each place where one of the patterns occurs.
pub(crate) fn faults(file: &File, tokens: &[Token], patterns: &[&str], mend: &str) -> Vec<Fault> {
    let one = |pattern: &&str| {
        let name = (*pattern).to_owned();
        lines(tokens, pattern)
            .into_iter()
            .map(move |line| Fault::new(&file.path, line, format!("`{name}`: {mend}")))
    };
    patterns.iter().flat_map(one).collect()
}

fn stream(file: &File) -> TokenStream {
    file.text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path))
}

fn flatten(stream: TokenStream, skip_tests: bool, flat: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Punct(mark) if skip_tests && mark.as_char() == '#' => {
                if trees.peek().is_some_and(|tree| {
                    tree.to_string() == "[cfg (test)]" || tree.to_string() == "[cfg(test)]"
                }) {
                    trees.by_ref().find(ends_item);
                }
            }
            TokenTree::Group(group) => {
                let text = group.to_string();
                let ends = (text.chars().next(), text.chars().last());
                flat.extend(ends.0.map(|open| Token { text: open.into(), line }));
                flatten(group.stream(), skip_tests, flat);
                let line = group.span_close().start().line;
                flat.extend(ends.1.map(|close| Token { text: close.into(), line }));
            }
            other => flat.push(Token { text: other.to_string(), line }),
        }
    }
}

/// An item ends with its block or its semicolon.
fn ends_item(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Group(group) => group.delimiter() == proc_macro2::Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

#[test]
fn a_pattern_is_found_in_code_and_not_in_words_or_tests() {
    let text = "//! unwrap()\n/// dbg!\nfn a() {\n    x.unwrap();\n    \"y.unwrap()\"\n}\n\
                #[cfg(test)]\nmod tests {\n    fn b() { x.unwrap() }\n}\nuse aws_config::A;\n";
    let file = File { path: "a.rs".to_owned(), text: text.to_owned() };
    assert_eq!(lines(&tokens(&file), ".unwrap()"), [4]);
    assert_eq!(lines(&tokens_with_tests(&file), ".unwrap()"), [4, 9]);
    assert_eq!(lines(&tokens(&file), "aws_"), [11]);
    assert!(lines(&tokens(&file), "dbg!").is_empty());
}
