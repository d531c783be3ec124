//! The facts that every channel tells.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{About, STACK};
use crate::{
    class::Class,
    issue::{Cause, News, Phase},
    span,
};

/// Names a message: the issue, its opening, the news, and for updates which one.
pub(super) fn id(issue: &About<'_>, news: News) -> String {
    let which = match news {
        News::Opened | News::Acknowledged | News::Resolved => String::new(),
        News::Grown => format!("-{}", issue.told.updates),
        // Another owner's steps begin anew, and must not be taken for the last one's.
        News::Escalated if issue.told.owners > 0 => {
            format!("-{}-{}", issue.told.owners, issue.told.steps)
        }
        News::Escalated => format!("-{}", issue.told.steps),
        News::Deaf(channel) | News::Heard(channel) => format!("-{}", channel.as_str()),
    };
    issue.named(&format!("{}-{}-{}{which}", issue.id, issue.openings, news.word()))
}

/// The one line that says it.
pub(super) fn title(issue: &About<'_>, news: News) -> String {
    let (integration, class) = (integration(issue), issue.cause.class.word());
    let what = what(issue);
    match news {
        News::Opened | News::Grown => {
            let need = if issue.count > 1 { "need" } else { "needs" };
            format!("{integration}: {what} {need} {}: {class}", issue.owner.team)
        }
        News::Escalated => format!("{integration}: nobody looks after {what} yet: {class}"),
        News::Acknowledged => format!("{integration}: {} looks after {what}: {class}", who(issue)),
        News::Resolved => format!("{integration}: {class} is over"),
        News::Deaf(channel) => {
            format!("{integration}: the channel {} takes no alerts", channel.as_str())
        }
        News::Heard(channel) => {
            format!("{integration}: the channel {} takes alerts again", channel.as_str())
        }
    }
}

/// What a ticket that names no integration belongs to.
pub(super) fn integration<'a>(issue: &'a About<'_>) -> &'a str {
    match issue.cause.integration.as_str() {
        Cause::NOBODY => "fairlead",
        name => name,
    }
}

/// What the issue is about, in a few words.
pub(super) fn what(issue: &About<'_>) -> String {
    match (issue.cause.class == Class::Crashed, issue.count) {
        (true, 0 | 1) => "a crashed ticket".to_owned(),
        (true, many) => format!("{many} crashed tickets"),
        (false, 0 | 1) => issue.notice.record.clone(),
        (false, many) => format!("{many} deliveries"),
    }
}

/// Who looks after it, as AWS knows her.
fn who<'a>(issue: &'a About<'_>) -> &'a str {
    match &issue.phase {
        Phase::Acknowledged { by, .. } => by,
        Phase::Open | Phase::Resolved { .. } => "somebody",
    }
}

/// When the news came up.
pub(super) fn moment(issue: &About<'_>, news: News) -> Timestamp {
    match (&issue.phase, news) {
        (Phase::Resolved { at }, News::Resolved) => *at,
        (_, News::Opened) => issue.opened_at,
        _ => issue.told.at,
    }
}

/// What a message says beyond its facts.
pub(super) fn remark(issue: &About<'_>, news: News) -> String {
    let id = &issue.id;
    match news {
        News::Opened if issue.openings > 1 => {
            format!("It happened before; this is time {}.", issue.openings)
        }
        News::Opened => String::new(),
        News::Grown => format!("More have the same cause: {} now.", issue.count),
        News::Escalated => format!("Nobody has acknowledged it since {:.0}.", issue.opened_at),
        News::Acknowledged => format!("{} looks after it.", who(issue)),
        News::Resolved => {
            let lasted = span::text(span::until(issue.opened_at, moment(issue, news)));
            let most = most(issue);
            format!("Nothing is parked for this cause any more. It lasted {lasted}; {most}.")
        }
        News::Heard(_) => "What it missed is sent.".to_owned(),
        News::Deaf(channel) => format!(
            "What the channel {} missed about issue {id} is kept and sent when it answers again. \
             See what it says: {}",
            channel.as_str(),
            issue.typed("sam logs --stack-name fairlead -n AlertFunction"),
        ),
    }
}

fn most(issue: &About<'_>) -> String {
    let noun = if issue.cause.class == Class::Crashed { "ticket" } else { "delivery" };
    match (issue.most, noun) {
        (0 | 1, noun) => format!("one {noun} was concerned"),
        (many, "ticket") => format!("{many} tickets were concerned"),
        (many, _) => format!("at most {many} deliveries were parked at a time"),
    }
}

/// Whose words the detail is in.
pub(super) fn source(issue: &About<'_>) -> &'static str {
    match issue.cause.class {
        Class::Mapping | Class::Schema => "Violations",
        Class::Duplicate | Class::Crashed | Class::Missing => "Reason",
        Class::Rejected | Class::TooLarge | Class::Exhausted | Class::InDoubt | Class::Auth => {
            "Last answer"
        }
    }
}

/// What the vendor, or the contract, said last.
pub(super) fn detail<'a>(issue: &'a About<'_>) -> &'a str {
    match issue.notice.detail.as_str() {
        "" => "no further detail",
        detail => detail,
    }
}

/// The facts by name, as text.
pub(super) fn facts(issue: &About<'_>, news: News) -> Map<String, Value> {
    let notice = &issue.notice;
    let effect = serde_json::to_value(notice.effect).unwrap_or_default();
    let delivery = issue.delivery.map(|delivery| delivery.to_string()).unwrap_or_default();
    let facts = [
        ("issue", issue.id.to_string()),
        ("stack", issue.stack.unwrap_or(STACK).to_owned()),
        ("news", news.word().to_owned()),
        ("integration", integration(issue).to_owned()),
        ("step", notice.step.clone()),
        ("record", notice.record.clone()),
        ("delivery", delivery),
        ("class", issue.cause.class.word().to_owned()),
        ("code", issue.cause.code.clone().unwrap_or_default()),
        ("count", issue.count.to_string()),
        ("owner", issue.owner.team.clone()),
        ("contact", issue.owner.contact.clone()),
        ("effect", effect.as_str().unwrap_or_default().to_owned()),
        ("attempts", notice.attempts.to_string()),
        ("last_answer", detail(issue).to_owned()),
        ("next_action", notice.next_action.clone()),
    ];
    facts.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect()
}

/// Whether there is still something to do.
pub(super) fn is_over(news: News) -> bool {
    match news {
        News::Resolved | News::Heard(_) => true,
        News::Opened | News::Grown | News::Escalated | News::Acknowledged | News::Deaf(_) => false,
    }
}

/// How to say that somebody looks after it.
pub(super) fn acknowledge(issue: &About<'_>) -> String {
    issue.typed(&format!("fairlead issues ack {}", issue.id))
}
