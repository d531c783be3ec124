//! What lies on the DLQs.

use std::collections::BTreeSet;

use fairlead_core::{
    class::Class,
    history::one_line,
    issue::dlq,
    ticket::{NotATicket, Ticket},
};
use serde::Serialize;

use super::table::{counted, table};
use crate::cli::View;

/// What lies on all DLQs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Letters {
    /// Every DLQ, empty ones too.
    pub queues: Vec<Dlq>,
    /// The next useful command.
    pub next: String,
}

/// What lies on one DLQ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dlq {
    /// Its name.
    pub queue: String,
    /// About how many messages lie on it, hidden ones too; SQS counts them by and by.
    pub about: usize,
    /// Those that were shown just now.
    pub letters: Vec<Letter>,
    /// What is to be known before its messages go back.
    pub said: Option<String>,
}

/// One message on a DLQ.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Letter {
    /// Which delivery it is about, where it is a ticket.
    pub delivery: Option<String>,
    /// Of which integration.
    pub integration: Option<String>,
    /// About which record.
    pub record: Option<String>,
    /// Why it is there: a class; `crashed` for a ticket, or an event on the intake queue, that failed five times;
    /// `unreadable` for what is neither.
    pub class: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What to do.
    pub next_action: String,
}

impl Letter {
    /// Reads a message of this DLQ.
    pub fn read(of: dlq::Dlq, body: &str) -> Self {
        let ticket = match Ticket::read(body) {
            Ok(ticket) => ticket,
            Err(NotATicket::TooNew(_)) => return Self::too_new(),
            Err(NotATicket::Unreadable(_)) => return Self::no_ticket(of),
        };
        let delivery = Some(ticket.delivery.to_string());
        let integration = ticket.entry.integration().map(str::to_owned);
        match ticket.notice {
            Some(notice) => Self {
                delivery,
                integration,
                record: Some(notice.record),
                class: notice.class.word().to_owned(),
                owner: Some(notice.owner),
                next_action: notice.next_action,
            },
            None => Self {
                delivery,
                integration,
                class: Class::Crashed.word().to_owned(),
                next_action: "Read the function's log, mend the cause, then redrive the queue."
                    .to_owned(),
                ..Self::default()
            },
        }
    }

    /// After a release was taken back, its tickets are the only ones of their deliveries.
    fn too_new() -> Self {
        let action = "A ticket of a newer release: redrive the queue when that is deployed again, and do not delete it.";
        Self { class: "unreadable".to_owned(), next_action: action.to_owned(), ..Self::default() }
    }

    /// What is no ticket. On the intake queue events come, and the message is the only copy of one.
    fn no_ticket(of: dlq::Dlq) -> Self {
        let (class, action) = match of {
            dlq::Dlq::Intake => (
                Class::Crashed.word(),
                "An event that could not be accepted: mend the cause in the function's log, then redrive the queue; \
                 one that no integration wants ends here again, and is deleted in the SQS console.",
            ),
            dlq::Dlq::Dispatch | dlq::Dlq::Retry | dlq::Dlq::Alert => (
                "unreadable",
                "No ticket of this bundle: read it in the SQS console, and delete it there.",
            ),
        };
        Self { class: class.to_owned(), next_action: action.to_owned(), ..Self::default() }
    }

    /// Whether the queue's function failed with it.
    pub fn is_crashed(&self) -> bool {
        self.class == Class::Crashed.word()
    }
}

impl Dlq {
    /// What to do about the messages that nobody was told of by name.
    fn actions(&self) -> String {
        let nameless = self.letters.iter().filter(|letter| letter.owner.is_none());
        let actions: BTreeSet<_> =
            nameless.map(|letter| format!("{}: {}\n", letter.class, letter.next_action)).collect();
        actions.into_iter().collect()
    }
}

impl View for Letters {
    fn text(&self) -> String {
        let mut text = String::new();
        for dlq in &self.queues {
            let about = counted(dlq.about, "message", "messages");
            text.push_str(&format!("{}: about {about}\n", dlq.queue));
            if dlq.letters.is_empty() {
                continue;
            }
            let head = ["DELIVERY", "INTEGRATION", "RECORD", "CLASS", "OWNER"];
            let word = |word: &Option<String>| word.clone().unwrap_or_default();
            let rows = dlq.letters.iter().map(|letter| {
                [
                    word(&letter.delivery),
                    word(&letter.integration),
                    one_line(&word(&letter.record), 40),
                    letter.class.clone(),
                    word(&letter.owner),
                ]
            });
            text.push_str(&table(head, rows));
            text.push_str(&dlq.actions());
            dlq.said.iter().for_each(|said| text.push_str(&format!("{said}\n")));
        }
        text.push_str(&format!("Next: {}\n", self.next));
        text
    }

    fn problem(&self) -> bool {
        self.queues.iter().any(|dlq| dlq.about > 0 || !dlq.letters.is_empty())
    }
}
