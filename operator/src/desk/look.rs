//! The commands that look and change nothing.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::{Desk, Filter, filter::since, issue::One};
use crate::cli::{Failure, Options, Shown};

/// The commands that look and change nothing.
#[derive(Debug, Subcommand)]
pub enum Look {
    /// How every integration stands: what is done, what moves, what needs somebody.
    Status {
        /// Count what is done since: 15m, 24h, 30d; where nothing is said, a day.
        #[arg(long, value_parser = since)]
        since: Option<Duration>,
    },
    /// Follow what runs, line by line, until Ctrl-C.
    Tail {
        /// What is followed.
        #[command(flatten)]
        filter: Filter,
        /// Print what happened so far, and end.
        #[arg(long)]
        once: bool,
    },
    /// Look at what needs somebody: parked deliveries with one cause are one issue.
    Issues {
        /// Or at one of them, or take it on.
        #[command(subcommand)]
        one: Option<One>,
    },
    /// Look at deliveries, newest first.
    #[command(args_conflicts_with_subcommands = true)]
    Deliveries {
        /// Which of them.
        #[command(flatten)]
        page: Page,
        /// Or one.
        #[command(subcommand)]
        one: Option<Deliveries>,
    },
    /// What lies on the DLQs; nothing is taken from them.
    Dlq,
    /// Look at the secrets that the bundle names; their values are never shown.
    #[command(subcommand)]
    Secrets(Secrets),
    /// Find what is missing: secrets, permissions, subscriptions, event sources; and what mends it.
    Doctor,
    /// Who did what at the desk, newest first.
    Audit {
        /// Only since: 15m, 24h, 30d.
        #[arg(long, value_parser = since)]
        since: Option<Duration>,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
        /// Go on where the last page ended; its last line says how.
        #[arg(long)]
        cursor: Option<String>,
    },
    /// Everything that happened to one business record, over all integrations.
    Record {
        /// Its id in the source system, such as D-1042.
        id: String,
        /// Look so far back; where nothing is said, 30d.
        #[arg(long, value_parser = since)]
        since: Option<Duration>,
    },
}

/// Which page of which deliveries.
#[derive(Debug, Args)]
pub struct Page {
    #[command(flatten)]
    filter: Filter,
    /// At most so many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on where the last page ended; its last line says how.
    #[arg(long)]
    cursor: Option<String>,
}

/// What can be looked at of deliveries.
#[derive(Debug, Subcommand)]
pub enum Deliveries {
    /// What happened to one delivery, line by line.
    Show {
        /// The delivery's id, or its beginning.
        id: String,
    },
}

/// What can be done with secrets.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Secrets {
    /// Whether each is there and has a value.
    Check,
}

impl Look {
    /// Looks, and gives what there is to show.
    ///
    /// # Errors
    /// When there is no such thing, or AWS does not do its part.
    pub async fn run(self, options: &Options) -> Result<Shown, Failure> {
        self.at(&Desk::open(options).await?, options).await
    }

    /// The same at a desk that is open.
    ///
    /// # Errors
    /// As [`Look::run`].
    pub async fn at(self, desk: &Desk, options: &Options) -> Result<Shown, Failure> {
        Ok(match self {
            Self::Status { since } => desk.status(since).await?.into(),
            Self::Tail { filter, once } => {
                desk.tail(&filter, options.output, once).await?;
                Shown::printed(false)
            }
            Self::Issues { one: None } => desk.issues().await?.into(),
            Self::Issues { one: Some(One::Show { id }) } => desk.issue(&id).await?.into(),
            Self::Issues { one: Some(One::Ack { id, reason }) } => {
                desk.acknowledge(&id, &reason).await?.into()
            }
            Self::Deliveries { one: Some(Deliveries::Show { id }), .. } => {
                desk.show(&id).await?.into()
            }
            Self::Deliveries { page: Page { filter, limit, cursor }, one: None } => {
                desk.deliveries(&filter, usize::from(limit), cursor.as_deref()).await?.into()
            }
            Self::Audit { since, limit, cursor } => {
                desk.audit(since, usize::from(limit), cursor.as_deref()).await?.into()
            }
            Self::Dlq => desk.dlq().await?.into(),
            Self::Secrets(Secrets::Check) => desk.secrets().await?.into(),
            Self::Doctor => desk.doctor().await?.into(),
            Self::Record { id, since } => desk.record(&id, since).await?.into(),
        })
    }
}
