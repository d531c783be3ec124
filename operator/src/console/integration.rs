//! One integration: its policy, its destination's gate, and what needs somebody.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use fairlead_core::{
    gate::{Breaker, Gate},
    id::IntegrationName,
    integration::{Dedupe, Destination, Integration},
    span,
};

use super::{
    list::{gate_said, gate_tone, link, list},
    page,
    site::{After, Shown, Site, moment, shown},
};
use crate::desk::{Filter, Standing, view};

/// So many of what needs somebody stand on the page.
const MOST: usize = 20;

/// Of so many deliveries it is told which configuration made them.
const NEWEST: usize = 50;

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
    Query(said): After,
) -> Shown {
    let catalog = site.desk.catalog().map_err(|e| site.refused(&e, "/"))?;
    let found = catalog.find(&IntegrationName::new(&name));
    let Some((integration, destination)) = found else {
        let why = format!("No integration of this bundle is called \"{name}\".");
        return Err(site.trouble("There is no such integration", &why, "/"));
    };
    let gates = site.desk.gates().await.map_err(|e| site.refused(&e, "/"))?;
    let gate = gates.get(&destination.name);
    let word = gate.map_or("closed", view::gate);
    let (state, integration_name) = (Some(Standing::Parked), Some(name.clone()));
    let filter = Filter { state, integration: integration_name, ..Filter::default() };
    let parked = site.desk.deliveries(&filter, MOST, None).await;
    let parked = parked.map_err(|e| site.refused(&e, "/"))?;
    let all = Filter { integration: Some(name.clone()), ..Filter::default() };
    let newest = site.desk.deliveries(&all, NEWEST, None).await;
    let newest = newest.map_err(|e| site.refused(&e, "/"))?;
    let next = format!("/deliveries?state=parked&integration={name}&");
    let all_of = format!("/deliveries?integration={name}&");
    shown(&page::Integration {
        frame: site.frame("Now", said, Some(10)),
        description: integration.description.clone(),
        destination: destination.name.to_string(),
        gate: gate_said(word),
        gate_tone: gate_tone(word),
        stopped: gate.and_then(stopped),
        paused: gate.is_some_and(|gate| gate.pause.is_some()),
        facts: facts(integration, destination),
        runbook: link(integration.owner.runbook.as_deref()),
        list: list(&parked, &next, "No issue lists a delivery of this integration."),
        versions: versions(&newest.deliveries, integration),
        newest: list(&newest, &all_of, "Nothing ran in the last 7 days."),
        name,
    })
}

fn stopped(gate: &Gate) -> Option<String> {
    match (&gate.pause, &gate.breaker) {
        (Some(pause), _) => {
            let (by, since) = (view::who(&pause.by), moment(pause.since));
            Some(format!("Paused by {by} since {since} UTC: {}", pause.reason))
        }
        (None, Breaker::Open { until }) => {
            Some(format!("The breaker is open until {} UTC: calls failed.", moment(*until)))
        }
        (None, Breaker::HalfOpen { .. }) => {
            Some("The breaker lets one probe at a time pass.".into())
        }
        (None, Breaker::Closed) => None,
    }
}

fn facts(of: &Integration, destination: &Destination) -> Vec<(&'static str, String)> {
    let schedule: Vec<String> = of.retry.schedule.iter().map(|wait| span::text(*wait)).collect();
    let rate =
        destination.rate.map(|rate| format!("{} calls in {}", rate.calls, span::text(rate.per)));
    vec![
        ("Owner", format!("{}, {}", of.owner.team, of.owner.contact)),
        ("Event", of.source.event.clone()),
        ("Destination", format!("{}, {}", destination.name, destination.base_url)),
        ("Retries after", schedule.join(", ")),
        ("Gives up after", span::text(of.retry.give_up_after)),
        ("Rate", rate.unwrap_or_else(|| "none declared".to_owned())),
        ("If the answer is lost", unsure(of)),
        ("Recognises events for", span::text(of.idempotency.keep)),
        ("Configuration", short(of.hash.as_str())),
    ]
}

/// What follows when nobody knows whether the vendor has it.
fn unsure(of: &Integration) -> String {
    let asked = of.lookup.is_some().then_some("the vendor is asked whether it has it");
    match (&of.dedupe, asked) {
        (Dedupe::Key { max_age, .. }, asked) => {
            let age = span::text(*max_age);
            let then = asked.unwrap_or("it is parked");
            format!("sent again with the same key while that is younger than {age}; then {then}")
        }
        (Dedupe::Upsert, _) => "sent again: repeating it changes nothing more".to_owned(),
        (Dedupe::None, asked) => asked.unwrap_or("parked: a person looks first").to_owned(),
    }
}

/// The configurations of these deliveries, which come newest first.
fn versions(deliveries: &[view::Item], of: &Integration) -> Vec<page::Version> {
    let mut versions: Vec<page::Version> = Vec::new();
    for item in deliveries {
        let (hash, at) = (short(&item.configuration), moment(item.accepted_at));
        match versions.iter_mut().find(|version| version.hash == hash) {
            Some(known) => {
                known.count += 1;
                known.first = at;
            }
            None => versions.push(page::Version {
                current: item.configuration == of.hash.as_str(),
                count: 1,
                first: at.clone(),
                last: at,
                hash,
            }),
        }
    }
    versions
}

/// As much of a digest as tells versions apart.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
