//! Saved queries of Logs Insights: each field that they ask for is written by somebody. A field that nobody writes is
//! empty, and no error.

use std::collections::BTreeSet;

use crate::{
    fault::none,
    template::resources,
    token::{Token, tokens},
    tree::sources,
    yaml::Node,
};

/// The words of the language.
const WORDS: [&str; 14] = [
    "fields", "filter", "sort", "stats", "limit", "display", "by", "as", "asc", "desc", "and",
    "or", "not", "like",
];

/// What CloudWatch adds to each line.
const ADDED: [&str; 3] = ["@timestamp", "@message", "@log"];

#[test]
fn every_saved_query_asks_for_fields_that_log_lines_have() {
    let written = written();
    let queries = resources("AWS::Logs::QueryDefinition");
    assert!(!queries.is_empty(), "the template has saved queries");
    none(queries.into_iter().flat_map(|query| {
        let text = query.property("QueryString").map_or("", Node::text);
        let asked = asked(text);
        assert!(!asked.is_empty(), "{}: it asks for fields", query.id);
        let unknown = asked.into_iter().filter(|name| !written.contains(name));
        let mend = |name| format!("no log line has `{name}`; see shared/aws/src/log.rs");
        unknown.map(|name| query.fault("QueryString", &mend(name))).collect::<Vec<_>>()
    }));
}

#[test]
fn fields_are_told_from_words_texts_functions_and_new_names() {
    let query = "# one line\nfilter message = \"a delivery\" and ispresent(outcome)\n\
                 | stats pct(took_ms, 50) as p50 by destination\n| filter delivery like /^01a/\n| sort p50 desc";
    assert_eq!(
        asked(query).into_iter().collect::<Vec<_>>(),
        ["delivery", "destination", "message", "outcome", "took_ms"]
    );
    let log =
        "fn a() { put(\"record\", 1); tracing::warn!(cause = %e, \"some text\"); let b = c; }";
    let log = crate::tree::File { path: "functions/a/src/b.rs".to_owned(), text: log.to_owned() };
    assert_eq!(logged(&tokens(&log)).into_iter().collect::<Vec<_>>(), ["cause"]);
    assert_eq!(texts(&tokens(&log)).into_iter().collect::<Vec<_>>(), ["record"]);
}

/// The fields that a query reads, new names that it gives left out.
fn asked(query: &str) -> BTreeSet<String> {
    let lines = query.lines().filter(|line| !line.trim_start().starts_with('#'));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let (mut asked, mut given, mut before) = (BTreeSet::new(), BTreeSet::new(), "");
    let within = |c: char| c.is_alphanumeric() || "_@.".contains(c);
    for (at, span) in bare(&text) {
        let words = span.split(|c| !within(c)).filter(|word| !word.is_empty());
        for word in words {
            let end = at + (word.as_ptr() as usize - span.as_ptr() as usize) + word.len();
            let is_call = text[end..].trim_start().starts_with('(');
            let is_number = word.starts_with(|c: char| c.is_ascii_digit());
            if before == "as" {
                given.insert(word.to_owned());
            } else if !is_call && !is_number && !WORDS.contains(&word) && !ADDED.contains(&word) {
                asked.insert(word.to_owned());
            }
            before = word;
        }
    }
    &asked - &given
}

/// What stands outside of texts and patterns, and where.
fn bare(text: &str) -> Vec<(usize, &str)> {
    let (mut spans, mut open, mut begin) = (Vec::new(), None, 0);
    for (at, c) in text.char_indices() {
        match open {
            None if c == '"' || c == '/' => {
                spans.push((begin, &text[begin..at]));
                open = Some(c);
            }
            Some(quote) if c == quote => (open, begin) = (None, at + 1),
            _ => {}
        }
    }
    spans.push((begin, &text[begin..]));
    spans
}

/// The fields of all log lines of functions.
fn written() -> BTreeSet<String> {
    let functions = ["shared/aws/src/", "functions/"];
    let of = sources().filter(|file| functions.iter().any(|folder| file.path.starts_with(folder)));
    let mut written = BTreeSet::new();
    for file in of {
        let tokens = tokens(file);
        if file.path == "shared/aws/src/log.rs" {
            written.extend(texts(&tokens));
        }
        written.extend(logged(&tokens));
    }
    written
}

/// Names of fields as texts, as the wide line is written.
fn texts(tokens: &[Token]) -> BTreeSet<String> {
    let inner = |token: &Token| {
        let text = token.text.strip_prefix('"')?.strip_suffix('"')?;
        let is_name = !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        is_name.then(|| text.to_owned())
    };
    tokens.iter().filter_map(inner).collect()
}

/// Names of fields that `tracing` is given.
fn logged(tokens: &[Token]) -> BTreeSet<String> {
    let (mut names, mut within) = (BTreeSet::new(), false);
    for pair in tokens.windows(2) {
        let (this, next) = (pair[0].text.as_str(), pair[1].text.as_str());
        within = match this {
            "info" | "warn" | "error" if next == "!" => true,
            ";" => false,
            _ => within,
        };
        if within && next == "=" {
            names.insert(this.to_owned());
        }
    }
    names
}
