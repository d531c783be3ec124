//! The folder of one start: its logs, its build and its scratch space, under `.fairlead` in the root.
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::error::EngineError;

/// One process can start several engines, one after another or at once.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// The folder of one start. It outlives the start, so that logs can be read after a failure; a later start
/// removes it.
#[derive(Debug)]
pub(super) struct Run {
    dir: PathBuf,
    /// Locked as long as this start lives, however it ends: how a later start knows that the folder is free.
    _alive: File,
}

impl Run {
    pub(super) fn open(root: &Path) -> Result<Self, EngineError> {
        let base = root.join(".fairlead");
        fs::create_dir_all(&base).map_err(|e| EngineError::io("make the folder", &base, e))?;
        // Held while old folders go and ours comes, or another start would take ours for an old one.
        let door = base.join("run.lock");
        let fail = |e| EngineError::io("lock", &door, e);
        let held = File::create(&door).map_err(fail)?;
        held.lock().map_err(fail)?;
        remove_ended(&base);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = base.join(format!("run-{}-{count}", std::process::id()));
        let alive = create(&dir).map_err(|e| EngineError::io("make the folder", &dir, e))?;
        Ok(Self { dir, _alive: alive })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }
}

fn create(dir: &Path) -> std::io::Result<File> {
    fs::create_dir_all(dir)?;
    let alive = File::create(dir.join("alive"))?;
    alive.lock()?;
    Ok(alive)
}

/// Removes the folders of starts that have ended. What cannot be removed now is left to the next start.
fn remove_ended(base: &Path) {
    let runs = fs::read_dir(base).into_iter().flatten().flatten();
    for dir in runs
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("run-"))
        .map(|entry| entry.path())
    {
        let ended = File::open(dir.join("alive")).map_or(true, |alive| alive.try_lock().is_ok());
        if ended {
            let _ = fs::remove_dir_all(&dir);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_start_removes_only_what_has_ended() {
        let root = std::env::temp_dir().join(format!("fairlead-run-{}", std::process::id()));
        fs::create_dir_all(&root).expect("a scratch folder");
        let first = Run::open(&root).expect("a run");
        let second = Run::open(&root).expect("a run");
        let (ended, alive) = (first.dir().to_owned(), second.dir().to_owned());
        assert!(ended.is_dir(), "a start that lives keeps its folder");
        drop(first);
        let third = Run::open(&root).expect("a run");
        assert!(!ended.exists() && alive.is_dir() && third.dir().is_dir());
        fs::remove_dir_all(&root).expect("removed");
    }
}
