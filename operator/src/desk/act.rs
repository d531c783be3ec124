//! The commands that change something, each with a name and a reason.

use clap::{ArgGroup, Args, Subcommand};
use fairlead_core::ticket;

use super::{Desk, Filter, Reconcile};
use crate::cli::{Failure, Options, Shown};

/// The commands that change something, each with a name and a reason.
#[derive(Debug, Subcommand)]
pub enum Act {
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
        /// Why; stands in the audit.
        #[arg(long, default_value = "the reason for the pause is gone")]
        reason: String,
    },
    /// Try parked deliveries again, with the same key and the same bytes: one, or all that the filters mean.
    Retry(Retry),
    /// Compare what was delivered with what the vendor holds: missing, extra, differing.
    Reconcile(Reconcile),
    /// Correct a parked delivery's event in your editor, see what changes, and send it instead.
    Edit {
        /// The delivery's id, or its beginning.
        id: String,
        /// Why; stands in the history of both deliveries.
        #[arg(long)]
        reason: String,
        /// You have looked, and the vendor does not have it: needed where a delivery is in doubt.
        #[arg(long)]
        checked: bool,
    },
    /// Declare a parked delivery done by hand: it is never called again.
    Resolve {
        /// The delivery's id, or its beginning.
        id: String,
        /// What the vendor calls the record, where you know it.
        #[arg(long = "as", value_name = "VENDOR_ID")]
        vendor_id: Option<String>,
        /// Why; stands in the delivery's history.
        #[arg(long)]
        reason: String,
    },
    /// Give a parked delivery up: it is never called again.
    Discard {
        /// The delivery's id, or its beginning.
        id: String,
        /// Why; stands in the delivery's history.
        #[arg(long)]
        reason: String,
    },
}

/// Which parked deliveries are tried again.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("meant").multiple(true).required(true)
    .args(["id", "integration", "class", "issue", "record", "since"]))]
pub struct Retry {
    /// The delivery's id, or its beginning.
    #[arg(conflicts_with_all = ["integration", "class", "issue", "record", "since"])]
    id: Option<String>,
    #[command(flatten)]
    filter: Filter,
    /// Why; stands in each delivery's history.
    #[arg(long)]
    reason: String,
    /// You have looked, and the vendor does not have it: needed where a delivery is in doubt.
    #[arg(long)]
    checked: bool,
}

impl Act {
    /// Acts, and gives what there is to show.
    ///
    /// # Errors
    /// When it may not be done, or AWS does not do its part; then nothing was done.
    pub async fn run(self, options: &Options) -> Result<Shown, Failure> {
        self.at(&Desk::open(options).await?, options).await
    }

    /// The same at a desk that is open.
    ///
    /// # Errors
    /// As [`Act::run`].
    pub async fn at(self, desk: &Desk, options: &Options) -> Result<Shown, Failure> {
        let done = match self {
            Self::Reconcile(what) => return Ok(desk.reconcile(&what, options).await?.into()),
            Self::Pause { destination, reason } => desk.pause(&destination, &reason).await,
            Self::Resume { destination, reason } => desk.resume(&destination, &reason).await,
            Self::Retry(Retry { id: Some(id), reason, checked, .. }) => {
                desk.order(&id, ticket::Act::Retry, &reason, checked).await
            }
            Self::Retry(Retry { id: None, filter, reason, checked }) => {
                desk.retry_all(&filter, &reason, checked, options).await
            }
            Self::Edit { id, reason, checked } => desk.edit(&id, &reason, checked, options).await,
            Self::Resolve { id, vendor_id, reason } => {
                desk.order(&id, ticket::Act::Resolve { vendor_id }, &reason, false).await
            }
            Self::Discard { id, reason } => {
                desk.order(&id, ticket::Act::Discard, &reason, false).await
            }
        };
        Ok(done?.into())
    }
}
