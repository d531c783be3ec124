//! The repository's files, as git knows them.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// A file as text.
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

/// The folder that holds everything.
pub(crate) fn root() -> PathBuf {
    // Cargo sets it for a running test too, so a binary that was moved looks at the tree it is run in.
    let tests = env::var("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&tests).parent().expect("the crate lies in tests/").to_path_buf()
}

/// The content of a file that must be there.
#[track_caller]
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}; this file belongs to the bundle"))
}

/// Every text file that is tracked or about to be; what `.gitignore` names is left out.
pub(crate) fn files() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(|| {
        let text = |path: String| {
            let text = fs::read_to_string(root().join(&path)).ok()?;
            Some(File { path, text })
        };
        names().into_iter().filter_map(text).collect()
    })
}

/// Every Rust source.
pub(crate) fn sources() -> impl Iterator<Item = &'static File> {
    files().iter().filter(|file| file.path.ends_with(".rs"))
}

fn names() -> Vec<String> {
    let out = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(out.status.success(), "git ls-files: {}", String::from_utf8_lossy(&out.stderr));
    let mut names: Vec<String> =
        String::from_utf8_lossy(&out.stdout).split_terminator('\0').map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn the_tree_is_seen() {
    let paths: Vec<&str> = files().iter().map(|file| file.path.as_str()).collect();
    for path in ["Cargo.toml", "infra/template.yaml", "shared/core/src/lib.rs"] {
        assert!(paths.contains(&path), "git does not list {path}");
    }
}
