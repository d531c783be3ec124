//! The local engine: the whole bundle on this machine, with the same template and the same binaries that go to AWS.
//!
//! A start makes the tools, starts MiniStack with IAM enforced, runs `sam build` and `sam deploy`, and reads the
//! stack's outputs. What it writes lies in `.venv` and `.fairlead`; what it starts dies with the process that
//! started it, however that one ends.
use std::path::Path;
use std::time::{Duration, Instant};

mod error;
mod function;
mod lock;
mod ministack;
mod outputs;
mod run;
mod sam;
mod tool;
mod venv;

pub use error::EngineError;
pub use outputs::{MissingOutput, Outputs};

use ministack::Ministack;
use run::Run;
use sam::Sam;

/// The region that the local engine plays.
pub const REGION: &str = "us-east-1";

/// The access key of the local engine's account root, who may do everything; its secret is the same word.
pub const ACCESS_KEY: &str = "test";

/// A running local engine with the stack deployed on it. Dropping it ends MiniStack and every function process.
#[derive(Debug)]
pub struct Engine {
    outputs: Outputs,
    // Dropped before the run, whose folder it uses.
    ministack: Ministack,
    run: Run,
}

impl Engine {
    /// Starts everything. `root` is the project's folder, `vendor_url` the loopback URL that stands for every
    /// vendor, and `report` is told each step as one line.
    ///
    /// The first start on a machine takes minutes, because it installs the tools and compiles; later ones seconds.
    ///
    /// # Errors
    /// When a tool is missing, or a step fails; the message names the step, the end of its log and what to do.
    pub async fn start(
        root: &Path,
        vendor_url: &str,
        report: &(dyn Fn(&str) + Sync),
    ) -> Result<Self, EngineError> {
        Self::start_with(root, None, vendor_url, report).await
    }

    /// The same, with a second folder of integrations compiled beside the user's own.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub async fn start_with(
        root: &Path,
        also: Option<&Path>,
        vendor_url: &str,
        report: &(dyn Fn(&str) + Sync),
    ) -> Result<Self, EngineError> {
        let root = &root
            .canonicalize()
            .map_err(|e| EngineError::io("find the project's folder", root, e))?;
        let run = Run::open(root)?;
        let tools = venv::ready(root, report).await?;
        let sam = Sam { root, also, tools: &tools, run: run.dir() };
        let ((), ministack) =
            tokio::try_join!(build(&sam, report), ministack(&tools, &run, report))?;

        let begun = Instant::now();
        sam.deploy(ministack.endpoint(), vendor_url).await?;
        let outputs = sam.outputs(ministack.endpoint()).await?;
        report(&format!("stack deployed in {}", seconds(begun.elapsed())));
        Ok(Self { outputs, ministack, run })
    }

    /// What the deployed stack tells about itself.
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// The URL at which every AWS API answers, for example `http://127.0.0.1:41234`. Events are POSTed here too.
    pub fn endpoint(&self) -> &str {
        self.ministack.endpoint()
    }

    /// The `Host` header by which the HTTP API is reached at [`Engine::endpoint`]. A signature must cover this host.
    pub fn api_host(&self) -> String {
        format!("{}.execute-api.localhost:{}", self.outputs.api_id, self.ministack.port())
    }

    /// The folder with this start's logs: `ministack.log`, `sam-build.log` and `sam-deploy.log`.
    /// It stays until the next start after this process has ended.
    pub fn logs(&self) -> &Path {
        self.run.dir()
    }

    /// The processes that run a function now, by the function's name as deployed. Only on Linux.
    pub fn pids(&self, function: &str) -> Vec<u32> {
        function::pids(function, self.ministack.port())
    }

    /// Kills the processes of a function as a crash would (SIGKILL) and says how many there were. Only on Linux.
    ///
    /// # Errors
    /// When the signal cannot be sent at all; a process that has ended by itself is no error.
    pub fn kill(&self, function: &str) -> Result<usize, EngineError> {
        function::kill(&self.pids(function))
    }
}

async fn build(sam: &Sam<'_>, report: &(dyn Fn(&str) + Sync)) -> Result<(), EngineError> {
    report("building the functions (minutes the first time, then seconds)");
    let begun = Instant::now();
    sam.build(report).await?;
    report(&format!("functions built in {}", seconds(begun.elapsed())));
    Ok(())
}

async fn ministack(
    tools: &Path,
    run: &Run,
    report: &(dyn Fn(&str) + Sync),
) -> Result<Ministack, EngineError> {
    let begun = Instant::now();
    let ministack = Ministack::start(tools, run.dir()).await?;
    report(&format!(
        "MiniStack up at {} in {}, IAM enforced",
        ministack.endpoint(),
        seconds(begun.elapsed())
    ));
    Ok(ministack)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f32())
}
