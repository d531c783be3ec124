//! Broken configurations: each file under `corpus/` changes the base and says which report must follow.
//!
//! `@ file` begins a change: `-` lines, which stand in the file once, become the `+` lines.
//! `@new file` is followed by the file's text, `@gone file` removes it; after `====` comes the report.
//! `FAIRLEAD_BLESS=1 cargo test -p fairlead-contracts` writes the reports; read the difference before keeping it.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use fairlead_contracts::{Checked, Code, check, compile};

const SEPARATOR: &str = "====\n";

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn cases() -> Vec<PathBuf> {
    let files =
        fs::read_dir(corpus()).expect("the corpus").map(|entry| entry.expect("an entry").path());
    let mut cases: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|ext| ext == "case")).collect();
    cases.sort();
    cases
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target)
        } else {
            fs::copy(&path, &target).map(|_| ()).expect("a copy")
        }
    }
}

/// Changes the folder as the case says.
fn change(dir: &Path, case: &str) {
    for part in case.split("\n@").skip(1) {
        let (head, body) = part.split_once('\n').unwrap_or((part, ""));
        let (what, file) = head.split_once(' ').expect("a file");
        let path = dir.join(file);
        match what {
            "gone" => fs::remove_file(&path).expect("a file to remove"),
            "new" => {
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                fs::write(&path, body).expect("a file to write");
            }
            _ => {
                let lines = |sign: &str| {
                    body.lines().filter_map(|l| l.strip_prefix(sign)).collect::<Vec<_>>().join("\n")
                };
                let (old, new) = (lines("- "), lines("+ "));
                let text = fs::read_to_string(&path).expect("a file to change");
                assert_eq!(text.matches(&old).count(), 1, "{old:?} must stand in {file} once");
                fs::write(&path, text.replace(&old, &new)).expect("a file to write");
            }
        }
    }
}

/// What is told of the base with the case's changes, as `fairlead check` writes it.
fn told(case: &str) -> String {
    let dir = tempfile::tempdir().expect("a folder");
    copy(&corpus().join("base"), dir.path());
    change(dir.path(), &format!("\n{case}"));
    let Checked { catalog, warnings } = check(dir.path());
    match catalog {
        Err(report) => format!("{report}\n"),
        Ok(_) if warnings.is_empty() => "nothing\n".to_owned(),
        Ok(_) => warnings.iter().map(|warning| format!("{}\n", warning.text)).collect(),
    }
}

#[test]
fn nothing_is_told_of_the_base() {
    assert_eq!(told(""), "nothing\n");
}

#[test]
fn every_mistake_is_told_as_written() {
    let mut wrong = Vec::new();
    for path in cases() {
        let text = fs::read_to_string(&path).expect("a case");
        let (case, expected) = text.split_once(SEPARATOR).unwrap_or((&text, ""));
        let told = told(case);
        if env::var_os("FAIRLEAD_BLESS").is_some() {
            fs::write(&path, format!("{case}{SEPARATOR}{told}")).expect("a case to write");
        } else if told != expected {
            wrong.push(format!("{}:\n{told}", path.display()));
        }
        // A file's name begins with the code that it is about; the sixes are warnings.
        let name = path.file_name().expect("a name").to_string_lossy();
        let level = if name.starts_with("FL06") { "warning" } else { "error" };
        assert!(told.contains(&format!("{level}[{}]", &name[..6])), "{name} tells {told}");
    }
    assert!(wrong.is_empty(), "not as written:\n{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_case() {
    // These need bytes that a case cannot hold, or a file system that refuses.
    let hard = [Code::FL0001, Code::FL0003, Code::FL0004];
    let told: BTreeSet<String> = cases()
        .iter()
        .map(|path| path.file_name().expect("a name").to_string_lossy()[..6].to_owned())
        .chain(hard.iter().map(ToString::to_string))
        .collect();
    let missing: Vec<&str> =
        Code::ALL.iter().map(|code| code.as_str()).filter(|code| !told.contains(*code)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

#[test]
fn a_report_is_the_same_every_time() {
    let case = fs::read_to_string(corpus().join("FL0103-many-at-once.case")).expect("a case");
    let case = case.split(SEPARATOR).next().unwrap_or_default();
    assert_eq!(told(case), told(case));
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let dir = tempfile::tempdir().expect("a folder");
    copy(&corpus().join("base"), dir.path());
    fs::write(dir.path().join("deal-won/request.jq"), vec![b' '; 1_100_000]).expect("a file");
    fs::write(dir.path().join("deal-won/event.schema.json"), b"{\"title\": \"\xff\"}")
        .expect("a file");
    let told = compile(dir.path()).expect_err("mistakes").to_string();
    assert_eq!(
        told,
        "error[FL0004]: the file is not UTF-8, at byte 11\n --> deal-won/event.schema.json\n  = help: save it as UTF-8\n\n\
         error[FL0003]: the file has 1100000 bytes; at most 1048576 are read\n --> deal-won/request.jq\n  = help: make it smaller\n\n\
         2 mistakes"
    );
    let none = compile(&dir.path().join("missing")).expect_err("mistakes");
    assert!(none.mistakes.iter().any(|mistake| mistake.code == Code::FL0001), "{none}");
}
