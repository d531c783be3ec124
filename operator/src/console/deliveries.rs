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
use crate::desk::{Filter, Standing, view::NONE_LISTED};

/// What is said where nothing was found.
const NONE: &str = "No such delivery in this time.";

/// So many deliveries stand on one page.
const MOST: usize = 50;

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    state: Option<String>,
    integration: Option<String>,
    issue: Option<String>,
    cursor: Option<String>,
}

pub(super) async fn show(State(site): State<Arc<Site>>, Query(asked): Query<Asked>) -> Shown {
    let known = |word: &String| Standing::from_str(word, true).ok();
    let state = asked.state.as_ref().and_then(known);
    let integration = asked.integration.clone().filter(|name| !name.is_empty());
    let issue = asked.issue.clone().filter(|id| !id.is_empty());
    let filter = Filter {
        state,
        integration: integration.clone(),
        issue: issue.clone(),
        ..Filter::default()
    };
    let found = site.desk.deliveries(&filter, MOST, asked.cursor.as_deref()).await;
    let found = found.map_err(|e| site.refused(&e, "/deliveries"))?;
    let path = |state: Option<Standing>| {
        let state = state.map(|state| format!("state={}&", state.word()));
        let one = |key: &str, value: &Option<String>| {
            value.as_deref().map(|value| format!("{key}={}&", encoded(value))).unwrap_or_default()
        };
        let (name, issue) = (one("integration", &integration), one("issue", &issue));
        format!("/deliveries?{}{name}{issue}", state.unwrap_or_default())
    };
    shown(&page::Deliveries {
        frame: site.frame("Deliveries", Said::default(), None),
        lead: lead(integration.as_deref(), issue.as_deref(), state)
            + if found.more { " More may wait than are shown." } else { "" },
        // What is under an issue is parked: there is no other state to choose.
        filters: if issue.is_some() { vec![] } else { filters(&path, state) },
        list: list(&found, &path(state), if found.of_issues { NONE_LISTED } else { NONE }),
    })
}

/// What stands on the page, in one sentence.
fn lead(integration: Option<&str>, issue: Option<&str>, state: Option<Standing>) -> String {
    let of = integration.map(|name| format!(" of {name}")).unwrap_or_default();
    match (issue, state) {
        (Some(id), _) => format!("What is parked under issue {id}, newest first."),
        (None, Some(Standing::Parked)) => format!("Everything parked{of}, newest first."),
        (None, Some(Standing::Waiting)) => format!("What waits{of}, soonest first."),
        (None, _) => format!("The last 7 days{of}, newest first."),
    }
}

type Choice = (&'static str, String, bool);

fn filters(path: &dyn Fn(Option<Standing>) -> String, state: Option<Standing>) -> Vec<Choice> {
    let all = [
        ("All", None),
        ("Needs you", Some(Standing::Parked)),
        ("Waiting", Some(Standing::Waiting)),
        ("Delivered", Some(Standing::Delivered)),
    ];
    all.map(|(name, one)| (name, path(one), one == state)).to_vec()
}
