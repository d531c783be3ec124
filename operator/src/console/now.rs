//! The first page: how every integration stands, and what needs somebody.

use std::{collections::BTreeSet, sync::Arc};

use axum::extract::{Query, State};

use super::{
    list::{gate_said, gate_tone, list},
    page,
    site::{After, Shown, Site, shown},
};
use crate::{
    cli::View,
    desk::{
        Filter, Standing,
        view::{self, age, number},
    },
};

/// So many of what needs somebody stand on the page.
const MOST: usize = 10;

pub(super) async fn show(State(site): State<Arc<Site>>, Query(said): After) -> Shown {
    let status = site.desk.status(None).await.map_err(|e| site.refused(&e, "/"))?;
    let filter = Filter { state: Some(Standing::Parked), ..Filter::default() };
    let parked = site.desk.deliveries(&filter, MOST, None).await;
    let parked = parked.map_err(|e| site.refused(&e, "/"))?;
    let sum = |of: fn(&view::Row) -> usize| number(status.integrations.iter().map(of).sum());
    let stopped = status.integrations.iter().filter(|row| row.gate != "closed");
    let stopped: BTreeSet<_> = stopped.filter_map(|row| destination(&row.integration)).collect();
    let unread: usize = status.integrations.iter().map(|row| row.unread).sum();
    let empty =
        if status.problem() { "No issue lists a delivery." } else { "Nothing needs anyone." };
    // Many keys are counted, so they are counted less often.
    let live = if status.bounded { 30 } else { 5 };
    shown(&page::Now {
        frame: site.moving("Now", said, Some(live)),
        lead: lead(&status),
        doubts: status.doubts(),
        needs_you: number(status.needs()),
        waiting: sum(|row| row.waiting),
        done: view::done(status.integrations.iter().map(|row| row.done).sum(), unread),
        since: age(status.since, status.now),
        stopped: number(stopped.len()),
        bounded: status.bounded,
        rows: status.integrations.iter().map(|one| row(one, &status)).collect(),
        list: list(&parked, "/deliveries?state=parked&", empty),
    })
}

fn lead(status: &view::Status) -> String {
    match status.needs() {
        0 if status.crashed > 0 => "Tickets have crashed: see the issues.".to_owned(),
        0 if status.problem() => "Owners were not told of something.".to_owned(),
        0 => "Nothing needs anyone. What waits is tried again by itself.".to_owned(),
        1 => "One record needs somebody.".to_owned(),
        some => format!("{} records need somebody.", number(some)),
    }
}

fn row(row: &view::Row, status: &view::Status) -> page::Row {
    page::Row {
        name: row.integration.clone(),
        owner: row.owner.clone(),
        done: view::done(row.done, row.unread),
        waiting: number(row.waiting),
        needs_you: number(row.needs_you),
        gate: gate_said(row.gate),
        gate_tone: gate_tone(row.gate),
        oldest: row.oldest.map(|since| age(since, status.now)).unwrap_or_default(),
    }
}

fn destination(integration: &str) -> Option<&'static str> {
    let name = fairlead_core::id::IntegrationName::new(integration);
    let (_, destination) = fairlead_catalog::catalog().find(&name)?;
    Some(destination.name.as_str())
}
