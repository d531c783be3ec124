//! One delivery: where it stands, what happened, what may be done.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use fairlead_core::{
    entry::{Entry, State as Stands},
    history::{one_line, said as heard},
    id::Sha256Hex,
    issue::Cause,
    notice::Notice,
    order::{Refusal, may_order, policy},
    ticket,
};
use jiff::Timestamp;

use super::{
    frame::Frame,
    list::{encoded, line, link, tone},
    page,
    site::{After, Shown, Site, moment, shown},
};
use crate::desk::{Desk, edit::pretty, view};

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Query(said): After,
) -> Shown {
    let entry = site.desk.entry(&id).await.map_err(|e| site.refused(&e, "/deliveries"))?;
    let moves = !matches!(entry.life.state, Stands::Parked { .. });
    // While something moves by itself, the page follows it; a form is never taken away from under somebody.
    let live = (moves || said.is_some()).then_some(2);
    let frame = Frame { reload: moves, ..site.frame("Deliveries", said, live) };
    let item = view::Item::of(&entry);
    let request = entry.request.as_ref();
    shown(&page::Delivery {
        frame,
        id: entry.id.to_string(),
        version: entry.life.version.0,
        integration: entry.integration.to_string(),
        destination: entry.destination.to_string(),
        record: one_line(&entry.record.to_string(), 200),
        record_id: one_line(&entry.record.id, 100),
        record_encoded: encoded(&entry.record.id),
        link: link(entry.record.url.as_deref()),
        standing: item.standing(Timestamp::now()),
        tone: tone(item.state),
        effect: entry.effect().sentence(),
        todo: Notice::of(&entry).map(|notice| todo(&site.desk, notice, &entry)),
        lines: lines(&entry),
        acts: acts(&entry),
        request: request.map(|r| (format!("{} {}", r.method.as_str(), r.path), pretty(&r.body))),
        answer: entry.history.last_answer().map(heard),
        event: pretty(&entry.event),
        facts: facts(&entry),
    })
}

fn todo(desk: &Desk, notice: Notice, entry: &Entry) -> page::Todo {
    page::Todo {
        issue: Cause::of(entry).map(|cause| cause.id().to_string()),
        action: notice.next_action,
        detail: notice.detail,
        command: notice.command.map(|command| desk.typed(&command)),
        owner: notice.owner,
        contact: notice.contact,
        runbook: link(notice.runbook.as_deref()),
    }
}

fn lines(entry: &Entry) -> Vec<page::Line> {
    let lines = entry.history.lines.iter();
    let mut lines: Vec<_> = lines.map(|one| line(moment(one.at), &one.what.text())).collect();
    if entry.history.dropped > 0 {
        let left_out = format!("... {} lines left out", entry.history.dropped);
        lines.insert(lines.len() / 2, line(String::new(), &left_out));
    }
    lines
}

fn facts(entry: &Entry) -> Vec<(&'static str, String)> {
    vec![
        ("Delivery", entry.id.to_string()),
        ("Idempotency key", entry.idempotency_key.to_string()),
        ("Calls", entry.life.attempts.to_string()),
        ("Owner", format!("{}, {}", entry.owner.team, entry.owner.contact)),
        ("Configuration", entry.config_hash.as_str().chars().take(12).collect()),
        ("Kept until", moment(entry.expires_at)),
    ]
}

/// The acts that the rules allow now, each as a form.
fn acts(entry: &Entry) -> Vec<page::Act> {
    let resolve = page::Act {
        name: "resolve",
        title: "Resolve: done by hand",
        means: "No further call is made. The id at the vendor links later events of this record to it.",
        button: "Resolve",
        vendor_id: true,
        ..page::Act::default()
    };
    let discard = page::Act {
        name: "discard",
        title: "Discard: give it up",
        means: "No further call is made, and nobody is asked again.",
        button: "Discard",
        harm: true,
        ..page::Act::default()
    };
    let retry = page::Act {
        name: "retry",
        title: "Retry: send it again",
        means: "The same key and the same bytes. Retrying twice makes no second effect.",
        button: "Retry",
        ..page::Act::default()
    };
    let edit = page::Act {
        name: "edit",
        title: "Edit: send it corrected",
        means: "You see what changes before anything is sent. The old version is kept.",
        button: "Look at the difference",
        event: true,
        ..page::Act::default()
    };
    let corrected = ticket::Act::Edit { event: Sha256Hex::of(b"") };
    let all = [
        (ticket::Act::Retry, retry),
        (corrected, edit),
        (ticket::Act::Resolve { vendor_id: None }, resolve),
        (ticket::Act::Discard, discard),
    ];
    all.into_iter().filter_map(|(order, act)| offered(entry, &order, act)).collect()
}

fn offered(entry: &Entry, order: &ticket::Act, act: page::Act) -> Option<page::Act> {
    let policy = policy(fairlead_catalog::catalog(), entry);
    match may_order(&entry.life, order, false, policy.as_ref(), Timestamp::now()) {
        Ok(()) => Some(act),
        Err(Refusal::InDoubt) => Some(page::Act { checked: true, ..act }),
        Err(Refusal::NotParked | Refusal::NothingToSend | Refusal::Gone) => None,
    }
}
