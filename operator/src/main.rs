//! The command `fairlead`.

use std::process::ExitCode;

use clap::Parser;
use fairlead::cli::Cli;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    Cli::parse().run().await
}
