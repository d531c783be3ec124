//! Who answers for an integration's failures, and who is told when nobody does.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{entry::Entry, integration::Catalog, span};

/// Who answers for an integration's failures.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// A team's name.
    pub team: String,
    /// Where the team is reached, usually an e-mail address.
    pub contact: String,
    /// What to read when it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// Who is told, and when, while nobody has acknowledged the issue; in order of time, none when nothing is declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalate: Vec<Escalation>,
    /// Whether what a vendor has answered may be shown where many read it.
    #[serde(default, skip_serializing_if = "Answers::are_shown")]
    pub answers: Answers,
}

/// Whether alerts, DLQ messages and logs quote what a vendor has answered. It may quote the event in turn.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// Up to 300 characters of it.
    #[default]
    Shown,
    /// Its status only, and of a mapping that failed nothing but that it did; the delivery's history has all of it.
    Hidden,
}

/// One step of an escalation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Escalation {
    /// Where it is told.
    pub to: Channel,
    /// How long after the issue opened, unless somebody has acknowledged it by then; zero means at once.
    #[serde(with = "span::millis")]
    pub after: Duration,
}

/// A way to reach an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The team's chat, through the alert topic.
    Chat,
    /// Plain e-mail.
    Email,
    /// PagerDuty's Events API v2.
    Pagerduty,
    /// A signed call to a URL of the owner's.
    Webhook,
}

impl Channel {
    /// All channels.
    pub const ALL: [Self; 4] = [Self::Chat, Self::Email, Self::Pagerduty, Self::Webhook];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Email => "email",
            Self::Pagerduty => "pagerduty",
            Self::Webhook => "webhook",
        }
    }
}

impl Catalog {
    /// Whether what vendors answer to a delivery may be quoted: not where its owner wanted it hidden when it was
    /// accepted, nor where its owner wants that now.
    pub fn answers(&self, of: &Entry) -> Answers {
        let declared = self.integrations.get(&of.integration).map(|i| i.owner.answers);
        [Some(of.owner.answers), declared].into_iter().flatten().max().unwrap_or_default()
    }
}

impl Answers {
    /// Both, for whoever reads the word.
    pub const ALL: [Self; 2] = [Self::Shown, Self::Hidden];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Hidden => "hidden",
        }
    }

    /// For serde.
    fn are_shown(&self) -> bool {
        *self == Self::Shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_without_escalation_is_written_as_before_and_still_read() {
        let old = r#"{"team":"t","contact":"c"}"#;
        let owner: Owner = serde_json::from_str(old).expect("an owner");
        assert_eq!(owner.escalate, []);
        assert_eq!(serde_json::to_string(&owner).expect("JSON"), old);
    }

    #[test]
    fn what_is_hidden_is_stored_as_it_is_written() {
        for answers in Answers::ALL {
            assert_eq!(serde_json::to_value(answers).expect("JSON"), answers.as_str());
        }
    }

    #[test]
    fn a_channel_is_stored_as_it_is_written() {
        for channel in Channel::ALL {
            let stored = serde_json::to_value(channel).expect("JSON");
            assert_eq!(stored, channel.as_str());
        }
    }
}
