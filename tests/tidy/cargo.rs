//! What cargo knows of the workspace: its crates, what each names, and what a build of one really takes in.

use std::{collections::BTreeSet, env, process::Command};

use serde_json::Value;

use crate::tree::root;

/// A crate of ours.
pub(crate) struct Member {
    /// Its name.
    pub(crate) name: String,
    /// Its Cargo.toml, from the root.
    pub(crate) manifest: String,
    /// What it names: the crate and the kind, `normal`, `build` or `dev`.
    pub(crate) dependencies: Vec<(String, String)>,
}

/// Every crate of the workspace.
pub(crate) fn members() -> Vec<Member> {
    let json = cargo(&["metadata", "--offline", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&json).expect("cargo writes JSON");
    metadata["packages"].as_array().expect("a list of packages").iter().map(member).collect()
}

/// Name and version of everything that a build of this one crate takes in, the compiler's own helpers left out.
///
/// With the features that this crate alone asks for, as `sam build` builds it.
pub(crate) fn tree(package: &str) -> BTreeSet<(String, String)> {
    let edges = "normal,no-proc-macro";
    let args =
        ["tree", "--offline", "--prefix", "none", "--format", "{p}", "-e", edges, "-p", package];
    let text = cargo(&args);
    let pair = |line: &str| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.trim_start_matches('v').to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

/// The line of Cargo.toml on which a crate names another.
pub(crate) fn line(manifest: &str, dependency: &str) -> usize {
    let text = crate::tree::read(manifest);
    text.lines().position(|line| line.starts_with(dependency)).map_or(0, |at| at + 1)
}

fn cargo(args: &[&str]) -> String {
    let cargo = env::var("CARGO").unwrap_or("cargo".to_owned());
    let out = Command::new(cargo).args(args).current_dir(root()).output().expect("cargo runs");
    let told = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "cargo {}: {told}", args.join(" "));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn member(package: &Value) -> Member {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let manifest = text(&package["manifest_path"]);
    let dependency = |value: &Value| {
        (text(&value["name"]), value["kind"].as_str().unwrap_or("normal").to_owned())
    };
    let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    Member {
        name: text(&package["name"]),
        manifest: manifest.replace(&format!("{}/", root().display()), ""),
        dependencies: dependencies.iter().map(dependency).collect(),
    }
}
