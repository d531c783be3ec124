//! The command `fairlead`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Carries business events to vendors' APIs, and shows what became of each.
#[derive(Parser)]
#[command(name = "fairlead", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole bundle on this machine, send example events, and show what becomes of each.
    Demo {
        /// End by itself: exit code 0 when every event reached the state it should, 1 otherwise.
        #[arg(long)]
        once: bool,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Command::Demo { once } = Cli::parse().command;
    match fairlead::demo::run(once).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("fairlead: {error}");
            ExitCode::from(3)
        }
    }
}
