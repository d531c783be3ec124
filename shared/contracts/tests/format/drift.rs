//! The committed schemas, and the tables of the README, are those that the types make.

use std::{env, fs, path::PathBuf};

use crate::{schemas, table};

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_committed_schemas_are_the_generated_ones() {
    for (_, name, schema) in schemas() {
        let path = project().join("integrations/.schema").join(name);
        keep(&path, &format!("{schema:#}\n"));
    }
}

#[test]
fn the_tables_in_the_readme_are_the_generated_ones() {
    let path = project().join("README.md");
    let mut readme = fs::read_to_string(&path).expect("the README");
    for (file, _, schema) in schemas() {
        let (begin, end) = (format!("<!-- keys of {file} -->\n"), "<!-- end of keys -->");
        let from = readme.find(&begin).unwrap_or_else(|| panic!("the README has no {begin}"));
        let from = from + begin.len();
        let to = readme[from..].find(end).expect("an end of the table") + from;
        readme.replace_range(from..to, &table::of(&schema));
    }
    keep(&path, &readme);
}

#[track_caller]
fn keep(path: &std::path::Path, made: &str) {
    if env::var_os("FAIRLEAD_BLESS").is_some() {
        fs::write(path, made).expect("a file to write");
        return;
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == made,
        "{} is not what the types make; run FAIRLEAD_BLESS=1 cargo test -p fairlead-contracts --test format and read the difference",
        path.display()
    );
}
