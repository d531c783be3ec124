//! The Python tools, in a virtual environment that the project makes by itself.
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::error::EngineError;
use super::{lock, seconds, tool};

const REQUIREMENTS: &str = "tests/requirements.txt";
const NEEDS_PYTHON: &str =
    "install Python 3.10 or later with its venv module (Debian: python3-venv)";
const NEEDS_NETWORK: &str = "it needs the network and a Python of 3.10 or later";

/// Makes `.venv` from the pinned requirements unless it is there already, and gives the folder of its programs.
pub(super) async fn ready(
    root: &Path,
    report: &(dyn Fn(&str) + Sync),
) -> Result<PathBuf, EngineError> {
    let requirements = root.join(REQUIREMENTS);
    let wanted = fs::read_to_string(&requirements)
        .map_err(|e| EngineError::io("read the tools' versions from", &requirements, e))?;
    let venv = root.join(".venv");
    let mark = venv.join("fairlead-mark");
    // The path is part of it: programs in a venv begin with its absolute path, so a moved one is broken.
    let wanted = format!("{}\n{wanted}", root.display());
    let _held =
        lock::hold(&root.join(".fairlead/venv.lock"), "installing the tools", report).await?;
    let is_ready = venv.join("bin/python").exists()
        && fs::read_to_string(&mark).is_ok_and(|made| made == wanted);
    if !is_ready {
        report("installing the tools into .venv (once, about a minute)");
        let begun = Instant::now();
        make(root, &venv).await?;
        // Written last: without it a venv that was left half made is made again.
        fs::write(&mark, &wanted).map_err(|e| EngineError::io("write", &mark, e))?;
        report(&format!("tools installed in {}", seconds(begun.elapsed())));
    }
    Ok(venv.join("bin"))
}

async fn make(root: &Path, venv: &Path) -> Result<(), EngineError> {
    let log = root.join(".fairlead/venv.log");
    let bin = venv.join("bin");
    let _ = fs::remove_file(&log);
    let mut create = tool::command("python3", &bin);
    create.current_dir(root).args(["-m", "venv", "--clear"]).arg(venv);
    tool::run("making .venv", NEEDS_PYTHON, create, &log).await?;
    let mut install = tool::command(bin.join("python"), &bin);
    install.current_dir(root).args([
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "-r",
    ]);
    install.arg(REQUIREMENTS);
    tool::run("installing the tools of tests/requirements.txt", NEEDS_NETWORK, install, &log).await
}
