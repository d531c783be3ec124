//! Looks at everything that the stack holds: the ledger, the queues, the logs.

use serde_json::{Value, json};

use super::{signed::Call, world::World};

impl World {
    /// All items of the ledger, in DynamoDB's own JSON.
    pub(crate) async fn scan(&self) -> Vec<Value> {
        let (mut items, mut from) = (Vec::new(), Value::Null);
        loop {
            let mut ask = json!({"TableName": self.engine.outputs().ledger});
            if !from.is_null() {
                ask["ExclusiveStartKey"] = from;
            }
            let page =
                self.ask(Call::json("dynamodb", "DynamoDB_20120810.Scan", &ask)).await.json();
            items.extend(page["Items"].as_array().cloned().unwrap_or_default());
            from = page["LastEvaluatedKey"].clone();
            if from.is_null() {
                return items;
            }
        }
    }

    /// What lies on each queue now, visible or not, by the queue's name. A look changes nothing.
    pub(crate) async fn queues(&self) -> Vec<(String, Vec<Value>)> {
        let all = self.ask(Call::get("sqs", "/_ministack/sqs/messages")).await.json();
        let accounts = all["messages"].as_object().cloned().unwrap_or_default();
        let regions = accounts
            .into_iter()
            .flat_map(|(_, regions)| regions.as_object().cloned().unwrap_or_default().into_iter());
        let queues =
            regions.flat_map(|(_, queues)| queues.as_object().cloned().unwrap_or_default());
        let name = |url: &str| url.rsplit('/').next().unwrap_or(url).to_owned();
        let messages = |list: Value| list.as_array().cloned().unwrap_or_default();
        queues.map(|(url, list)| (name(&url), messages(list))).collect()
    }

    /// The lines of every function's log, by log group.
    pub(crate) async fn logs(&self) -> Vec<(String, Vec<String>)> {
        let ask = json!({"logGroupNamePrefix": "/aws/lambda/"});
        let groups =
            self.ask(Call::json("logs", "Logs_20140328.DescribeLogGroups", &ask)).await.json();
        let mut logs = Vec::new();
        for group in groups["logGroups"].as_array().into_iter().flatten() {
            let name = group["logGroupName"].as_str().unwrap_or_default();
            let ask = json!({"logGroupName": name, "limit": 10_000});
            let found =
                self.ask(Call::json("logs", "Logs_20140328.FilterLogEvents", &ask)).await.json();
            let events = found["events"].as_array().cloned().unwrap_or_default();
            assert!(events.len() < 10_000, "{name} has more lines than one look shows");
            let lines = events.iter().filter_map(|event| event["message"].as_str());
            logs.push((name.to_owned(), lines.map(str::to_owned).collect()));
        }
        logs
    }
}
