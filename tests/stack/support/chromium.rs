//! The browser's programs: found on this machine, or installed by Debian's package manager where that can be done.

use std::{
    env,
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Instant,
};

use tokio::process::Command;

/// Names under which the browser may lie.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// What lets a program drive it.
const DRIVER: &str = "chromedriver";

/// What to do where we cannot do it.
const MEND: &str = "install both (Debian: apt-get install chromium chromium-driver; elsewhere a Chrome and a \
                    chromedriver of the same version) and start again; the scenarios of the console need them";

/// A browser and what drives it.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    /// The browser.
    pub(crate) browser: PathBuf,
    /// What drives it, over HTTP.
    pub(crate) driver: PathBuf,
}

/// Why there is none.
#[derive(Debug)]
pub(crate) struct NoBrowser(String);

impl std::fmt::Display for NoBrowser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no browser to test the console with: {}; {MEND}", self.0)
    }
}

impl std::error::Error for NoBrowser {}

/// Finds both programs, and installs them where one is absent and this may be done.
pub(crate) async fn ready(
    root: &Path,
    report: &(dyn Fn(&str) + Sync),
) -> Result<Programs, NoBrowser> {
    if let Some(programs) = found() {
        return Ok(programs);
    }
    let missing = missing();
    if !is_root() || on_path("apt-get").is_none() {
        return Err(NoBrowser(format!("{missing} is not on the path")));
    }
    report(&format!(
        "{missing} is absent: installing chromium and chromium-driver by apt-get (once, some minutes)"
    ));
    let begun = Instant::now();
    let log = root.join(".fairlead/chromium.log");
    let _ = fs::create_dir_all(root.join(".fairlead"));
    let _ = fs::remove_file(&log);
    // Lists that are a little old still name a browser; what cannot be installed is told below.
    if let Err(NoBrowser(why)) = apt(&["update"], &log).await {
        report(&why);
    }
    apt(&["install", "-y", "--no-install-recommends", "chromium", "chromium-driver"], &log).await?;
    report(&format!("chromium installed in {:.1} s", begun.elapsed().as_secs_f32()));
    let still = || {
        NoBrowser(format!(
            "{} is still absent after apt-get; see {}",
            self::missing(),
            log.display()
        ))
    };
    found().ok_or_else(still)
}

fn found() -> Option<Programs> {
    let browser = BROWSERS.iter().find_map(|name| on_path(name))?;
    Some(Programs { browser, driver: on_path(DRIVER)? })
}

fn missing() -> &'static str {
    if BROWSERS.iter().any(|name| on_path(name).is_some()) { DRIVER } else { BROWSERS[0] }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Whether packages may be installed at all.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Runs apt-get without questions, with all that it says in `log`.
async fn apt(words: &[&str], log: &Path) -> Result<(), NoBrowser> {
    let failed = |why: String| NoBrowser(format!("apt-get {}: {why}", words[0]));
    let out = File::options().create(true).append(true).open(log);
    let out = out.map_err(|e| failed(format!("{}: {e}", log.display())))?;
    let err = out.try_clone().map_err(|e| failed(e.to_string()))?;
    let mut command = Command::new("apt-get");
    // Another installation on this machine is waited for.
    command.args(["-q", "-o", "DPkg::Lock::Timeout=300"]).args(words);
    command.env("DEBIAN_FRONTEND", "noninteractive").kill_on_drop(true);
    command.stdin(std::process::Stdio::null()).stdout(out).stderr(err);
    let status = command.status().await.map_err(|e| failed(e.to_string()))?;
    if status.success() {
        return Ok(());
    }
    let said = fs::read_to_string(log).unwrap_or_default();
    let last: Vec<&str> = said.lines().rev().take(5).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    Err(failed(format!("{status}; the end of {}:\n  {}\n", log.display(), last.join("\n  "))))
}
