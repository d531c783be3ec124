//! Who did what at the desk, newest first.

use std::sync::Arc;

use axum::extract::{Query, State};
use serde::Deserialize;

use super::{
    list::encoded,
    page,
    site::{Said, Shown, Site, moment, shown},
};
use crate::desk::view::who;

/// So many acts stand on the page.
const MOST: usize = 100;

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    cursor: Option<String>,
}

pub(super) async fn show(State(site): State<Arc<Site>>, Query(asked): Query<Asked>) -> Shown {
    let audit = site
        .desk
        .audit(None, MOST, asked.cursor.as_deref())
        .await
        .map_err(|e| site.refused(&e, "/"))?;
    let rows = audit.acts.iter().map(|note| page::AuditRow {
        at: moment(note.at),
        by: who(&note.by).to_owned(),
        what: note.did.word().to_owned(),
        path: path(&note.on),
        of: note.on.clone(),
        reason: note.reason.clone(),
    });
    let lead = "Every act at the desk, written down once, before it was done.";
    shown(&page::Audit {
        frame: site.frame("Audit", Said::default(), None),
        lead: lead.to_owned(),
        rows: rows.collect(),
        more: audit.cursor.map(|cursor| format!("/audit?cursor={}", encoded(&cursor))),
    })
}

/// The page of the issue or the delivery that an act was about; its id stands last.
fn path(on: &str) -> String {
    let issue = on.strip_prefix("issue ").or(on.split_once(" --issue ").map(|(_, id)| id));
    if let Some(id) = issue.filter(|id| id.chars().all(|c| c.is_ascii_alphanumeric())) {
        return format!("/issues/{id}");
    }
    let id = on.rsplit_once("delivery ").map(|(_, id)| id);
    let id =
        id.filter(|id| id.len() == 36 && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-'));
    id.map(|id| format!("/deliveries/{id}")).unwrap_or_default()
}
