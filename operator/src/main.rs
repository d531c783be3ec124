//! The command `fairlead`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use fairlead::{
    demo,
    desk::{Desk, DeskError, Place},
};

/// Carries business events to vendors' APIs, and shows what became of each.
#[derive(Parser)]
#[command(name = "fairlead", version)]
struct Cli {
    #[command(flatten)]
    place: Place,
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
    /// Look at deliveries.
    #[command(subcommand)]
    Deliveries(Deliveries),
    /// Stop all calls to a destination; its deliveries wait, and none is lost.
    Pause {
        /// The destination's name.
        destination: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Allow calls to a destination again; what waited goes out oldest first.
    Resume {
        /// The destination's name.
        destination: String,
    },
    /// Try a parked delivery again, with the same key and the same bytes.
    Retry {
        /// The delivery's id, or its beginning.
        id: String,
        /// Why; stands in the delivery's history.
        #[arg(long)]
        reason: String,
        /// You have looked, and the vendor does not have it: needed where a delivery is in doubt.
        #[arg(long)]
        checked: bool,
    },
}

#[derive(Subcommand)]
enum Deliveries {
    /// What happened to one delivery, line by line.
    Show {
        /// The delivery's id, or its beginning.
        id: String,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let told = match cli.command {
        Command::Demo { once } => return run_demo(once).await,
        Command::Deliveries(Deliveries::Show { id }) => show(&cli.place, &id).await,
        Command::Pause { destination, reason } => pause(&cli.place, &destination, &reason).await,
        Command::Resume { destination } => resume(&cli.place, &destination).await,
        Command::Retry { id, reason, checked } => retry(&cli.place, &id, &reason, checked).await,
    };
    match told {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("fairlead: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

async fn run_demo(once: bool) -> ExitCode {
    match demo::run(once).await {
        Ok(good) => ExitCode::from(u8::from(!good)),
        Err(error) => {
            eprintln!("fairlead: {error}");
            ExitCode::from(3)
        }
    }
}

async fn show(place: &Place, id: &str) -> Result<String, DeskError> {
    Desk::open(place).await?.show(id).await
}

async fn pause(place: &Place, destination: &str, reason: &str) -> Result<String, DeskError> {
    Desk::open(place).await?.pause(destination, reason).await
}

async fn resume(place: &Place, destination: &str) -> Result<String, DeskError> {
    Desk::open(place).await?.resume(destination).await
}

async fn retry(place: &Place, id: &str, reason: &str, checked: bool) -> Result<String, DeskError> {
    Desk::open(place).await?.retry(id, reason, checked).await
}
