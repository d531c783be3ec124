//! The commands of whoever writes integrations: they read `integrations/`, call nobody, and build nothing.

mod check;
mod difference;
mod explain;
mod init;
mod mapping;
mod told;
mod trial;

use std::path::PathBuf;

use clap::Subcommand;

use crate::{cli::Output, folder};
pub use told::Told;

/// The commands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Write a new integration that already passes `check` and `test`.
    Init(init::Args),
    /// Tell every mistake in the configuration at once, and what should be known about it.
    Check {
        /// The folder with destinations.yaml; `integrations` of this project when it is not said.
        dir: Option<PathBuf>,
    },
    /// Run the sample events: each must lead to the request, or the violations, that are written beside it.
    Test {
        /// Which integrations; all of them when none is named.
        names: Vec<String>,
        /// Write down what comes out, as what is expected from now on.
        #[arg(long)]
        update: bool,
        /// The folder with destinations.yaml; `integrations` of this project when it is not said.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
    /// Explain a code, as in FL0302: what it means, an example, the mend. Without a code, list all.
    Explain {
        /// The code.
        code: Option<String>,
    },
    /// Read an event, and write the request that it becomes, as JSON.
    Map(mapping::Args),
}

/// Runs a command.
pub fn run(command: &Command, output: Output) -> Told {
    match command {
        Command::Init(args) => init::run(args),
        Command::Check { dir } => in_folder(dir, |dir| check::run(dir, output)),
        Command::Test { names, update, dir } => {
            in_folder(dir, |dir| trial::run(dir, names, *update))
        }
        Command::Explain { code } => explain::run(code.as_deref()),
        Command::Map(args) => in_folder(&args.dir, |dir| mapping::run(dir, args)),
    }
}

fn in_folder(dir: &Option<PathBuf>, run: impl FnOnce(&std::path::Path) -> Told) -> Told {
    match dir.clone().map_or_else(folder::find, Ok) {
        Ok(dir) => run(&dir),
        Err(error) => Told::usage(error),
    }
}
