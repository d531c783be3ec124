//! What an owner reads about an issue, on each channel. Deterministic text, no secret, no payload.
//!
//! Of the event it shows what the integration declares as its record. A vendor's answer may quote more, in up to 300
//! characters, unless its owner has the answers hidden.

mod about;
mod chat;
mod fact;
mod mail;
mod pagerduty;
mod webhook;

use about::About;
pub(crate) use about::typed;
use serde_json::Value;

use crate::{
    issue::{Due, Issue},
    owner::Channel,
};

/// The name of a stack where nothing says another; commands need not name it.
pub const STACK: &str = "fairlead";

/// One message to the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Where it goes.
    pub to: Channel,
    /// The other channel of the same topic, where it is due there as well.
    pub with: Option<Channel>,
    /// Names the message; the same when it is sent again.
    pub id: String,
    /// One line: an e-mail's subject; less than 100 ASCII characters (Amazon SNS, Publish).
    pub subject: String,
    /// The message as plain text.
    pub text: String,
    /// The message as the channel takes it: a custom notification of Amazon Q Developer for chat and e-mail (which
    /// are one topic), an event for PagerDuty, an event for a webhook.
    pub body: Value,
}

impl Alert {
    /// The message that is due about an issue of this stack.
    pub fn of(stack: &str, issue: &Issue, due: &Due) -> Self {
        let issue = &About::new(stack, issue);
        let title = fact::title(issue, due.news);
        Self {
            to: due.to,
            with: None,
            id: fact::id(issue, due.news),
            subject: subject(&title),
            text: mail::text(issue, due.news),
            body: match due.to {
                Channel::Chat | Channel::Email => chat::body(issue, due.news),
                Channel::Pagerduty => pagerduty::body(issue, due.news),
                Channel::Webhook => webhook::body(issue, due.news),
            },
        }
    }
}

fn subject(title: &str) -> String {
    title.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(99).collect()
}
