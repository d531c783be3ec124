//! Why the desk could not do what it was asked, and with which exit code that ends.

use std::path::PathBuf;

use fairlead_aws::find::FindError;
use fairlead_core::{edit::NotEditable, id::VendorId, ports::PortError};

use crate::{cli::Failure, engine::MissingOutput};

/// Why the desk could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// AWS refused or did not answer.
    #[error("could not {0}: {1}")]
    Aws(&'static str, String),
    /// The options or `samconfig.toml` are wrong.
    #[error(transparent)]
    Usage(#[from] Failure),
    /// The stack is of another kind.
    #[error(transparent)]
    Outputs(#[from] MissingOutput),
    /// The ledger did not answer.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The id is no id.
    #[error(transparent)]
    Find(#[from] FindError),
    /// The cursor is none of ours, or of another list.
    #[error("the cursor is not from this list; take it from the end of the last page")]
    Cursor,
    /// No destination has this name.
    #[error("no destination is called \"{0}\"; the bundle has {1}")]
    NoDestination(String, String),
    /// No vendor can call a record so.
    #[error("\"{0}\" is no id of a vendor's: one line, not empty, at most {most} characters", most = VendorId::MOST)]
    NotAVendorId(String),
    /// No integration has this name.
    #[error("no integration is called \"{0}\"; the bundle has {1}")]
    NoIntegration(String, String),
    /// The vendor can be asked nothing.
    #[error(
        "{0} cannot be compared: declare reconcile in its integration.yaml, or response.unsure with get"
    )]
    NotAskable(String),
    /// The destination is not to be called now.
    #[error("{0} {1}; it is not asked now. See: fairlead status")]
    Closed(String, &'static str),
    /// The stack's parameters and the bundle do not fit together.
    #[error("the stack's parameters do not fit this bundle: {0}")]
    Stage(String),
    /// There is too much to compare.
    #[error("more than {0} deliveries were accepted in that time; compare less, by --since")]
    TooMuch(usize),
    /// The vendor did not say what was asked.
    #[error("{0} could not be asked: {1}")]
    Vendor(String, String),
    /// No delivery has such an id.
    #[error("no delivery's id begins with {0}")]
    NoSuch(String),
    /// Several deliveries have such an id.
    #[error("{0} deliveries' ids begin with {1}; give more of it")]
    Several(usize, String),
    /// No issue has such a name.
    #[error("no issue's name begins with {0}; see: fairlead issues")]
    NoIssue(String),
    /// Several issues have such a name.
    #[error("{0} issues' names begin with {1}; give more of it")]
    SeveralIssues(usize, String),
    /// Only a parked delivery takes orders.
    #[error("delivery {0} is {1}; only a parked delivery takes orders, and nothing was done")]
    NotParked(String, &'static str),
    /// It may have taken effect, and nobody has looked.
    #[error(
        "delivery {0} is in doubt: look in the vendor's system first; \
         only if the record is not there, add --checked. Nothing was done"
    )]
    NotChecked(String),
    /// The rules refuse it.
    #[error("delivery {0}: {1}. Nothing was done")]
    Refused(String, &'static str),
    /// The corrected event may not be sent.
    #[error("the corrected event is not valid, and nothing was done: {0}")]
    NotValid(String),
    /// The corrected event may not take the place of the parked one.
    #[error("{0}; nothing was done")]
    NotEditable(NotEditable),
    /// The editor did not work.
    #[error("could not edit the event: {0}; name an editor in EDITOR")]
    Editor(String),
    /// The corrected event was not sent, and what was typed is kept.
    #[error("{0}\nwhat you typed is kept in {path}", path = .1.display())]
    Kept(#[source] Box<DeskError>, PathBuf),
    /// Nobody can be asked, and nobody has agreed beforehand.
    #[error("this is no terminal to ask at: add --yes; nothing was ordered")]
    NoTerminal,
    /// The operator did not agree to the plan, or there is nothing to agree to.
    #[error("{0}; nothing was ordered")]
    NotAgreed(&'static str),
}

impl DeskError {
    /// The exit code: 1 a problem was found, 2 bad usage, 3 AWS did not do its part.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NotValid(_)
            | Self::NotEditable(_)
            | Self::NoIssue(_)
            | Self::Closed(..)
            | Self::NotAgreed(_) => 1,
            Self::NoSuch(_) | Self::NotParked(..) | Self::NotChecked(_) | Self::Refused(..) => 1,
            Self::NoDestination(..)
            | Self::NotAVendorId(_)
            | Self::NoIntegration(..)
            | Self::NotAskable(_)
            | Self::TooMuch(_)
            | Self::Cursor
            | Self::NoTerminal
            | Self::Editor(_)
            | Self::Several(..)
            | Self::SeveralIssues(..)
            | Self::Find(FindError::NotAnId(_) | FindError::TooShort(_)) => 2,
            Self::Kept(why, _) => why.exit_code(),
            Self::Usage(failure) => failure.code(),
            Self::Stage(_) | Self::Vendor(..) => 3,
            Self::Aws(..) | Self::Outputs(_) | Self::Port(_) | Self::Find(FindError::Port(_)) => 3,
        }
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        Self::new(error.exit_code(), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_agreed_to_is_a_problem_and_a_question_to_nobody_is_bad_usage() {
        assert_eq!(DeskError::NotAgreed("you did not agree").exit_code(), 1);
        assert_eq!(DeskError::NotAgreed("nothing was changed").exit_code(), 1);
        assert_eq!(DeskError::NoTerminal.exit_code(), 2);
    }
}
