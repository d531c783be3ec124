//! The command line: options that every command takes, one group of commands per part, and how each ends.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) mod again;
mod completion;
mod end;
mod option;
mod place;
mod tone;

pub use completion::Shell;
pub use end::{Failure, Shown, View};
pub use option::{Options, Output};
pub use place::{Place, Stage};

use crate::{
    author,
    console::Console,
    demo,
    desk::{Act, Desk, Look},
};

/// Carries business events to vendors' APIs, and shows what became of each.
///
/// Exit codes: 0 all is well, 1 a problem was found, 2 bad usage, 3 AWS did not do its part.
#[derive(Debug, Parser)]
#[command(name = "fairlead", version)]
pub struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole bundle on this machine, send example events, and show what becomes of each.
    Demo {
        /// End by itself: exit code 0 when every event reached the state it should, 1 otherwise.
        #[arg(long)]
        once: bool,
    },
    #[command(flatten)]
    Look(Look),
    #[command(flatten)]
    Act(Act),
    #[command(flatten)]
    Author(author::Command),
    /// The desk as a web page on this machine, for whoever has the URL that it prints; until Ctrl-C.
    Console {
        /// Listen on this port; 0 takes any that is free.
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Print the completions of this command for a shell; its manual says where they go.
    Completions {
        /// Which shell.
        shell: Shell,
    },
}

impl Cli {
    /// Does what was asked, prints what there is to say, and gives the exit code.
    pub async fn run(self) -> ExitCode {
        let options = &self.options;
        let ended = match self.command {
            Command::Demo { once } => run_demo(once).await,
            Command::Look(look) => here(options, look.run(options).await),
            Command::Act(act) => here(options, act.run(options).await),
            Command::Console { port } => serve(options, port).await,
            Command::Author(command) => return author::run(&command, options.output).end(),
            Command::Completions { shell } => Ok(completion::script(shell)),
        };
        end::print(options, ended)
    }

    /// Does at this desk what was asked of one, and gives what there is to show.
    ///
    /// # Errors
    /// When it is a command that needs no desk, it may not be done, or AWS does not do its part.
    pub async fn at(self, desk: &Desk) -> Result<Shown, Failure> {
        let options = &self.options;
        match self.command {
            Command::Look(look) => here(options, look.at(desk, options).await),
            Command::Act(act) => here(options, act.at(desk, options).await),
            Command::Demo { .. }
            | Command::Author(_)
            | Command::Console { .. }
            | Command::Completions { .. } => Err(Failure::new(2, "this command needs no desk")),
        }
    }
}

/// What is shown tells of this place, and so do the commands that it names.
fn here(options: &Options, ended: Result<Shown, Failure>) -> Result<Shown, Failure> {
    ended.map(|shown| shown.naming(&options.place))
}

/// The demo prints by itself while it goes on.
async fn run_demo(once: bool) -> Result<Shown, Failure> {
    match demo::run(once).await {
        Ok(good) => Ok(Shown::printed(!good)),
        Err(error) => Err(Failure::new(3, error)),
    }
}

/// Prints where the console is, and serves it until the process ends.
async fn serve(options: &Options, port: u16) -> Result<Shown, Failure> {
    let console = Console::open(Desk::open(options).await?, port).await?;
    println!(
        "the console is at {}\nWhoever has this URL acts as you. Ctrl-C ends it.",
        console.url()
    );
    console.serve().await?;
    Ok(Shown::printed(false))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_has_no_contradiction() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_may_stand_before_and_after_the_command() {
        for words in [
            ["fairlead", "--output", "json", "--region", "eu-central-1", "deliveries", "show", "x"],
            ["fairlead", "deliveries", "show", "x", "--output", "json", "--region", "eu-central-1"],
        ] {
            let cli = Cli::try_parse_from(words).expect("it is understood");
            assert_eq!(cli.options.output, Output::Json);
        }
    }
}
