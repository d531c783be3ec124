//! What lies on the DLQs.

use fairlead_core::{history::one_line, ticket::Ticket};
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
    /// About how many messages lie on it; SQS counts them by and by.
    pub about: usize,
    /// Those that were shown just now.
    pub letters: Vec<Letter>,
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
    /// Why it is there: a class; `crashed` for a ticket that failed five times; `unreadable` for what is none.
    pub class: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What to do.
    pub next_action: String,
}

impl Letter {
    /// Reads a message.
    pub fn read(body: &str) -> Self {
        let Ok(ticket) = Ticket::read(body) else {
            let next_action =
                "Read it in the SQS console; it was sent to an intake queue and is no \
                               event that any integration wants."
                    .to_owned();
            return Self { class: "unreadable".to_owned(), next_action, ..Self::default() };
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
                class: "crashed".to_owned(),
                next_action: "Read the function's log, mend the cause, then redrive the queue."
                    .to_owned(),
                ..Self::default()
            },
        }
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
        }
        text.push_str(&format!("Next: {}\n", self.next));
        text
    }

    fn problem(&self) -> bool {
        self.queues.iter().any(|dlq| dlq.about > 0 || !dlq.letters.is_empty())
    }
}
