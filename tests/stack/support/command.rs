//! The command `fairlead`: at a desk in this process, or as a process of its own, which is this program in that role.

use std::{
    env,
    fs::read_dir,
    process::{ExitCode, Stdio},
};

use clap::Parser;
use fairlead::{
    cli::{Cli, Failure, Shown},
    desk::Desk,
    engine::{ACCESS_KEY, REGION},
};
use tokio::process::Command;

use super::world::World;

/// Set for a process that is the command.
const ROLE: &str = "FAIRLEAD_STACK_SUITE_AS_COMMAND";

/// How a process has ended, and what it wrote.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
    /// The files that it left behind.
    pub(crate) left: String,
}

/// Whether this process was started as the command.
pub(crate) fn is_role() -> bool {
    env::var_os(ROLE).is_some()
}

/// What the command's own `main` does.
pub(crate) fn run() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(Cli::parse().run())
}

impl World {
    /// Does at a desk what these words ask for, and keeps what it says.
    pub(crate) async fn ran<S: AsRef<str>>(
        &self,
        desk: &Desk,
        words: &[S],
    ) -> Result<Shown, Failure> {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        let cli = Cli::try_parse_from(&words).unwrap_or_else(|no| panic!("{words:?}: {no}"));
        let ended = cli.at(desk).await;
        let said = ended.as_ref().map_or_else(ToString::to_string, |shown| shown.said().to_owned());
        self.heard.add(&words.join(" "), &said);
        ended
    }

    /// Runs these words as a process without a terminal, whose editor is this command, and keeps what it writes.
    pub(crate) async fn typed(&self, words: &[&str], editor: &str) -> Ended {
        let home = tempfile::tempdir().expect("a folder");
        let output = Command::new(env::current_exe().expect("this program"))
            .args(words)
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .envs([("HOME", home.path()), ("TMPDIR", home.path())])
            .envs([(ROLE, "1"), ("EDITOR", editor), ("AWS_ENDPOINT_URL", self.engine.endpoint())])
            .envs([("AWS_ACCESS_KEY_ID", ACCESS_KEY), ("AWS_SECRET_ACCESS_KEY", ACCESS_KEY)])
            .env("AWS_REGION", REGION)
            .current_dir(home.path())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .expect("it can be started");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let files = read_dir(home.path()).expect("its folder").flatten();
        let left = files.map(|file| text(&std::fs::read(file.path()).unwrap_or_default()));
        let (code, out, err) = (output.status.code(), text(&output.stdout), text(&output.stderr));
        let ended = Ended { code, out, err, left: left.collect() };
        let place = format!("fairlead {}", words.join(" "));
        [&ended.out, &ended.err, &ended.left].into_iter().for_each(|t| self.heard.add(&place, t));
        ended
    }
}
