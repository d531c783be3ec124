//! The message as plain text: what e-mail subscribers of the topic read.

use super::{About, fact};
use crate::issue::News;

pub(super) fn text(issue: &About<'_>, news: News) -> String {
    let mut text = format!("{}\n\n", fact::title(issue, news));
    let remark = fact::remark(issue, news);
    if !remark.is_empty() {
        text.push_str(&format!("{remark}\n\n"));
    }
    for (name, value) in lines(issue, news) {
        text.push_str(&format!("{:<13}{value}\n", format!("{name}:")));
    }
    if !fact::is_over(news) {
        text.push_str(&format!("\nNext: {}\n", issue.notice.next_action));
        issue.commands.iter().for_each(|command| text.push_str(&format!("  {command}\n")));
        text.push_str(&format!("To say that you look after it:\n  {}\n", fact::acknowledge(issue)));
    }
    text
}

fn lines(issue: &About<'_>, news: News) -> Vec<(&'static str, String)> {
    let notice = &issue.notice;
    let mut lines = vec![
        ("Issue", format!("{}, opened {:.0}", issue.id, issue.opened_at)),
        ("Integration", fact::integration(issue).to_owned()),
    ];
    lines.extend(issue.stack.map(|stack| ("Stack", stack.to_owned())));
    if !fact::is_over(news) {
        if issue.count > 1 {
            lines.push(("Parked", format!("{}, one of them:", fact::what(issue))));
        }
        lines.extend([
            ("Record", notice.record.clone()),
            ("Failed step", notice.step.clone()),
            (fact::source(issue), fact::detail(issue).to_owned()),
            ("Attempts", notice.attempts.to_string()),
            ("Effect", notice.effect.sentence().to_owned()),
        ]);
    }
    lines.push(("Owner", format!("{}, {}", issue.owner.team, issue.owner.contact)));
    lines.extend(issue.owner.runbook.iter().map(|page| ("Runbook", page.clone())));
    lines.extend(notice.link.iter().map(|page| ("Page", page.clone())));
    lines
}
