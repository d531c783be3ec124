//! What earlier releases have written is read by today's code, with the meaning that it had (guarantee 16).
//!
//! The files under `v0.1.0` are what that release wrote, byte for byte; they are never written again.
//! A release that writes another form gets a folder of its own beside it.

mod entry;
mod form;
mod small;
mod ticket;

/// The text of one golden file of the first release.
fn golden(path: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v0.1.0");
    let file = folder.join(path);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The names of the golden files in one folder of the first release, without `.json`.
fn names(folder: &str) -> Vec<String> {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v0.1.0").join(folder);
    let files = std::fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<String> = files
        .map(|file| file.expect("a file").file_name().to_string_lossy().replace(".json", ""))
        .collect();
    names.sort();
    names
}
