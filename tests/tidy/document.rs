//! Documents: what they say of the tests, the files, the classes and the words is so.

use std::path::Path;

use fairlead_core::class::Class;

use crate::{
    fault::{Fault, none},
    tree::{files, read, root},
};

/// Words for things that have another name here.
const OTHER_WORDS: [(&str, &str); 9] = [
    ("dead-letter store", "DLQ or ledger"),
    ("retry storm protection", "gate"),
    ("webhook delivery", "delivery"),
    ("job", "delivery or ticket"),
    ("jobs", "deliveries or tickets"),
    ("task id", "delivery id"),
    ("idempotence key", "idempotency key"),
    ("idempotency token", "idempotency key"),
    ("quarantined", "parked"),
];

/// What is made while working and is in nobody's clone.
const MADE: [&str; 4] = [".aws-sam", ".fairlead", ".venv", "target"];

#[test]
fn the_readme_says_how_the_tests_are_run() {
    let (readme, script) = (read("README.md"), read(".ci/run"));
    let (at, said) = tests_commands(&readme);
    let run = script.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let run = run.map(|line| line.strip_prefix("exec ").unwrap_or(line));
    let run: Vec<&str> = run.filter(|line| line.contains("cargo test")).collect();
    let mend = format!(
        "the code block below the heading \"Tests\" says `{}`, and .ci/run runs `{}`; make them one",
        said.join("; "),
        run.join("; ")
    );
    none((run.is_empty() || run != said).then(|| Fault::new("README.md", at, mend)));
}

#[test]
fn the_readme_and_the_architecture_use_our_words() {
    none(["README.md", "ARCHITECTURE.md"].into_iter().flat_map(|path| {
        let text = read(path);
        let lines = text.lines().enumerate().flat_map(|(at, line)| {
            let line = line.to_lowercase();
            let used = OTHER_WORDS.iter().filter(move |(word, _)| has_word(&line, word));
            used.map(move |(word, ours)| {
                Fault::new(path, at + 1, format!("write \"{ours}\" for \"{word}\""))
            })
        });
        lines.collect::<Vec<_>>()
    }));
}

#[test]
fn every_path_in_the_architecture_exists() {
    let text = read("ARCHITECTURE.md");
    none(text.lines().enumerate().flat_map(|(at, line)| {
        let missing =
            line.split('`').skip(1).step_by(2).filter(|span| is_path(span) && !exists(span));
        missing
            .map(move |span| Fault::new("ARCHITECTURE.md", at + 1, format!("there is no `{span}`")))
            .collect::<Vec<_>>()
    }));
}

/// Trap P32: documents that drift from the code.
#[test]
fn the_classes_in_the_readme_are_all_classes_there_are() {
    let readme = read("README.md");
    let rows: Vec<Vec<&str>> = readme.lines().map(cells).collect();
    let head = |row: &Vec<&str>| row.first().is_some_and(|cell| cell.eq_ignore_ascii_case("class"));
    let Some(start) = rows.iter().position(head) else { return };
    let table = rows[start..].iter().take_while(|row| !row.is_empty()).skip(2);
    let listed: Vec<(&str, &str)> = table.map(|row| (row[0], row[row.len() - 1])).collect();
    let actions = rows[start].ends_with(&["next action"]);
    let same = |row: &(&str, &str), class: Class| {
        row.0.replace(' ', "_") == class.word() && (!actions || row.1 == class.next_action())
    };
    let missing =
        Class::ALL.into_iter().filter(|class| !listed.iter().any(|row| same(row, *class)));
    let less = missing
        .map(|class| format!("add the row: | `{}` | {} |", class.word(), class.next_action()));
    let gone = listed.iter().filter(|row| !Class::ALL.into_iter().any(|class| same(row, class)));
    let more = gone.map(|row| format!("take out the row `{}`; no class reads so", row.0));
    none(less.chain(more).map(|mend| Fault::new("README.md", start + 1, mend)));
}

#[test]
fn no_document_has_a_gap_that_was_to_be_filled() {
    none(["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].into_iter().flat_map(|path| {
        let text = read(path);
        let gaps = text.lines().enumerate().filter(|(_, line)| line.contains("@@"));
        gaps.map(|(at, line)| Fault::new(path, at + 1, format!("fill in `{line}`")))
            .collect::<Vec<_>>()
    }));
}

#[test]
fn a_word_is_found_whole_only() {
    assert!(has_word("a job, done", "job") && has_word("job", "job"));
    assert!(!has_word("a jobber", "job") && !has_word("jobs", "job"));
    assert!(is_path("shared/core/src/lib.rs") && is_path("decide.rs"));
    assert!(!is_path("fairlead/<destination>") && !is_path("cargo test") && !is_path("a/b"));
}

/// The `cargo test` lines of the first code block below the heading "Tests", and where it begins.
fn tests_commands(readme: &str) -> (usize, Vec<&str>) {
    let titled = |line: &str| line.starts_with('#') && line.trim_matches(['#', ' ']) == "Tests";
    let mut lines = readme.lines().enumerate().skip_while(|(_, line)| !titled(line));
    let at = lines.find(|(_, line)| line.starts_with("```")).map_or(0, |(at, _)| at + 1);
    let block = lines.map(|(_, line)| line).take_while(|line| !line.starts_with("```"));
    let commands = block.map(|line| line.trim_start_matches("$ ").trim());
    (at, commands.filter(|line| line.contains("cargo test")).collect())
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// A file or folder of ours, not a command, a pattern, a crate's feature or a secret's name.
fn is_path(span: &str) -> bool {
    let plain = span.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let first = span.split('/').next().unwrap_or_default();
    let file = [".rs", ".toml", ".yaml", ".json", ".jq", ".md", ".txt", ".lock"]
        .iter()
        .any(|end| span.len() > end.len() && span.ends_with(end));
    let ours = span.contains('/') && !first.is_empty() && root().join(first).exists();
    plain && !MADE.contains(&first) && (file || ours)
}

/// From the root, or the end of a tracked path.
fn exists(span: &str) -> bool {
    let end = format!("/{span}");
    root().join(Path::new(span)).exists() || files().iter().any(|file| file.path.ends_with(&end))
}

/// The cells of a table's line, without backticks; none of any other line.
pub(crate) fn cells(line: &str) -> Vec<&str> {
    let inner = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|'));
    inner
        .map(|line| line.split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .unwrap_or_default()
}
