//! The custom notification of Amazon Q Developer in chat applications, version 1.0.
//!
//! Source: its administrator guide, "Custom notifications"; it reaches Slack and Teams through the SNS topic without a
//! webhook secret. Messages with the same `threadId` stand in one thread.

use serde_json::{Value, json};

use super::{About, fact};
use crate::issue::News;

pub(super) fn body(issue: &About<'_>, news: News) -> Value {
    let title = plain(&fact::title(issue, news));
    let class = issue.cause.class.word();
    let related: Vec<String> = issue.delivery.iter().map(ToString::to_string).collect();
    json!({
        "version": "1.0",
        "source": "custom",
        "id": fact::id(issue, news),
        "content": {
            "textType": "client-markdown",
            "title": title,
            "description": description(issue, news),
            "nextSteps": next_steps(issue, news),
            "keywords": [fact::integration(issue), issue.owner.team, class, issue.id],
        },
        "metadata": {
            "threadId": issue.named(issue.id.as_str()),
            "summary": title,
            "eventType": format!("issue.{}", news.word()),
            "relatedResources": related,
            "additionalContext": fact::facts(issue, news),
        },
    })
}

fn description(issue: &About<'_>, news: News) -> String {
    let notice = &issue.notice;
    let mut lines: Vec<String> =
        Some(fact::remark(issue, news)).filter(|r| !r.is_empty()).into_iter().collect();
    if !fact::is_over(news) {
        if issue.count > 1 {
            lines.push(format!("One of them: {}", notice.record));
        }
        lines.push(format!("Failed step: {}", notice.step));
        lines.push(format!("{}: {}", fact::source(issue), fact::detail(issue)));
        lines.push(format!("Attempts: {}", notice.attempts));
        lines.push(format!("Effect: {}", notice.effect.sentence()));
    }
    lines.push(format!("Owner: {}, {}", issue.owner.team, issue.owner.contact));
    lines.extend(issue.stack.map(|stack| format!("Stack: {stack}")));
    plain(&lines.join("\n"))
}

fn next_steps(issue: &About<'_>, news: News) -> Vec<String> {
    if fact::is_over(news) {
        return vec![];
    }
    let mut steps = vec![issue.notice.next_action.clone()];
    steps.extend(issue.commands.iter().map(|command| format!("Run: {command}")));
    steps.push(format!("To say that you look after it: {}", fact::acknowledge(issue)));
    steps.extend(issue.owner.runbook.iter().map(|page| format!("Runbook: {page}")));
    steps.extend(issue.notice.link.iter().map(|page| format!("Record: {page}")));
    // An ampersand stays, because commands are copied from here.
    steps.iter().map(|step| unmarked(step)).collect()
}

/// Words from outside must not call a channel's members or hide a link: chats take these for mark-up.
fn plain(text: &str) -> String {
    unmarked(&text.replace('&', "&amp;"))
}

fn unmarked(text: &str) -> String {
    text.replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_vendor_cannot_call_everybody() {
        assert_eq!(
            plain("no <!channel> & no <http://x|y>"),
            "no &lt;!channel&gt; &amp; no &lt;http://x|y&gt;"
        );
    }
}
