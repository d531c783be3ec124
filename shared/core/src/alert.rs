//! What an owner reads when a delivery is parked. Deterministic text, no secret, no payload.

use serde_json::{Value, json};

use crate::{entry::Entry, notice::Notice};

/// One message to the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// One line: an e-mail's subject; at most 100 ASCII characters (Amazon SNS, Publish).
    pub subject: String,
    /// The custom notification of Amazon Q Developer in chat applications, version 1.0.
    ///
    /// Source: its administrator guide, "Custom notifications"; it reaches Slack and Teams through
    /// the SNS topic without a webhook secret.
    pub body: Value,
}

impl Alert {
    /// The alert about a parked delivery.
    pub fn of(entry: &Entry, notice: &Notice) -> Self {
        let title = format!(
            "{}: {} needs {}: {}",
            notice.integration,
            notice.record,
            notice.owner,
            notice.class.word()
        );
        Self { subject: subject(&title), body: body(entry, notice, &title) }
    }
}

fn subject(title: &str) -> String {
    title
        .chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' })
        .take(100)
        .collect()
}

fn body(entry: &Entry, notice: &Notice, title: &str) -> Value {
    let class = notice.class.word();
    let mut next_steps = vec![notice.next_action.clone()];
    next_steps.extend(notice.command.iter().map(|command| format!("Run: {command}")));
    next_steps.extend(notice.runbook.iter().map(|page| format!("Runbook: {page}")));
    next_steps.extend(notice.link.iter().map(|page| format!("Record: {page}")));
    json!({
        "version": "1.0",
        "source": "custom",
        "id": format!("{}-{}", entry.id, entry.life.version.0),
        "content": {
            "textType": "client-markdown",
            "title": title,
            "description": description(notice),
            "nextSteps": next_steps,
            "keywords": [notice.integration, notice.owner, class],
        },
        "metadata": {
            "threadId": format!("{}/{class}", notice.integration),
            "summary": title,
            "eventType": "delivery.parked",
            "relatedResources": [entry.id.to_string()],
            "additionalContext": {
                "delivery": entry.id.to_string(),
                "integration": notice.integration,
                "step": notice.step,
                "record": notice.record,
                "class": class,
                "owner": notice.owner,
                "contact": notice.contact,
                "effect": notice.effect,
                "attempts": notice.attempts.to_string(),
                "next_action": notice.next_action,
            },
        },
    })
}

fn description(notice: &Notice) -> String {
    let detail = if notice.detail.is_empty() { "no further detail" } else { &notice.detail };
    format!(
        "Failed step: {}\nLast answer: {detail}\nAttempts: {}\nEffect: {}\nOwner: {}, {}",
        notice.step,
        notice.attempts,
        notice.effect.sentence(),
        notice.owner,
        notice.contact
    )
}
