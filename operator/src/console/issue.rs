//! Issues: the open ones, and one of them with its deliveries.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, Query, State},
};
use fairlead_core::{class::Class, issue::list::Summary};
use jiff::Timestamp;

use super::{
    act::Given,
    bulk::Bulk,
    list::list,
    page,
    site::{After, Said, Shown, Site, moment, shown, went},
};
use crate::desk::view::{self, age, who};

pub(super) async fn all(State(site): State<Arc<Site>>) -> Shown {
    let found = site.desk.issues().await.map_err(|e| site.refused(&e, "/"))?;
    let open = found.issues.iter().filter(|issue| issue.phase != "resolved").count();
    shown(&page::Issues {
        frame: site.moving("Issues", Said::default(), Some(10)),
        lead: match open {
            // A parking whose owner was not told yet stands in no issue; the first page counts it.
            0 => "No cause is known that holds deliveries back.".to_owned(),
            1 => "One cause holds deliveries back.".to_owned(),
            more => format!("{more} causes hold deliveries back."),
        },
        rows: found.issues.iter().map(|issue| row(issue, found.now)).collect(),
    })
}

pub(super) async fn one(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Query(said): After,
) -> Shown {
    let found = site.desk.issue(&id).await.map_err(|e| site.refused(&e, "/issues"))?;
    let (issue, now) = (&found.issue, Timestamp::now());
    let id = issue.id.to_string();
    let bulk = site.bulks.of(&id);
    let live = if bulk.as_ref().is_some_and(Bulk::goes_on) { 2 } else { 5 };
    let deliveries = view::Deliveries {
        now,
        deliveries: found.deliveries.clone(),
        more: false,
        cursor: None,
        next: String::new(),
        of_issues: true,
    };
    shown(&page::Issue {
        frame: site.frame("Issues", said, Some(live)),
        integration: issue.integration.clone(),
        cause: cause(issue),
        state: state(issue),
        tone: tone(issue),
        action: issue.next_action.clone(),
        facts: vec![
            counted(&found),
            ("Opened", format!("{} UTC", moment(issue.opened_at))),
            ("Last seen", format!("{} UTC", moment(issue.last_seen))),
            ("Owner", issue.owner.clone()),
            ("At the terminal", site.desk.typed(&issue.next)),
        ],
        bulk: bulk.map(|bulk| bulk.told()),
        is_over: is_over(&found),
        of_tickets: of_tickets(issue),
        may_acknowledge: issue.phase == "open",
        list: list(&deliveries, "", "None of its deliveries is parked any more."),
        more: found.more,
        text: site.desk.typed_in(&found.text),
        id,
    })
}

pub(super) async fn acknowledge(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Form(given): Form<Given>,
) -> Shown {
    let back = format!("/issues/{id}");
    given.check(&site, &back)?;
    let done = site.desk.acknowledge(&id, given.reason.trim()).await;
    let done = done.map_err(|e| site.refused(&e, &back))?;
    Ok(went(&back, &done.said))
}

/// Its tickets crashed: no delivery is parked for it, so nothing stands in the index under its name.
fn of_tickets(issue: &Summary) -> bool {
    issue.class == Class::Crashed
}

/// Whether nothing is left of it. Of tickets only the schedule knows, which looks at the DLQs.
fn is_over(found: &view::IssuePage) -> bool {
    if of_tickets(&found.issue) {
        return found.issue.phase == "resolved";
    }
    found.deliveries.is_empty()
}

/// How much there is of it. The schedule counts once a minute; where all stands on the page, it is counted there.
fn counted(found: &view::IssuePage) -> (&'static str, String) {
    if of_tickets(&found.issue) {
        return ("Tickets", found.issue.count.to_string());
    }
    let listed = u64::try_from(found.deliveries.len()).unwrap_or_default();
    let parked = if found.more { found.issue.count.max(listed) } else { listed };
    ("Parked deliveries", parked.to_string())
}

fn row(issue: &Summary, now: Timestamp) -> page::IssueRow {
    page::IssueRow {
        id: issue.id.to_string(),
        integration: issue.integration.clone(),
        cause: cause(issue),
        owner: issue.owner.clone(),
        count: issue.count.to_string(),
        first: age(issue.opened_at, now),
        last: age(issue.last_seen, now),
        state: state(issue),
        tone: tone(issue),
    }
}

fn cause(issue: &Summary) -> String {
    let code = issue.code.as_deref().map(|code| format!(" {code}"));
    format!("{}{}", issue.class.word(), code.unwrap_or_default())
}

fn state(issue: &Summary) -> String {
    match &issue.acknowledged_by {
        Some(by) => format!("{} is on it", who(by)),
        None => issue.phase.to_owned(),
    }
}

fn tone(issue: &Summary) -> &'static str {
    match issue.phase {
        "open" => "bad",
        "acknowledged" => "wait",
        _ => "good",
    }
}
