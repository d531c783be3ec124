//! A broken file in `integrations/` fails the build of this crate, and with it `sam build`, with the text that shows the mend.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const DESTINATIONS: &str = "fairlead: 1\ndestinations:\n  finance-api:\n    base_url: http://api.finance.example.com\n    auth: {bearer: {secret: finance-api}}\n";

/// The build script that built this crate, as cargo runs it.
fn script() -> PathBuf {
    let out = Path::new(env!("OUT_DIR"));
    let all = out.ancestors().nth(2).expect("the folder of all build scripts");
    let found = fs::read_dir(all).expect("a folder").map(|entry| entry.expect("an entry").path());
    let scripts = found
        .filter(|path| {
            path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("fairlead-catalog-"))
        })
        .map(|path| path.join("build-script-build"))
        .filter(|path| path.is_file());
    let newest = scripts.max_by_key(|path| path.metadata().and_then(|m| m.modified()).ok());
    newest.expect("cargo has just built and run it")
}

/// Runs the script of a project whose only configuration is this `destinations.yaml`.
fn build(name: &str, destinations: &str) -> (Output, bool) {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let out = project.join("out");
    fs::create_dir_all(project.join("integrations")).expect("a folder");
    fs::create_dir_all(project.join("shared/catalog")).expect("a folder");
    fs::create_dir_all(&out).expect("a folder");
    fs::write(project.join("integrations/destinations.yaml"), destinations).expect("a file");
    let done = Command::new(script())
        .env("CARGO_MANIFEST_DIR", project.join("shared/catalog"))
        .env("OUT_DIR", &out)
        .output()
        .expect("the script runs");
    (done, out.join("catalog.json").exists())
}

#[test]
fn a_broken_file_fails_the_build_with_the_place_and_the_mend() {
    let (done, embedded) = build("broken", DESTINATIONS);
    assert!(!done.status.success() && !embedded, "it was built");
    assert_eq!(
        String::from_utf8_lossy(&done.stderr),
        "
the configuration under integrations/ has mistakes:

error[FL0208]: \"http://api.finance.example.com\" does not begin with https://
 --> destinations.yaml:4:15
  |
4 |     base_url: http://api.finance.example.com
  |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: vendors are called over https only

1 mistake; nothing was built

"
    );
}

#[test]
fn the_mended_file_builds() {
    let (done, embedded) = build("mended", &DESTINATIONS.replace("http:", "https:"));
    assert!(done.status.success() && embedded, "{}", String::from_utf8_lossy(&done.stderr));
}
