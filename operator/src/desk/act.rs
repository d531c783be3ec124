//! The commands that change something, each with a name and a reason.

use clap::{ArgGroup, Args, Subcommand};
use fairlead_core::ticket;

use super::{Desk, Filter, Reconcile};
use crate::cli::{Failure, Options, Shown};

/// Where the vendor's id belongs, in the commands that alerts print.
const VENDOR_ID: &str = "VENDOR_ID";

/// The commands that change something, each with a name and a reason.
#[derive(Debug, Subcommand)]
pub enum Act {
    /// Stop all calls to a destination; its deliveries wait, and none is lost.
    Pause {
        /// The destination's name.
        destination: String,
        /// Why.
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// Allow calls to a destination again; what waited goes out oldest first.
    Resume {
        /// The destination's name.
        destination: String,
        /// Why; stands in the audit.
        #[arg(long, value_parser = reason, default_value = "the reason for the pause is gone")]
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
        #[arg(long, value_parser = reason)]
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
        #[arg(long = "as", value_name = VENDOR_ID, value_parser = vendor_id)]
        vendor_id: Option<String>,
        /// Why; stands in the delivery's history.
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// Give a parked delivery up: it is never called again.
    Discard {
        /// The delivery's id, or its beginning.
        id: String,
        /// Why; stands in the delivery's history.
        #[arg(long, value_parser = reason)]
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
    #[arg(long, value_parser = reason)]
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

/// Reads a reason. It stands on one line of histories, where a line break would begin a line that nobody wrote. Alerts print `--reason "..."`, and whoever runs that as it stands has given none.
pub(crate) fn reason(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    if typed.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err("say it on one line, without control characters".to_owned());
    }
    if typed.trim_matches(['.', '…', ' ']).is_empty() {
        return Err("say why: this stands in the history".to_owned());
    }
    Ok(typed.to_owned())
}

/// Reads what a vendor calls a record. The placeholder would stand in the crosswalk as if the vendor had said it.
fn vendor_id(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    if typed.is_empty() || typed == VENDOR_ID {
        return Err("the id that the vendor shows for the record, or leave --as out".to_owned());
    }
    Ok(typed.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::Cli;

    #[track_caller]
    fn check(command: &str, understood: Result<(), &str>) {
        let words = command.split('|').map(str::trim);
        let read = Cli::try_parse_from(["fairlead"].into_iter().chain(words));
        match (read.map_err(|e| e.to_string()), understood) {
            (Ok(_), Ok(())) => {}
            (Err(said), Err(why)) => assert!(said.contains(why), "{command}: {said}"),
            (read, _) => panic!("{command}: {read:?}"),
        }
    }

    #[test]
    fn a_reason_that_says_nothing_is_refused_by_every_command_that_takes_one() {
        let commands = [
            "pause|finance-api",
            "resume|finance-api",
            "retry|019a2c1d",
            "reconcile|deal-won-to-invoice|--apply",
            "edit|019a2c1d",
            "resolve|019a2c1d|--as|INV-7",
            "discard|019a2c1d",
            "issues|ack|7Q2FXK",
        ];
        for command in commands {
            check(&format!("{command}|--reason|a test order"), Ok(()));
            check(&format!("{command}|--reason|as in INC-7..."), Ok(()));
            for more in ["x\n09:00:00  delivered", "x\ry", "\u{1b}[2Jx", "x\u{2028}y"] {
                let words = format!("{command}|--reason={more}");
                check(&words, Err("say it on one line, without control characters"));
            }
            for nothing in ["...", "", "  ", "…", " ... "] {
                let words = format!("{command}|--reason={nothing}");
                check(&words, Err("say why: this stands in the history"));
            }
        }
    }

    #[test]
    fn the_placeholder_of_an_alert_is_no_id_of_a_vendors() {
        for nothing in ["VENDOR_ID", "", " "] {
            let words = format!("resolve|019a2c1d|--as={nothing}|--reason|entered by hand");
            check(&words, Err("the id that the vendor shows"));
        }
        check("resolve|019a2c1d|--reason|entered by hand", Ok(()));
    }
}
