//! The required tests of the JSON-Schema-Test-Suite, for the two drafts that people write most.
//!
//! They come from the source package of `jsonschema` on PyPI, which carries the suite; it is fetched once, by its hash,
//! and kept below `.fairlead/`. What we refuse or judge otherwise is named here with its reason, and counted.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use fairlead_contracts::judge;
use fairlead_core::id::Sha256Hex;
use serde_json::{Value, json};

const VERSION: &str = "4.26.0";
const SHA256: &str = "0c26707e2efad8aa1bfc5b7ce170f3fccc2e4918ff85989ba9ffa9facb2be326";

/// Why a schema of the suite is refused here: the code, and the reason.
const REFUSED: [(&str, &str); 5] = [
    ("FL0501", "a text with a NUL character is refused, in a schema as in an event"),
    ("FL0502", "a schema names another meta-schema, or one of its own"),
    ("FL0503", "nothing is fetched, and only a whole schema has an $id"),
    ("FL0505", "an unknown format would check nothing"),
    ("FL0506", "an unknown keyword would check nothing"),
];

/// Where we judge otherwise than the suite: the file, and the reason.
const OTHERWISE: [(&str, &str); 1] =
    [("format.json", "the suite takes formats for notes; here they are checked")];

/// How the tests of one draft came out.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: usize,
    refused: BTreeMap<String, usize>,
    otherwise: BTreeMap<String, usize>,
}

#[test]
fn the_required_tests_of_draft_2020_12_pass() {
    let refused = [("FL0501", 4), ("FL0502", 7), ("FL0503", 101), ("FL0505", 28), ("FL0506", 14)];
    let expected = Tally::of(1_088, &refused, &[("format.json", 15)]);
    assert_eq!(run("draft2020-12", None), expected);
}

#[test]
fn the_required_tests_of_draft_7_pass() {
    let refused = [("FL0501", 4), ("FL0502", 2), ("FL0503", 57), ("FL0505", 24)];
    let expected = Tally::of(826, &refused, &[]);
    assert_eq!(run("draft7", Some("http://json-schema.org/draft-07/schema#")), expected);
}

fn run(draft: &str, dialect: Option<&str>) -> Tally {
    let folder = suite().join("tests").join(draft);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the suite")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .collect();
    files.sort();
    let mut tally = Tally::default();
    let mut wrong = Vec::new();
    for file in files {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("a file");
        let groups: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        for group in groups {
            tally.group(&name, &group, dialect, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{draft}:\n{}", wrong.join("\n"));
    tally.print(draft);
    tally
}

impl Tally {
    fn of(passed: usize, refused: &[(&str, usize)], otherwise: &[(&str, usize)]) -> Self {
        let counts = |all: &[(&str, usize)]| {
            all.iter().map(|(what, count)| ((*what).to_owned(), *count)).collect()
        };
        Self { passed, refused: counts(refused), otherwise: counts(otherwise) }
    }

    fn group(&mut self, file: &str, group: &Value, dialect: Option<&str>, wrong: &mut Vec<String>) {
        let mut schema = group["schema"].clone();
        if let (Value::Object(members), Some(dialect)) = (&mut schema, dialect) {
            members.entry("$schema").or_insert_with(|| json!(dialect));
        }
        for test in group["tests"].as_array().expect("tests") {
            let valid = test["valid"] == true;
            match judge(&schema.to_string(), &test["data"]) {
                Ok(judged) if judged == valid => self.passed += 1,
                Ok(_) if OTHERWISE.iter().any(|(known, _)| *known == file) => {
                    *self.otherwise.entry(file.to_owned()).or_default() += 1;
                }
                Ok(judged) => wrong.push(format!(
                    "{file}: {}: {}: judged {judged}",
                    group["description"], test["description"]
                )),
                Err(report) => {
                    let code = report.mistakes[0].code.to_string();
                    if REFUSED.iter().any(|(known, _)| *known == code) {
                        *self.refused.entry(code).or_default() += 1;
                    } else {
                        wrong.push(format!("{file}: {}: {report}", group["description"]));
                    }
                }
            }
        }
    }

    /// Shown with `--nocapture`, and whenever the counts differ from those that are written here.
    fn print(&self, draft: &str) {
        println!("{draft}: {} passed", self.passed);
        for (code, count) in &self.refused {
            let why = REFUSED.iter().find(|(known, _)| known == code).map_or("", |(_, why)| why);
            println!("{draft}: {count} with a schema that is refused ({code}: {why})");
        }
        for (file, count) in &self.otherwise {
            let why = OTHERWISE.iter().find(|(known, _)| known == file).map_or("", |(_, why)| why);
            println!("{draft}: {count} of {file} judged otherwise ({why})");
        }
    }
}

/// The suite's folder; fetched when it is not there yet.
fn suite() -> PathBuf {
    static SUITE: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    SUITE.get_or_init(fetch).clone()
}

fn fetch() -> PathBuf {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.fairlead");
    let ready = kept.join(format!("jsonschema-{VERSION}/json"));
    if ready.is_dir() {
        return ready;
    }
    fs::create_dir_all(&kept).expect("a folder");
    // Two runs at once must not unpack into one another; the last move wins, and all of them are the same.
    let work = tempfile::tempdir_in(&kept).expect("a folder");
    let venv = work.path().join("venv");
    run_tool(Command::new("python3").args(["-m", "venv"]).arg(&venv));
    let python = venv.join("bin/python");
    let package = format!("jsonschema=={VERSION}");
    run_tool(
        Command::new(&python)
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
            .args(["--no-binary", "jsonschema", &package, "--dest"])
            .arg(work.path()),
    );
    let archive = work.path().join(format!("jsonschema-{VERSION}.tar.gz"));
    let bytes = fs::read(&archive).expect("the package");
    assert_eq!(Sha256Hex::of(&bytes).to_string(), SHA256, "the package is another one");
    run_tool(Command::new(&python).args(["-m", "tarfile", "-e"]).arg(&archive).arg(work.path()));
    let name = format!("jsonschema-{VERSION}");
    // Another run may have been quicker.
    let _ = fs::rename(work.path().join(&name), kept.join(&name));
    assert!(ready.is_dir(), "{} is not there", ready.display());
    ready
}

#[track_caller]
fn run_tool(command: &mut Command) {
    let done = command.output().expect("Python 3 with venv");
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}
