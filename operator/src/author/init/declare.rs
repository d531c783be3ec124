//! Adds a destination to `destinations.yaml` without touching what stands there.

use std::{collections::BTreeSet, fs, io, path::Path};

use fairlead_core::{integration::Catalog, stage::Stage};

use super::{ask::Wish, draft};

/// The file with the new destination, when it is not declared yet.
pub(super) fn with(dir: &Path, wish: &Wish, known: &Catalog) -> io::Result<Option<String>> {
    let Some(url) = &wish.base_url else { return Ok(None) };
    let file = dir.join("destinations.yaml");
    let text = if file.is_file() { fs::read_to_string(file)? } else { draft::destinations() };
    let stages: BTreeSet<Stage> = known.stages.keys().copied().collect();
    Ok(Some(added(&text, &wish.destination, url, &stages)))
}

/// The text with one more entry at the end of the mapping `destinations`.
fn added(text: &str, name: &str, url: &str, stages: &BTreeSet<Stage>) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.iter().position(|line| line.trim_end() == "destinations:");
    // What has no such line is written on one line, and then the whole does not compile and is taken back.
    let from = from.map_or(lines.len(), |at| at + 1);
    let inside = |line: &&str| line.is_empty() || line.starts_with([' ', '#']);
    let end = from + lines[from..].iter().take_while(|line| inside(line)).count();
    // Empty lines and comments before the next key belong to that key.
    let own = |line: &&str| line.starts_with(' ') && !line.trim_start().starts_with('#');
    let end = lines[from..end].iter().rposition(own).map_or(from, |at| from + at + 1);
    let indent = lines[from..end].iter().find(|line| own(line)).map_or(2, |line| depth(line));
    let entry = entry(name, url, stages, indent);
    let all = lines[..end].iter().copied().map(str::to_owned).chain(entry);
    let all: Vec<String> = all.chain(lines[end..].iter().copied().map(str::to_owned)).collect();
    format!("{}\n", all.join("\n"))
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn entry(name: &str, url: &str, stages: &BTreeSet<Stage>, indent: usize) -> Vec<String> {
    let (outer, inner) = (" ".repeat(indent), " ".repeat(indent * 2));
    let mut entry = vec![
        format!("{outer}{name}:"),
        format!("{inner}base_url: {url}"),
        format!("{inner}# The secret is kept in AWS Secrets Manager as fairlead/{name}."),
        format!("{inner}auth: {{bearer: {{secret: {name}}}}}"),
    ];
    if !stages.is_empty() {
        let same: Vec<String> = stages.iter().map(|stage| format!("{stage}: {{}}")).collect();
        entry.push(format!(
            "{inner}# The same vendor in every stage, until something else is said."
        ));
        entry.push(format!("{inner}stages: {{{}}}", same.join(", ")));
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> String {
        added(text, "new-api", "https://api.new.example", &BTreeSet::new())
    }

    const ENTRY: &str = "  new-api:\n    base_url: https://api.new.example\n    \
        # The secret is kept in AWS Secrets Manager as fairlead/new-api.\n    \
        auth: {bearer: {secret: new-api}}\n";

    #[test]
    fn an_entry_is_added_at_the_end_and_comments_stay() {
        let before = "# ours\nfairlead: 1\ndestinations:\n  a:\n    base_url: https://a.example # old\n    auth: {bearer: {secret: a}}\n";
        assert_eq!(with(before), format!("{before}{ENTRY}"));
    }

    #[test]
    fn an_entry_is_added_before_the_next_key_and_its_comment() {
        let (before, after) = (
            "destinations:\n  a:\n    base_url: https://a.example\n\n  # about b\n  b:\n    base_url: https://b.example\n",
            "\n# the version\nfairlead: 1\n",
        );
        assert_eq!(with(&format!("{before}{after}")), format!("{before}{ENTRY}{after}"));
    }

    #[test]
    fn the_first_entry_finds_its_place_too() {
        assert_eq!(
            with("fairlead: 1\ndestinations:\n"),
            format!("fairlead: 1\ndestinations:\n{ENTRY}")
        );
    }

    #[test]
    fn a_stage_that_others_declare_is_said_here_too() {
        let text =
            added("destinations:\n", "n", "https://n.example", &BTreeSet::from([Stage::Dev]));
        assert!(text.ends_with("    stages: {dev: {}}\n"), "{text}");
    }
}
