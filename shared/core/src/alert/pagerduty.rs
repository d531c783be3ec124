//! An event of PagerDuty's Events API v2, without its routing key: that is a secret.
//!
//! Source: PagerDuty developer documentation, "Send an event to PagerDuty". Events with the same `dedup_key` are one
//! incident: an update shows in it, an acknowledge stops its escalation, a resolve ends it.

use serde_json::{Value, json};

use super::{About, fact};
use crate::{class::Class, history::one_line, issue::News};

/// The longest summary that PagerDuty takes.
const MOST_SUMMARY: usize = 1_000;

pub(super) fn body(issue: &About<'_>, news: News) -> Value {
    let key = key(issue, news);
    if fact::is_over(news) {
        return json!({"event_action": "resolve", "dedup_key": key});
    }
    if news == News::Acknowledged {
        return json!({"event_action": "acknowledge", "dedup_key": key});
    }
    let pages = [("Runbook", &issue.owner.runbook), ("Record", &issue.notice.link)];
    let links: Vec<Value> = pages
        .into_iter()
        .filter_map(|(text, page)| Some(json!({"href": page.as_ref()?, "text": text})))
        .collect();
    let mut details = fact::facts(issue, news);
    details.insert("commands".to_owned(), issue.commands.clone().into());
    details.insert("acknowledge".to_owned(), fact::acknowledge(issue).into());
    json!({
        "event_action": "trigger",
        "dedup_key": key,
        "client": "Fairlead",
        "payload": {
            "summary": one_line(&fact::title(issue, news), MOST_SUMMARY),
            "source": fact::integration(issue),
            "severity": severity(issue.cause.class),
            "timestamp": fact::moment(issue, news).to_string(),
            "component": issue.destination.as_ref().map_or("fairlead", |d| d.as_str()),
            "group": issue.owner.team,
            "class": issue.cause.class.word(),
            "custom_details": details,
        },
        "links": links,
    })
}

/// Stacks that share a service of PagerDuty must not end each other's incidents. A dead channel is an incident of its own: the issue that noticed it may end long before.
fn key(issue: &About<'_>, news: News) -> String {
    issue.named(&match news {
        News::Deaf(channel) | News::Heard(channel) => format!("channel-{}", channel.as_str()),
        News::Opened | News::Grown | News::Escalated | News::Acknowledged | News::Resolved => {
            issue.id.to_string()
        }
    })
}

/// Critical is what stops every delivery, or is our own fault.
fn severity(class: Class) -> &'static str {
    match class {
        Class::Auth | Class::Missing | Class::Crashed => "critical",
        Class::Rejected
        | Class::TooLarge
        | Class::Exhausted
        | Class::InDoubt
        | Class::Mapping
        | Class::Schema
        | Class::Duplicate => "error",
    }
}
