//! Metrics: the dashboard and the alarms look at those that the code counts, by the dimensions it counts them under.

use fairlead_core::metric::{METRICS, NAMESPACE};

use crate::{
    fault::none,
    template::{Resource, resources},
    yaml::Node,
};

#[test]
fn every_search_of_the_dashboard_finds_a_metric_of_ours() {
    let dashboards = resources("AWS::CloudWatch::Dashboard");
    assert!(!dashboards.is_empty(), "the template has a dashboard");
    none(dashboards.into_iter().flat_map(|dashboard| {
        let body = dashboard.property("DashboardBody").map_or("", Node::text);
        let searches = searches(body);
        assert!(searches.len() > 10, "the dashboard searches for metrics: {searches:?}");
        let wrong = searches.into_iter().filter(|(name, under)| !is_counted(name, under));
        wrong.map(|(name, under)| fault(dashboard, &name, &under)).collect::<Vec<_>>()
    }));
}

#[test]
fn every_alarm_on_a_metric_of_ours_looks_at_one_that_there_is() {
    none(resources("AWS::CloudWatch::Alarm").into_iter().filter_map(|alarm| {
        let text = |path: &str| alarm.property(path).map_or("", Node::text);
        let dimensions = alarm.property("Dimensions").map(Node::items).unwrap_or_default();
        let under: Vec<String> = dimensions.iter().map(|d| d.text_at("Name").to_owned()).collect();
        let (name, ours) = (text("MetricName"), text("Namespace") == NAMESPACE);
        (ours && !is_counted(name, &under)).then(|| fault(alarm, name, &under))
    }));
}

#[test]
fn every_metric_is_looked_at() {
    let template = crate::tree::read(crate::template::PATH);
    let unseen: Vec<&str> = METRICS
        .iter()
        .map(|(name, _, _)| *name)
        .filter(|name| !template.contains(&format!("MetricName=\\\"{name}\\\"")))
        .collect();
    assert_eq!(unseen, [""; 0], "put them on the dashboard, or do not count them");
}

/// The dashboard is JSON within YAML: one that is no JSON is refused at the deploy, at the earliest.
#[test]
fn the_dashboard_is_json() {
    for dashboard in resources("AWS::CloudWatch::Dashboard") {
        let body = dashboard.property("DashboardBody").map_or("", Node::text);
        let read = serde_json::from_str::<serde_json::Value>(body);
        assert!(read.is_ok(), "{}: {read:?}", dashboard.id);
    }
}

/// `{Fairlead,Integration,Destination} MetricName=\"Accepted\"`, each with its name and its dimensions.
fn searches(body: &str) -> Vec<(String, Vec<String>)> {
    let begin = format!("{{{NAMESPACE},");
    let found = body.split(&begin).skip(1).filter_map(|rest| {
        let (under, rest) = rest.split_once('}')?;
        let name = rest.split_once("MetricName=\\\"")?.1.split('\\').next()?;
        Some((name.to_owned(), under.split(',').map(str::to_owned).collect()))
    });
    found.collect()
}

fn is_counted(name: &str, under: &[String]) -> bool {
    METRICS.iter().any(|(known, _, sets)| *known == name && sets.iter().any(|set| *set == under))
}

fn fault(at: Resource, name: &str, under: &[String]) -> crate::fault::Fault {
    at.fault("", &format!("{name} is not counted under {under:?}; see shared/core/src/metric.rs"))
}
