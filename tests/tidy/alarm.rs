//! Alarms: none of the DLQs fills unseen, and every alarm says what to do.

use clap::Parser;
use fairlead::cli::Cli;
use fairlead_tests::shell::words;

use crate::{
    fault::none,
    queue::pairs,
    template::{Resource, resource, resources},
    yaml::Node,
};

#[test]
fn every_dlq_has_an_alarm_that_looks_at_this_very_queue() {
    let alarms = resources("AWS::CloudWatch::Alarm");
    none(pairs().into_iter().filter_map(|pair| {
        let watched = alarms.iter().any(|alarm| {
            watches(*alarm, pair.dlq.id, "ApproximateNumberOfMessagesVisible")
                && text(*alarm, "Threshold") == "0"
        });
        let mend = "add an alarm on ApproximateNumberOfMessagesVisible above 0 \
                    with the one dimension QueueName, the GetAtt of this queue's name";
        (!watched).then(|| pair.dlq.fault("", mend))
    }));
}

/// A look at a DLQ hides its messages for a moment, and they are not gone.
#[test]
fn no_alarm_on_a_dlq_believes_one_minute_alone() {
    let alarms = resources("AWS::CloudWatch::Alarm");
    none(pairs().into_iter().flat_map(|pair| {
        let of_it =
            |alarm: &&Resource| watches(**alarm, pair.dlq.id, "ApproximateNumberOfMessagesVisible");
        let minutes = |alarm: &Resource| {
            let number = |path| text(*alarm, path).parse::<u32>().unwrap_or(1);
            (number("DatapointsToAlarm"), number("EvaluationPeriods"))
        };
        let hasty = alarms.iter().filter(of_it).filter(|alarm| minutes(alarm) != (2, 3));
        let mend = "set EvaluationPeriods to 3 and DatapointsToAlarm to 2";
        hasty.map(|alarm| alarm.fault("EvaluationPeriods", mend)).collect::<Vec<_>>()
    }));
}

/// A queue that nobody works on fills no DLQ: messages that are never received never fail.
#[test]
fn every_queue_with_a_dlq_has_an_alarm_on_the_age_of_its_oldest_message() {
    let alarms = resources("AWS::CloudWatch::Alarm");
    none(pairs().into_iter().filter_map(|pair| {
        let watched = alarms.iter().any(|alarm| {
            watches(*alarm, pair.source.id, "ApproximateAgeOfOldestMessage")
                && text(*alarm, "Threshold").parse::<u32>().is_ok_and(|seconds| seconds > 0)
                && text(*alarm, "Statistic") == "Maximum"
        });
        let mend = "add an alarm on ApproximateAgeOfOldestMessage, its Maximum, \
                    with the one dimension QueueName, the GetAtt of this queue's name";
        (!watched).then(|| pair.source.fault("", mend))
    }));
}

#[test]
fn every_alarm_tells_an_owner_what_to_do() {
    none(resources("AWS::CloudWatch::Alarm").into_iter().filter_map(|alarm| {
        let told = alarm.property("AlarmDescription").is_some_and(|text| text.text().len() > 40);
        if !told {
            return Some(alarm.fault(
                "AlarmDescription",
                "say in AlarmDescription what is ill and what to do next",
            ));
        }
        let actions = alarm.property("AlarmActions").map(Node::items).unwrap_or_default();
        let topic = |action: &&Node| {
            let target = action.target().and_then(resource);
            target.is_some_and(|one| one.node.text_at("Type") == "AWS::SNS::Topic")
        };
        (!actions.iter().any(topic))
            .then(|| alarm.fault("AlarmActions", "send it to the owners' topic in AlarmActions"))
    }));
}

#[test]
fn every_command_that_an_alarm_names_can_be_typed_as_it_stands() {
    let mut found = 0;
    for alarm in resources("AWS::CloudWatch::Alarm") {
        let text = alarm.property("AlarmDescription").map_or("", Node::text);
        for (at, _) in text.match_indices(": fairlead ") {
            let rest = text[at + 2..].split(". ").next().unwrap_or_default();
            // A reason is for her to say.
            let rest = rest.replace("\"...\"", "\"its cause is mended\"");
            let command = words(rest.trim().trim_end_matches('.'));
            let read = Cli::try_parse_from(&command);
            assert!(read.is_ok(), "{}: {command:?} is no command", alarm.id);
            found += 1;
        }
    }
    assert!(found > 0, "alarms name commands");
}

/// Alarms with a wrong dimension are valid and never ring.
fn watches(alarm: Resource, queue: &str, metric: &str) -> bool {
    let dimensions = alarm.property("Dimensions").map(Node::items).unwrap_or_default();
    let of_queue = |one: &&Node| {
        let value = one.get("Value");
        let name = value.is_some_and(|value| {
            value.tag == "GetAtt" && value.text() == format!("{queue}.QueueName")
        });
        one.text_at("Name") == "QueueName" && name
    };
    text(alarm, "Namespace") == "AWS/SQS"
        && text(alarm, "MetricName") == metric
        && text(alarm, "ComparisonOperator") == "GreaterThanThreshold"
        && dimensions.len() == 1
        && dimensions.iter().all(of_queue)
}

fn text(alarm: Resource, path: &str) -> &'static str {
    alarm.property(path).map_or("", Node::text)
}
