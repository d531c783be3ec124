//! Runs the tools: in an environment that cannot change what they build, with their output kept in a file.
use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::error::EngineError;

/// A command in the caller's environment, less what would change the outcome, with the tools first on the path.
pub(super) fn command(program: impl AsRef<OsStr>, tools: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| keeps(&name.to_string_lossy())));
    let mut path = tools.as_os_str().to_owned();
    if let Some(rest) = std::env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    command.env("PATH", path);
    command
}

/// `cargo run` and `cargo test` tell their children about themselves, and a shell may hold AWS credentials: neither
/// may reach a build or the local engine. Where cargo lives and how it reaches a registry must be kept.
fn keeps(name: &str) -> bool {
    const KEPT: [&str; 7] = [
        "CARGO_HOME",
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_JOBS",
        "CARGO_NET_",
        "CARGO_HTTP_",
        "CARGO_REGISTR",
        "RUSTUP_HOME",
    ];
    const DROPPED: [&str; 7] =
        ["CARGO", "RUST", "AWS_", "SAM_", "PYTHON", "VIRTUAL_ENV", "LD_LIBRARY_PATH"];
    let starts = |prefix: &&str| name.starts_with(*prefix);
    KEPT.iter().any(starts) || !DROPPED.iter().any(starts)
}

/// Runs a command to its end, with all output in `log`.
pub(super) async fn run(
    step: &'static str,
    hint: &'static str,
    mut command: Command,
    log: &Path,
) -> Result<(), EngineError> {
    let fail = |e| EngineError::io("write the log", log, e);
    let out = File::options().create(true).append(true).open(log).map_err(fail)?;
    let err = out.try_clone().map_err(fail)?;
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let status = command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .kill_on_drop(true)
        .status()
        .await
        .map_err(|source| EngineError::Missing { program, hint, source })?;
    if status.success() { Ok(()) } else { Err(EngineError::step(step, hint, log)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_changes_a_build_or_names_an_account_is_passed_on() {
        for name in [
            "RUSTFLAGS",
            "RUSTUP_TOOLCHAIN",
            "CARGO_PKG_NAME",
            "CARGO_PROFILE_RELEASE_LTO",
            "AWS_PROFILE",
        ] {
            assert!(!keeps(name), "{name} is passed on");
        }
        for name in [
            "HOME",
            "SSL_CERT_FILE",
            "CARGO_HOME",
            "CARGO_REGISTRIES_X_INDEX",
            "PIP_CERT",
            "HTTPS_PROXY",
        ] {
            assert!(keeps(name), "{name} is lost");
        }
    }
}
