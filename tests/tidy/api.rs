//! The API: nobody gets in without a signature.

use std::collections::BTreeSet;

use crate::{
    fault::{Fault, none},
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

/// Who is above it gets a 429 from API Gateway, and the README says when.
#[test]
fn the_api_passes_on_as_many_requests_as_the_readme_says() {
    let stages = resources("AWS::ApiGatewayV2::Stage");
    assert!(!stages.is_empty(), "the API has a stage");
    let readme = read("README.md");
    none(stages.into_iter().filter_map(|stage| {
        let at = |name: &str| {
            let path = format!("DefaultRouteSettings/{name}");
            stage.property(&path).and_then(|node| node.text().parse::<u32>().ok())
        };
        let (rate, burst) = (at("ThrottlingRateLimit"), at("ThrottlingBurstLimit"));
        let (Some(rate), Some(_)) = (rate, burst) else {
            let mend = "set ThrottlingRateLimit and ThrottlingBurstLimit: the account's own limit is shared with all else";
            return Some(stage.fault("DefaultRouteSettings", mend));
        };
        let said = format!("at most {rate} requests a second");
        let mend = format!("say \"{said}\", as the template has it");
        (!readme.contains(&said)).then(|| Fault::new("README.md", 0, mend))
    }));
}
