//! Finds and kills the processes of a function on the local engine, so that a test can crash it at any moment.
use std::fs;
use std::process::Command;

use super::error::EngineError;

/// The processes of a function, told by the environment that MiniStack gives them. None where there is no `/proc`.
pub(super) fn pids(function: &str, port: u16) -> Vec<u32> {
    let wanted = [format!("AWS_LAMBDA_FUNCTION_NAME={function}"), format!("GATEWAY_PORT={port}")];
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| has_all(*pid, &wanted)).collect()
}

/// A process that has ended, or is not ours to read, has none.
fn has_all(pid: u32, wanted: &[String]) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    wanted.iter().all(|want| {
        environment.split(|byte| *byte == 0).any(|variable| variable == want.as_bytes())
    })
}

/// Sends SIGKILL to each and counts those that were there to receive it.
pub(super) fn kill(pids: &[u32]) -> Result<usize, EngineError> {
    let mut killed = 0;
    for pid in pids {
        let status = Command::new("/bin/sh")
            .args(["-c", r#"kill -9 "$0" 2>/dev/null"#, &pid.to_string()])
            .status();
        let hint = "it is needed";
        let status = status.map_err(|source| EngineError::Missing {
            program: "/bin/sh".into(),
            hint,
            source,
        })?;
        killed += usize::from(status.success());
    }
    Ok(killed)
}
