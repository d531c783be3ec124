//! The ledger is a table that restores, encrypts, forgets and costs nothing while idle.

use crate::{fault::none, template::resources, yaml::Node};

#[test]
fn the_ledger_is_kept_safe() {
    none(resources("AWS::DynamoDB::Table").into_iter().flat_map(|table| {
        [
            table.demand("BillingMode", "PAY_PER_REQUEST", "it costs nothing while idle"),
            table.demand(
                "PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled",
                "true",
                "it is the only state there is",
            ),
            table.demand("SSESpecification/SSEEnabled", "true", "events are somebody's data"),
            table.demand(
                "TimeToLiveSpecification/AttributeName",
                "expires_at",
                "entries end by themselves",
            ),
            table.demand("TimeToLiveSpecification/Enabled", "true", "entries end by themselves"),
        ]
        .into_iter()
        .flatten()
    }));
    none(resources("AWS::DynamoDB::Table").into_iter().flat_map(|table| {
        let kept = |key: &str| table.node.text_at(key) == "Retain";
        let lost = ["DeletionPolicy", "UpdateReplacePolicy"]
            .into_iter()
            .filter(|key| !kept(key))
            .collect::<Vec<_>>();
        lost.into_iter().map(move |key| {
            table.fault(
                "",
                &format!("set {key} to Retain; a removed stack must not take the history along"),
            )
        })
    }));
}

#[test]
fn the_ledger_has_its_key_and_two_lean_indices() {
    none(resources("AWS::DynamoDB::Table").into_iter().flat_map(|table| {
        let key = table.property("KeySchema").map(keys).unwrap_or_default();
        let indices: Vec<(String, Vec<String>, String)> = table
            .property("GlobalSecondaryIndexes")
            .map(Node::items)
            .unwrap_or_default()
            .into_iter()
            .map(|index| {
                let projection = index.text_at("Projection/ProjectionType").to_owned();
                let schema = index.get("KeySchema").map(keys).unwrap_or_default();
                (index.text_at("IndexName").to_owned(), schema, projection)
            })
            .collect();
        let lean = |name: &str, order: &str| {
            let schema = vec![format!("{name} HASH"), format!("{order} RANGE")];
            (name.to_owned(), schema, "KEYS_ONLY".to_owned())
        };
        let own = (key != ["pk HASH"]).then(|| table.fault("KeySchema", "its key is pk alone"));
        let two = (indices != [lean("ran", "id"), lean("work", "work_at")]).then(|| {
            let mend = "it has the indices ran (ran, id) and work (work, work_at), KEYS_ONLY; \
                        each further one costs a write per delivery";
            table.fault("GlobalSecondaryIndexes", mend)
        });
        own.into_iter().chain(two)
    }));
}

fn keys(schema: &Node) -> Vec<String> {
    let key = |key: &Node| format!("{} {}", key.text_at("AttributeName"), key.text_at("KeyType"));
    schema.items().into_iter().map(key).collect()
}
