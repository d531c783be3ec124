//! Where things run and lie: functions, their queues and their DLQs, as the template has them.

use std::time::Duration;

use fairlead_core::ticket::Queue;

/// A function of the bundle, or a person at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Function {
    Validate,
    Dispatch,
    Retry,
    Alert,
    Desk,
}

/// A queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Intake,
    Dispatch,
    Retry,
    Alert,
    IntakeDlq,
    DispatchDlq,
    RetryDlq,
    AlertDlq,
}

impl Function {
    /// How long it may run (the template's `Timeout`).
    pub(crate) fn timeout(self) -> Duration {
        Duration::from_secs(match self {
            Self::Validate => 20,
            Self::Dispatch | Self::Alert => 30,
            Self::Retry => 55,
            Self::Desk => 600,
        })
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Dispatch => "dispatch",
            Self::Retry => "retry",
            Self::Alert => "alert",
            Self::Desk => "desk",
        }
    }
}

impl Place {
    /// The queues that functions read.
    pub(crate) const READ: [Self; 4] = [Self::Intake, Self::Dispatch, Self::Retry, Self::Alert];

    /// Where a ticket for a queue lies.
    pub(crate) fn of(queue: Queue) -> Self {
        match queue {
            Queue::Dispatch => Self::Dispatch,
            Queue::Retry => Self::Retry,
            Queue::Alert => Self::Alert,
            Queue::Dlq => Self::DispatchDlq,
            Queue::Intake => Self::Intake,
        }
    }

    /// Who reads it; nobody reads a DLQ.
    pub(crate) fn reader(self) -> Option<Function> {
        match self {
            Self::Intake => Some(Function::Validate),
            Self::Dispatch => Some(Function::Dispatch),
            Self::Retry => Some(Function::Retry),
            Self::Alert => Some(Function::Alert),
            Self::IntakeDlq | Self::DispatchDlq | Self::RetryDlq | Self::AlertDlq => None,
        }
    }

    /// Where a message goes that was received too often.
    pub(crate) fn dlq(self) -> Self {
        match self {
            Self::Intake | Self::IntakeDlq => Self::IntakeDlq,
            Self::Dispatch | Self::DispatchDlq => Self::DispatchDlq,
            Self::Retry | Self::RetryDlq => Self::RetryDlq,
            Self::Alert | Self::AlertDlq => Self::AlertDlq,
        }
    }

    /// The queue whose DLQ this is.
    pub(crate) fn source(self) -> Self {
        match self {
            Self::IntakeDlq | Self::Intake => Self::Intake,
            Self::DispatchDlq | Self::Dispatch => Self::Dispatch,
            Self::RetryDlq | Self::Retry => Self::Retry,
            Self::AlertDlq | Self::Alert => Self::Alert,
        }
    }

    /// How long a message that was received stays hidden (the template's `VisibilityTimeout`).
    pub(crate) fn hidden(self) -> Duration {
        Duration::from_secs(match self.source() {
            Self::Intake => 120,
            Self::Retry | Self::Alert => 360,
            _ => 180,
        })
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Intake => "intake queue",
            Self::Dispatch => "dispatch queue",
            Self::Retry => "retry queue",
            Self::Alert => "alert queue",
            Self::IntakeDlq => "intake DLQ",
            Self::DispatchDlq => "dispatch DLQ",
            Self::RetryDlq => "retry DLQ",
            Self::AlertDlq => "alert DLQ",
        }
    }
}
