//! A lock between processes: two starts at once must not write to the same folder.
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use super::error::EngineError;

/// Waits for the lock file and holds it until the file is dropped, or the process dies. Says so if it must wait.
pub(super) async fn hold(
    path: &Path,
    what: &str,
    report: &(dyn Fn(&str) + Sync),
) -> Result<File, EngineError> {
    let fail = |e| EngineError::io("lock", path, e);
    let file = File::create(path).map_err(fail)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            report(&format!("waiting for another start that is {what}"))
        }
        Err(TryLockError::Error(e)) => return Err(fail(e)),
    }
    tokio::task::spawn_blocking(move || file.lock().map(|()| file))
        .await
        .unwrap_or_else(|e| Err(io::Error::other(e)))
        .map_err(fail)
}
