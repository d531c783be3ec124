//! The API: nobody gets in without a signature.

use std::collections::BTreeSet;

use crate::{
    fault::none,
    template::{PATH, resources},
    tree::read,
    yaml::Node,
};

/// The one route that IAM does not guard: its handler proves each message by its signature.
const BY_SIGNATURE: &str = "POST /hooks/{integration}";

#[test]
fn every_route_demands_a_signature() {
    none(resources("AWS::ApiGatewayV2::Route").into_iter().filter_map(|route| {
        let key = route.property("RouteKey").map_or("", Node::text);
        let (wanted, why) = match key {
            BY_SIGNATURE => ("NONE", "its senders know no IAM; the function verifies them"),
            _ => ("AWS_IAM", "without it anybody can create invoices"),
        };
        route.demand("AuthorizationType", wanted, why)
    }));
}

#[test]
fn the_function_answers_the_routes_of_the_template_and_no_others() {
    let code = read("functions/validate/src/api.rs");
    let answered: BTreeSet<&str> = code
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Some(\"")?.split_once('"'))
        .map(|(route, _)| route)
        .collect();
    let declared: BTreeSet<&str> = resources("AWS::ApiGatewayV2::Route")
        .into_iter()
        .filter_map(|route| route.property("RouteKey").map(Node::text))
        .collect();
    assert_eq!(answered, declared, "functions/validate/src/api.rs answers what {PATH} routes");
}

#[test]
fn every_permission_to_call_a_function_names_its_caller() {
    none(resources("AWS::Lambda::Permission").into_iter().filter_map(|permission| {
        let source = permission.property("SourceArn").map_or("", Node::text);
        let own = source.contains("${Api}/");
        (!own).then(|| {
            permission.fault(
                "SourceArn",
                "name our own API in SourceArn, or any API of any account may call",
            )
        })
    }));
}
