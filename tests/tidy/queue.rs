//! Queues: each has a DLQ of its own, keeps long enough, and hides a ticket for longer than anybody works on it.

use crate::{
    fault::{Fault, none},
    setting::environments,
    template::{Mapping, Overrides, PATH, Resource, mappings, number, resource, resources, shared},
    yaml::Node,
};

const FOURTEEN_DAYS: u64 = 14 * 24 * 60 * 60;

/// A queue and the DLQ that takes what failed there.
pub(crate) struct Pair {
    pub(crate) source: Resource,
    pub(crate) dlq: Resource,
}

/// Every queue that has a DLQ, with it.
pub(crate) fn pairs() -> Vec<Pair> {
    let dlq = |source: Resource| {
        let target = source.property("RedrivePolicy/deadLetterTargetArn").and_then(Node::target);
        target.and_then(resource).map(|dlq| Pair { source, dlq })
    };
    resources("AWS::SQS::Queue").into_iter().filter_map(dlq).collect()
}

#[test]
fn every_queue_that_is_worked_on_gives_up_to_a_dlq_of_its_own() {
    none(mappings().into_iter().flat_map(|mapping| {
        let queue = mapping.queue;
        let dlqs: Vec<&str> = pairs()
            .iter()
            .filter(|pair| pair.source.id == queue.id)
            .map(|pair| pair.dlq.id)
            .collect();
        let shared = pairs().iter().filter(|pair| dlqs.contains(&pair.dlq.id)).count();
        let own = (dlqs.len() != 1 || shared != 1).then(|| {
            queue
                .fault("RedrivePolicy", "give it a RedrivePolicy to a DLQ that no other queue uses")
        });
        let five = queue.demand(
            "RedrivePolicy/maxReceiveCount",
            "5",
            "fewer gives up on a hiccup, more hides a fault",
        );
        own.into_iter().chain(five)
    }));
}

#[test]
fn every_queue_is_worked_on_or_is_a_dlq() {
    let worked: Vec<&str> = mappings().iter().map(|mapping| mapping.queue.id).collect();
    let dlqs: Vec<&str> = pairs().iter().map(|pair| pair.dlq.id).collect();
    let idle = resources("AWS::SQS::Queue")
        .into_iter()
        .filter(|one| !worked.contains(&one.id) && !dlqs.contains(&one.id));
    none(
        idle.map(|one| {
            one.fault("", "no function works on it and it is nobody's DLQ; take it out")
        }),
    );
}

/// Trap P27: a DLQ counts from when the message was first sent.
#[test]
fn every_dlq_keeps_messages_14_days_and_longer_than_its_source() {
    let kept =
        |queue: Resource| number(queue.property("MessageRetentionPeriod"), &Overrides::new());
    none(pairs().into_iter().filter_map(|Pair { source, dlq }| {
        let path = "MessageRetentionPeriod";
        if kept(dlq) != Some(FOURTEEN_DAYS) {
            return Some(
                dlq.fault(path, "set MessageRetentionPeriod to 1209600, which is 14 days"),
            );
        }
        // A DLQ counts from the first send, so what waited long in its source has little time left.
        let long = kept(source).is_none_or(|seconds| seconds >= FOURTEEN_DAYS);
        let mend = "set MessageRetentionPeriod below that of its DLQ, \
                    which counts from the first send";
        long.then(|| source.fault(path, mend))
    }));
}

#[test]
fn a_dlq_takes_messages_of_its_own_source_only() {
    none(pairs().into_iter().filter_map(|Pair { source, dlq }| {
        let allow =
            dlq.property("RedriveAllowPolicy/sourceQueueArns").map(Node::items).unwrap_or_default();
        let name = source.property("QueueName").map_or("", Node::text);
        let one = allow.len() == 1 && allow[0].text().ends_with(&format!(":{name}"));
        let by_queue = dlq.property("RedriveAllowPolicy/redrivePermission").map_or("", Node::text)
            == "byQueue";
        (!one || !by_queue).then(|| {
            dlq.fault("RedriveAllowPolicy", &format!("allow byQueue the one source {}", source.id))
        })
    }));
}

/// Trap P14: a ticket that is seen again while its call still runs.
#[test]
fn a_ticket_stays_hidden_six_times_as_long_as_its_function_may_run() {
    for (environment, overrides) in environments() {
        none(mappings().into_iter().filter_map(|Mapping { function, queue, node }| {
            let number = |node| number(node, &overrides);
            let hidden = number(queue.property("VisibilityTimeout")).unwrap_or(30);
            let runs = number(shared(function, "Timeout")).unwrap_or(900);
            let gathers = number(node.get("MaximumBatchingWindowInSeconds")).unwrap_or(0);
            let wanted = 6 * runs + gathers;
            let mend = format!(
                "in the environment {environment} it hides a ticket for {hidden} s; hide it for \
                 {wanted} s or more, as {} runs {runs} s, or the ticket is worked on twice",
                function.id
            );
            (hidden < wanted).then(|| queue.fault("VisibilityTimeout", &mend))
        }));
    }
}

#[test]
fn every_queue_says_how_long_it_hides_a_message() {
    none(mappings().into_iter().filter_map(|Mapping { queue, .. }| {
        let path = "VisibilityTimeout";
        let known = number(queue.property(path), &Overrides::new()).is_some();
        (!known).then(|| queue.fault(path, "set VisibilityTimeout to a number or a parameter"))
    }));
}

#[test]
fn every_batch_names_the_records_that_failed() {
    none(mappings().into_iter().filter_map(|Mapping { function, node, .. }| {
        let types = node.get("FunctionResponseTypes").map(Node::items).unwrap_or_default();
        let reports = types.iter().any(|one| one.text() == "ReportBatchItemFailures");
        let mend = format!(
            "{}: set FunctionResponseTypes: [ReportBatchItemFailures], \
             or one bad record repeats its batch",
            function.id
        );
        (!reports).then(|| Fault::new(PATH, node.line, mend))
    }));
}

#[test]
fn only_the_rule_of_the_bus_may_send_into_a_queue() {
    for policy in resources("AWS::SQS::QueuePolicy") {
        let document = policy.property("PolicyDocument/Statement");
        let statements = document.map(Node::items).unwrap_or_default();
        let others = statements.into_iter().filter(|statement| !is_for_the_rule(statement));
        none(others.map(|statement| {
            let mend = format!(
                "{}: allow only events.amazonaws.com to sqs:SendMessage, \
                 with ArnEquals on the rule's ARN",
                policy.id
            );
            Fault::new(PATH, statement.line, mend)
        }));
    }
}

fn is_for_the_rule(statement: &Node) -> bool {
    let source = statement.get("Condition/ArnEquals/aws:SourceArn");
    let rule = source.and_then(Node::target).and_then(resource);
    rule.is_some_and(|one| one.node.text_at("Type") == "AWS::Events::Rule")
        && statement.text_at("Principal/Service") == "events.amazonaws.com"
        && statement.text_at("Action") == "sqs:SendMessage"
}
