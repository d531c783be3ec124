//! Deliveries, a page at a time, by key.

use std::sync::Arc;

use axum::extract::{Query, State};
use clap::ValueEnum;
use serde::Deserialize;

use super::{
    list::{encoded, list},
    page,
    site::{Said, Shown, Site, shown},
};
use crate::desk::{Filter, Standing};

/// So many deliveries stand on one page.
const MOST: usize = 50;

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    state: Option<String>,
    integration: Option<String>,
    cursor: Option<String>,
}

pub(super) async fn show(State(site): State<Arc<Site>>, Query(asked): Query<Asked>) -> Shown {
    let known = |word: &String| Standing::from_str(word, true).ok();
    let state = asked.state.as_ref().and_then(known);
    let integration = asked.integration.clone().filter(|name| !name.is_empty());
    let filter = Filter { state, integration: integration.clone(), ..Filter::default() };
    let found = site.desk.deliveries(&filter, MOST, asked.cursor.as_deref()).await;
    let found = found.map_err(|e| site.refused(&e, "/deliveries"))?;
    let path = |state: Option<Standing>| {
        let state = state.map(|state| format!("state={}&", state.word()));
        let name = integration.as_deref().map(|name| format!("integration={}&", encoded(name)));
        format!("/deliveries?{}{}", state.unwrap_or_default(), name.unwrap_or_default())
    };
    let of = integration.as_deref().map(|name| format!(" of {name}")).unwrap_or_default();
    shown(&page::Deliveries {
        frame: site.frame("Deliveries", Said::default(), None),
        lead: format!("The last 7 days{of}, newest first."),
        filters: [
            ("All", None),
            ("Needs you", Some(Standing::Parked)),
            ("Waiting", Some(Standing::Waiting)),
            ("Delivered", Some(Standing::Delivered)),
        ]
        .map(|(name, one)| (name, path(one), one == state))
        .to_vec(),
        list: list(&found, &path(state), "No such delivery in this time."),
    })
}
