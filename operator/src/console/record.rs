//! Everything that happened to one business record.

use std::{sync::Arc, time::Duration};

use axum::extract::{Query, State};
use fairlead_core::span;
use serde::Deserialize;

use super::{
    list::{encoded, line, tone},
    page,
    site::{Said, Shown, Site, moment, shown},
};
use crate::desk::view::{self, counted};

/// How many seconds lie between two looks: each reads an eighth of the keys of all that ran in that time.
const FOLLOWS: u8 = 15;

/// What is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    id: String,
    since: Option<String>,
    cursor: Option<String>,
    said: Option<String>,
}

pub(super) async fn show(State(site): State<Arc<Site>>, Query(asked): Query<Asked>) -> Shown {
    let id = asked.id.trim();
    if id.is_empty() {
        return Err(site.trouble(
            "Which record?",
            "Give its id in the source system, as D-1042.",
            "/",
        ));
    }
    let since: Option<Duration> = asked.since.as_deref().and_then(|text| span::parse(text).ok());
    let life = site.desk.record_before(id, since, asked.cursor.as_deref()).await;
    let life = life.map_err(|e| site.refused(&e, "/"))?;
    let more = life.cursor.as_deref().map(|cursor| {
        format!(
            "/record?id={}&since={}&cursor={}",
            encoded(id),
            encoded(&life.since),
            encoded(cursor)
        )
    });
    let count = counted(life.deliveries.len(), "delivery", "deliveries");
    let lead = match (&asked.cursor, &more) {
        (None, None) => format!("{count} in the last {}, oldest first.", life.since),
        (None, Some(_)) => format!("The newest {count} in the last {}, oldest first.", life.since),
        (Some(_), _) => format!("{count} before those, oldest first."),
    };
    // While something moves, or was ordered just now, the page follows it.
    let moves = life.deliveries.iter().any(|one| tone(one.state) == "wait");
    let live = (moves || asked.said.is_some()).then_some(FOLLOWS);
    shown(&page::Record {
        frame: site.moving("", Said::of(asked.said), live),
        id: life.record,
        encoded: encoded(id),
        lead,
        since: life.since,
        lives: life.deliveries.iter().map(one).collect(),
        more,
    })
}

fn one(delivery: &view::Delivery) -> page::Life {
    let class = delivery.class.map(|class| format!("needs you: {}", class.word()));
    page::Life {
        id: delivery.delivery.clone(),
        integration: delivery.integration.clone(),
        record: delivery.record.to_string(),
        standing: class.unwrap_or_else(|| delivery.state.to_owned()),
        tone: tone(delivery.state),
        lines: delivery.history.iter().map(|one| line(moment(one.at), &one.text)).collect(),
    }
}
