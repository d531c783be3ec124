//! Looks at everything that the stack holds: the ledger, the queues, the logs.

use serde_json::{Value, json};

use super::{signed::Call, world::World};

/// The most lines that one look at a log shows.
const PAGE: usize = 10_000;

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
            logs.push((name.to_owned(), self.lines(name).await));
        }
        logs
    }

    /// All lines of one log group. The engine knows no page but the first, so each look begins where the last one ended.
    async fn lines(&self, group: &str) -> Vec<String> {
        let (mut lines, mut from) = (Vec::new(), 0);
        loop {
            let ask = json!({"logGroupName": group, "limit": PAGE, "startTime": from});
            let found =
                self.ask(Call::json("logs", "Logs_20140328.FilterLogEvents", &ask)).await.json();
            let events = found["events"].as_array().cloned().unwrap_or_default();
            let at = |event: &Value| event["timestamp"].as_i64().unwrap_or_default();
            let newest = events.last().map_or(0, at);
            let is_last = events.len() < PAGE;
            // Of the newest millisecond there may be more than was shown.
            let shown = events.iter().filter(|event| is_last || at(event) < newest);
            lines.extend(shown.filter_map(|event| event["message"].as_str()).map(str::to_owned));
            if is_last {
                return lines;
            }
            assert!(from < newest, "{group} has too many lines of one millisecond");
            from = newest;
        }
    }
}
