//! The event that a webhook of the owner's receives; it is signed where it is sent.

use serde_json::{Value, json};

use super::{About, fact};
use crate::issue::News;

pub(super) fn body(issue: &About<'_>, news: News) -> Value {
    let mut facts = fact::facts(issue, news);
    facts.insert("title".to_owned(), fact::title(issue, news).into());
    facts.insert("commands".to_owned(), issue.commands.clone().into());
    facts.insert("runbook".to_owned(), issue.owner.runbook.clone().into());
    facts.insert("page".to_owned(), issue.notice.link.clone().into());
    // Standard Webhooks: type, timestamp, data.
    json!({
        "type": format!("issue.{}", news.word()),
        "timestamp": fact::moment(issue, news).to_string(),
        "data": facts,
    })
}
