//! The demo: the bundle on the local engine, an example vendor, example events, and what became of each.

use std::{
    io::{IsTerminal, Write, stdout},
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    engine::{Engine, EngineError},
    folder::{self, FolderError},
    stack::{Stack, StackError},
    vendor::{DEMO_KEY, Vendor, VendorError},
};

mod case;
mod guide;
mod progress;
mod table;

use progress::Progress;

/// How long the slowest example may take: a first wait of 10 seconds, twice, and the queues in between.
const PATIENCE: Duration = Duration::from_secs(120);

/// The key that example webhooks are signed with: the one of the Standard Webhooks examples.
pub const DEMO_HOOK_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What ended the demo early.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The local engine did not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The example vendor did not start.
    #[error(transparent)]
    Vendor(#[from] VendorError),
    /// The stack did not answer.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// There is nothing to demonstrate.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The terminal is gone.
    #[error("could not write to the terminal: {0}")]
    Terminal(#[from] std::io::Error),
}

/// Runs the demo until Ctrl-C, or with `once` until every event has come to rest.
///
/// Gives whether every event reached the state it should.
///
/// # Errors
/// When something could not be started, or stopped answering.
pub async fn run(once: bool) -> Result<bool, DemoError> {
    let begun = Instant::now();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let vendor = Vendor::start(None)?;
    let report = |line: &str| println!("[{:>5.1} s] {line}", begun.elapsed().as_secs_f32());
    let engine = Engine::start(&root, vendor.url(), &report).await?;
    let stack = Stack::on(&engine).await;
    for destination in folder::catalog()?.destinations.values() {
        stack.store_secret(destination.auth.secret(), DEMO_KEY).await?;
    }
    for verify in folder::catalog()?.integrations.values().filter_map(|i| i.source.verify.as_ref())
    {
        stack.store_hook_keys(&verify.secret, DEMO_HOOK_KEY).await?;
    }
    report("example secrets stored");
    let alerts = stack.subscribe("fairlead-demo-alerts").await?;
    let cases = case::all();
    cases.iter().for_each(|case| case.prepare(&vendor));
    let mut progress = Progress::new(&stack, alerts, cases);
    progress.send(&report).await?;
    let good = watch(&mut progress).await? && !guide::twice(&vendor);
    println!("{}", guide::summary(&progress, &vendor, begun.elapsed()));
    if !once {
        println!("{}", guide::next(&engine, &vendor));
        // Without a handler for Ctrl-C the demo just ends, which is as good.
        let _ = tokio::signal::ctrl_c().await;
    }
    Ok(good)
}

/// Shows the table until every event is at rest, then whether each is where it should be.
async fn watch(progress: &mut Progress<'_>) -> Result<bool, DemoError> {
    let (begun, live) = (Instant::now(), stdout().is_terminal());
    let mut drawn = String::new();
    while !progress.at_rest() && begun.elapsed() < PATIENCE {
        progress.look().await?;
        let table = table::of(progress.rows());
        if live && table != drawn {
            redraw(&drawn, &table)?;
        }
        drawn = table;
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    if !live {
        println!("{drawn}");
    }
    Ok(progress.rows().iter().all(case::Row::is_good))
}

/// Puts the new table where the old one stands.
fn redraw(old: &str, new: &str) -> std::io::Result<()> {
    let up = old.lines().count();
    let mut out = stdout().lock();
    if up > 0 {
        write!(out, "\x1b[{up}A\x1b[J")?;
    }
    writeln!(out, "{new}")?;
    out.flush()
}
