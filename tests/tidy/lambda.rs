//! Functions of the template: limits, loops, logs and the schedule.

use std::{collections::BTreeSet, time::Duration};

use fairlead_core::{door::Memory, drive::Rules, integration::Catalog, issue::look::SENDS};

use crate::{
    fault::none,
    iam::{grants, role_of},
    setting::environments,
    template::{Resource, functions, mappings, number, resource, shared},
    yaml::Node,
};

/// Trap P12: Lambda stops a loop after 16 hops.
#[test]
fn functions_that_pass_tickets_in_a_circle_may_and_no_others() {
    // Lambda stops a chain of queues at its 16th hop and drops the message, unless the function allows loops.
    none(functions().into_iter().filter_map(|function| {
        let allowed = function.property("RecursiveLoop").map_or("", Node::text) == "Allow";
        match (reaches(function).contains(function.id), allowed) {
            (true, false) => Some(function.fault(
                "RecursiveLoop",
                "set RecursiveLoop to Allow: it is part of a circle of queues",
            )),
            (false, true) => Some(function.fault(
                "RecursiveLoop",
                "take RecursiveLoop out: it is part of no circle, so a loop is a fault",
            )),
            _ => None,
        }
    }));
}

#[test]
fn validate_dispatch_and_retry_are_seen_as_a_circle() {
    let circle =
        functions().into_iter().filter(|function| reaches(*function).contains(function.id));
    let ids: Vec<&str> = circle.map(|function| function.id).collect();
    assert_eq!(
        ids,
        ["ValidateFunction", "DispatchFunction", "RetryFunction"],
        "which functions send tickets back to themselves"
    );
}

#[test]
fn every_function_stays_within_the_limits_of_lambda() {
    for (environment, overrides) in environments() {
        none(functions().into_iter().flat_map(|function| {
            let within = |name: &str, least: u64, most: u64| {
                let value = number(shared(function, name), &overrides);
                let good = value.is_some_and(|value| (least..=most).contains(&value));
                (!good).then(|| {
                    function.fault(
                        name,
                        &format!(
                            "set {name} between {least} and {most} (environment {environment})"
                        ),
                    )
                })
            };
            [within("Timeout", 1, 900), within("MemorySize", 128, 10_240)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
        }));
    }
}

/// Trap P5: a lock that is shorter than the work under it.
#[test]
fn a_lease_ends_after_dispatch_and_before_its_ticket_is_seen_again() {
    let dispatch = resource("DispatchFunction").expect("the template has DispatchFunction");
    let queue = resource("DispatchQueue").expect("the template has DispatchQueue");
    for (environment, overrides) in environments() {
        let seconds = |node| Duration::from_secs(number(node, &overrides).unwrap_or_default());
        let runs = seconds(shared(dispatch, "Timeout"));
        let hidden = seconds(queue.property("VisibilityTimeout"));
        let lease = Rules::new(&Catalog::default(), &Memory::default(), runs).lease;
        let mend = format!(
            "in the environment {environment} a lease of {lease:?} is not between the {runs:?} \
             that dispatch may run and the {hidden:?} that its ticket is hidden"
        );
        none((lease <= runs || lease >= hidden).then(|| dispatch.fault("Timeout", &mend)));
    }
}

/// A channel that is waited for when the function ends leaves its message claimed, and nobody hears why.
#[test]
fn the_last_message_of_a_look_ends_before_its_function() {
    let alert = resource("AlertFunction").expect("the template has AlertFunction");
    let longest = SENDS + Duration::from_secs(10);
    for (environment, overrides) in environments() {
        let runs = number(shared(alert, "Timeout"), &overrides).map(Duration::from_secs);
        let mend = format!("in the environment {environment} it ends before {longest:?} are over");
        none((runs < Some(longest)).then(|| alert.fault("Timeout", &mend)));
    }
}

#[test]
fn every_function_has_logs_of_its_own_that_end() {
    let groups: Vec<&str> = functions()
        .iter()
        .filter_map(|function| log_group(*function))
        .map(|group| group.id)
        .collect();
    none(functions().into_iter().filter_map(|function| {
        let path = "LoggingConfig/LogGroup";
        let Some(group) = log_group(function) else {
            return Some(function.fault(
                path,
                "name a log group of the template; one that Lambda makes keeps logs for ever",
            ));
        };
        if groups.iter().filter(|id| **id == group.id).count() > 1 {
            return Some(function.fault(path, "give it a log group of its own"));
        }
        let ends = group.property("RetentionInDays").is_some();
        (!ends).then(|| {
            group.fault("RetentionInDays", "set RetentionInDays, or logs are kept for ever")
        })
    }));
}

#[test]
fn what_is_due_is_released_and_issues_are_looked_at_every_minute() {
    none(["RetryFunction", "AlertFunction"].into_iter().filter_map(|name| {
        let function = resource(name).expect("the template has this function");
        let events = function.property("Events").map_or(&[][..], Node::entries);
        let schedules: Vec<&str> = events
            .iter()
            .filter(|(_, event)| event.text_at("Type") == "ScheduleV2")
            .map(|(_, event)| event.text_at("Properties/ScheduleExpression"))
            .collect();
        (schedules != ["rate(1 minute)"])
            .then(|| function.fault("Events", "give it one ScheduleV2 of rate(1 minute)"))
    }));
}

fn log_group(function: Resource) -> Option<Resource> {
    function.property("LoggingConfig/LogGroup").and_then(Node::target).and_then(resource)
}

/// Every function that gets a message because this one was run, over any number of queues.
fn reaches(function: Resource) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![function];
    while let Some(next) = open.pop() {
        let role = role_of(next).map_or("", |role| role.id);
        let sends = grants(role);
        let gets = mappings()
            .into_iter()
            .filter(|mapping| sends.contains(&format!("sqs:SendMessage on {}", mapping.queue.id)));
        open.extend(
            gets.map(|mapping| mapping.function).filter(|function| seen.insert(function.id)),
        );
    }
    seen
}
