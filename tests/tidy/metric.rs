//! Metrics: the dashboard and the alarms look at those that the code counts, by the dimensions it counts them under.

use fairlead_aws::metric::SCHEDULED;
use fairlead_core::metric::{METRICS, Metric, NAMESPACE};

use crate::{
    fault::none,
    template::{Resource, functions, resources},
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

/// A schedule that is disabled makes no error, so that its work was done is counted, by an alarm to which silence is the
/// fault; and by the name of its function, or another stack of the account would speak for this one.
#[test]
fn every_schedule_has_an_alarm_that_rings_when_its_work_is_not_done() {
    let alarms = resources("AWS::CloudWatch::Alarm");
    none(scheduled().into_iter().filter_map(|(function, _)| {
        let rings = alarms.iter().any(|alarm| misses(*alarm, function.id));
        let mend = "its schedule has no alarm on a metric of SCHEDULED below 1, under this function's name, \
                    with TreatMissingData: breaching";
        (!rings).then(|| function.fault("Events", mend))
    }));
}

/// Who operates sees the schedule that the alarm tells her to look at.
#[test]
fn an_alarm_on_a_schedule_names_that_schedule() {
    let alarms = resources("AWS::CloudWatch::Alarm");
    none(scheduled().into_iter().flat_map(|(function, schedule)| {
        let of_it = alarms.iter().filter(move |alarm| misses(**alarm, function.id));
        let command = format!("aws scheduler get-schedule --name {schedule}");
        let silent = of_it.filter(move |alarm| {
            let text = alarm.property("AlarmDescription").map_or("", Node::text);
            !text.contains(&command)
        });
        silent.map(|alarm| alarm.fault("AlarmDescription", "name its schedule")).collect::<Vec<_>>()
    }));
}

#[test]
fn every_metric_is_looked_at() {
    let template = crate::tree::read(crate::template::PATH);
    let dashboard = |name: &str| format!("MetricName=\\\"{name}\\\"");
    let alarm = |name: &str| format!("MetricName: {name}\n");
    let unseen: Vec<&str> = known()
        .map(|(name, _, _)| *name)
        .filter(|name| !template.contains(&dashboard(name)) && !template.contains(&alarm(name)))
        .collect();
    assert_eq!(
        unseen, [""; 0],
        "give them a place on the dashboard or an alarm, or do not count them"
    );
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

/// What core's rules count, and what the functions themselves do.
fn known() -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().chain(&SCHEDULED)
}

/// Functions that a schedule invokes, each with the schedule's name.
fn scheduled() -> Vec<(Resource, &'static str)> {
    let of = |function: Resource| {
        let events = function.property("Events").map(Node::entries).unwrap_or_default();
        let named = |event: &'static Node| {
            let is_one = event.text_at("Type") == "ScheduleV2";
            is_one.then(|| (function, event.text_at("Properties/Name")))
        };
        events.iter().filter_map(move |(_, event)| named(event)).collect::<Vec<_>>()
    };
    let found: Vec<_> = functions().into_iter().flat_map(of).collect();
    assert!(!found.is_empty(), "functions have schedules");
    found
}

/// Whether an alarm rings when a function has not said that its work was done.
fn misses(alarm: Resource, function: &str) -> bool {
    let text = |path: &str| alarm.property(path).map_or("", Node::text);
    let dimensions = alarm.property("Dimensions").map(Node::items).unwrap_or_default();
    let under = dimensions.iter().all(|one| {
        let value = one.get("Value").and_then(Node::target);
        one.text_at("Name") == "Function" && value == Some(function)
    });
    let numbers = (text("Threshold"), text("ComparisonOperator"), text("TreatMissingData"));
    text("Namespace") == NAMESPACE
        && SCHEDULED.iter().any(|(name, _, _)| *name == text("MetricName"))
        && dimensions.len() == 1
        && under
        && numbers == ("1", "LessThanThreshold", "breaching")
}

fn is_counted(name: &str, under: &[String]) -> bool {
    known().any(|(known, _, sets)| *known == name && sets.iter().any(|set| *set == under))
}

fn fault(at: Resource, name: &str, under: &[String]) -> crate::fault::Fault {
    at.fault("", &format!("{name} is not counted under {under:?}; see shared/core/src/metric.rs and shared/aws/src/metric.rs"))
}
