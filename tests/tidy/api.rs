//! The API: nobody gets in without a signature.

use crate::{fault::none, template::resources, yaml::Node};

#[test]
fn every_route_demands_a_signature() {
    let why = "without it anybody can create invoices";
    none(
        resources("AWS::ApiGatewayV2::Route")
            .into_iter()
            .filter_map(|route| route.demand("AuthorizationType", "AWS_IAM", why)),
    );
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
