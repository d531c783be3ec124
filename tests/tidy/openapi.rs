//! infra/openapi.yaml: it describes the routes that there are and every problem that the code can answer.

use std::collections::BTreeSet;

use fairlead_core::{
    id::DeliveryId,
    problem::Problem,
    violation::{Contract, Violation},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    template::resources,
    tree::read,
    yaml::{self, Node},
};

const FILE: &str = "infra/openapi.yaml";

const SEND: &[&str] = &["/events/{integration}/post", "/hooks/{integration}/post"];
const HOOK: &[&str] = &["/hooks/{integration}/post"];
const ASK: &[&str] = &["/deliveries/{id}/get"];
const ALL: &[&str] =
    &["/events/{integration}/post", "/hooks/{integration}/post", "/deliveries/{id}/get"];

/// Where a problem can be the answer. A new one does not compile until it is placed, and described in the file.
fn answered_at(problem: &Problem) -> &'static [&'static str] {
    match problem {
        Problem::BadBody(_)
        | Problem::WrongContentType(_)
        | Problem::BadKey(_)
        | Problem::UnknownIntegration(_)
        | Problem::TooLarge { .. }
        | Problem::TooMany { .. }
        | Problem::WrongType { .. }
        | Problem::Violations(_)
        | Problem::Conflict(_) => SEND,
        Problem::Unproven | Problem::NoHook(_) => HOOK,
        Problem::UnknownDelivery(_) => ASK,
        Problem::NotFound | Problem::TryAgain => ALL,
    }
}

/// One of each kind, as the file shows it.
fn shown() -> Vec<Problem> {
    let violation = Violation {
        pointer: "/data/deal/currency".to_owned(),
        detail: "must be a text".to_owned(),
        of: Contract::Event,
    };
    let first = Uuid::from_u128(0x019a_2c7e_0000_7000_8000_0000_0000_0000);
    vec![
        Problem::BadBody("the event is empty; send one JSON object".to_owned()),
        Problem::WrongContentType("text/plain".to_owned()),
        Problem::BadKey("Idempotency-Key is empty".to_owned()),
        Problem::Unproven,
        Problem::UnknownIntegration("deal-lost".to_owned()),
        Problem::NoHook("deal-won-to-invoice".to_owned()),
        Problem::UnknownDelivery("0199c2".to_owned()),
        Problem::TooLarge { most: 200_000 },
        Problem::TooMany { most: 100 },
        Problem::WrongType {
            given: "of type crm.deal.lost".to_owned(),
            wanted: "of type crm.deal.won".to_owned(),
        },
        Problem::Violations(vec![violation]),
        Problem::Conflict(DeliveryId(first)),
        Problem::NotFound,
        Problem::TryAgain,
    ]
}

fn file() -> Node {
    yaml::parse(&read(FILE))
}

/// The part that a `$ref` points at, or the node itself.
fn resolved<'n>(file: &'n Node, node: &'n Node) -> &'n Node {
    match node.get("$ref").map(Node::text).and_then(|to| to.strip_prefix("#/")) {
        Some(path) => file.get(path).unwrap_or_else(|| panic!("{FILE}: nothing stands at {path}")),
        None => node,
    }
}

fn operations(file: &Node) -> Vec<(String, &Node)> {
    let mut all = Vec::new();
    for (path, item) in file.get("paths").expect("paths").entries() {
        for (method, it) in item.entries() {
            all.push((format!("{} {path}", method.to_uppercase()), it));
        }
    }
    all
}

#[test]
fn the_paths_of_the_api_are_the_routes_of_the_template_with_the_same_guard() {
    let file = file();
    let described: BTreeSet<(String, &str)> = operations(&file)
        .into_iter()
        .map(|(route, it)| {
            let signed = it.get("security").is_some_and(|by| !by.all()[1..].is_empty());
            (route, if signed { "AWS_IAM" } else { "NONE" })
        })
        .collect();
    let deployed: BTreeSet<(String, &str)> = resources("AWS::ApiGatewayV2::Route")
        .into_iter()
        .map(|route| {
            let text = |name| route.property(name).map_or("", Node::text);
            (text("RouteKey").to_owned(), text("AuthorizationType"))
        })
        .collect();
    assert_eq!(described, deployed);
}

#[test]
fn every_problem_is_described_where_it_can_be_answered_and_shown_as_the_code_says_it() {
    let file = file();
    for problem in shown() {
        for place in answered_at(&problem) {
            let (path, method) = place.rsplit_once('/').expect("a path and a method");
            let item = file.get("paths").and_then(|paths| entry(paths, path)).expect(path);
            let responses = item.get(method).and_then(|it| it.get("responses")).expect(place);
            let status = problem.status().to_string();
            let response = entry(responses, &status)
                .unwrap_or_else(|| panic!("{FILE}: {place} does not describe {status}"));
            let media = resolved(&file, response).get("content").expect("content");
            let examples = entry(media, "application/problem+json")
                .and_then(|media| media.get("examples"))
                .unwrap_or_else(|| panic!("{FILE}: {place} {status} shows no problem"));
            let example = examples
                .get(problem.name())
                .and_then(|example| example.get("value"))
                .unwrap_or_else(|| panic!("{FILE}: {place} {status} lacks {}", problem.name()));
            same(example, &problem.body(), problem.name());
        }
    }
}

#[test]
fn no_problem_is_described_that_the_code_does_not_know() {
    let file = file();
    let known: BTreeSet<&str> = shown().iter().map(Problem::name).collect();
    let responses = file.get("components/responses").expect("responses").all();
    let examples = responses.iter().filter_map(|node| node.get("examples")).flat_map(Node::entries);
    let described: BTreeSet<&str> = examples.map(|(name, _)| name.as_str()).collect();
    assert_eq!(described, known);
}

/// The value of a key that may contain slashes.
fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

#[track_caller]
fn same(node: &Node, value: &Value, at: &str) {
    match value {
        Value::Object(members) => {
            let names: Vec<&String> = node.entries().iter().map(|(name, _)| name).collect();
            assert_eq!(names, members.keys().collect::<Vec<_>>(), "{at}");
            members.iter().for_each(|(name, value)| {
                same(entry(node, name).expect("just seen"), value, &format!("{at}/{name}"));
            });
        }
        Value::Array(items) => {
            assert_eq!(node.items().len(), items.len(), "{at}");
            node.items().iter().zip(items).for_each(|(node, value)| same(node, value, at));
        }
        Value::String(text) => assert_eq!(node.text(), text, "{at}"),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            assert_eq!(node.text(), value.to_string(), "{at}");
        }
    }
}
