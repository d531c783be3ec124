//! An edit: the difference is shown first, and sent only when somebody agrees.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State},
};
use fairlead_core::entry::Entry;

use super::{
    act::{Given, as_shown},
    list::encoded,
    page,
    site::{Said, Shown, Site, shown, went},
};
use crate::desk::{DeskError, edit::Correction};

/// The most that its form may have: an event has its indents in it here, and is written as a form's value.
pub(super) const MOST_FORM: usize = 8 * 1024 * 1024;

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Form(given): Form<Given>,
) -> Shown {
    let back = format!("/deliveries/{id}");
    given.check(&site, &back)?;
    as_shown(&site, &id, &given, &back).await?;
    let checked = given.checked.is_some();
    let entry = site.desk.editable(&id, checked).await.map_err(|e| site.refused(&e, &back))?;
    // Browsers send line breaks as CR LF.
    let event = given.event.as_deref().unwrap_or_default().replace("\r\n", "\n");
    match site.desk.corrected(&entry, event.clone()).await {
        Ok(correction) if given.sure.is_some() => {
            let done = site.desk.exchange(&entry, &correction, given.reason.trim(), checked).await;
            let done = done.map_err(|e| site.refused(&e, &back))?;
            // The corrected event is another delivery, on the page of the record that it names: the refused one
            // may have named none.
            Ok(went(&format!("/record?id={}", encoded(&correction.record.id)), &done.said))
        }
        Ok(correction) => shown(&agree(&site, &entry, &given, event, &correction)),
        Err(DeskError::NotValid(why)) => shown(&again(&site, &entry, &given, event, &why)),
        Err(error) => Err(site.refused(&error, &back)),
    }
}

/// The difference, and a button.
fn agree(
    site: &Site,
    entry: &Entry,
    given: &Given,
    event: String,
    correction: &Correction,
) -> page::Edit {
    let lines = correction.difference.lines().map(|line| {
        let kind = match line.as_bytes().first() {
            Some(b'+') => "add",
            Some(b'-') => "del",
            _ => "",
        };
        (kind, line.to_owned())
    });
    page::Edit {
        lead: "Nothing is sent yet. The corrected event is delivered under a key of its own."
            .into(),
        difference: lines.collect(),
        ..blank(site, entry, given, event)
    }
}

/// What is wrong, and the text to go on with.
fn again(site: &Site, entry: &Entry, given: &Given, event: String, why: &str) -> page::Edit {
    let lines = why.lines().map(str::trim).filter(|line| !line.is_empty());
    let violations = lines.map(|line| match line.split_once(' ') {
        Some((pointer, detail)) if pointer.starts_with('/') => {
            (pointer.to_owned(), detail.to_owned())
        }
        _ => (String::new(), line.to_owned()),
    });
    page::Edit { violations: violations.collect(), ..blank(site, entry, given, event) }
}

fn blank(site: &Site, entry: &Entry, given: &Given, event: String) -> page::Edit {
    page::Edit {
        frame: site.frame("Deliveries", Said::default(), None),
        id: entry.id.to_string(),
        version: entry.life.version.0,
        record: entry.record.to_string(),
        lead: String::new(),
        violations: Vec::new(),
        difference: Vec::new(),
        event,
        reason: given.reason.trim().to_owned(),
        checked: given.checked.is_some(),
    }
}
