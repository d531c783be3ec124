//! Whether the functions are fed by their queues.

use aws_config::SdkConfig;
use serde_json::Value;

use crate::{
    desk::{
        signed::{Call, send},
        view::Check,
    },
    engine::Outputs,
};

/// One finding per function and queue.
pub(super) async fn look(config: &SdkConfig, outputs: &Outputs) -> Vec<Check> {
    let functions = [
        &outputs.validate_function,
        &outputs.dispatch_function,
        &outputs.retry_function,
        &outputs.alert_function,
    ];
    let mut checks = Vec::new();
    for function in functions {
        let call = Call {
            service: "lambda",
            host: "lambda",
            method: "GET",
            path: format!("/2015-03-31/event-source-mappings/?FunctionName={function}"),
            headers: vec![],
            body: String::new(),
        };
        let of = format!("function {function}");
        match send(config, call).await.and_then(super::Said::good) {
            Ok(answer) => checks.extend(all(&of, &answer)),
            Err(why) => checks.push(Check::unseen(of, why)),
        }
    }
    checks
}

fn all(of: &str, answer: &Value) -> Vec<Check> {
    match answer["EventSourceMappings"].as_array().map(Vec::as_slice) {
        None | Some([]) => vec![Check::bad(of, "no queue feeds it", "sam deploy")],
        Some(mappings) => mappings.iter().map(|mapping| one(of, mapping)).collect(),
    }
}

fn one(of: &str, mapping: &Value) -> Check {
    let text = |name: &str| mapping[name].as_str().unwrap_or("unknown");
    let queue = text("EventSourceArn").rsplit(':').next().unwrap_or_default();
    match text("State") {
        "Enabled" | "Creating" | "Updating" | "Enabling" => {
            Check::good(of, format!("is fed by {queue}"))
        }
        other => {
            let id = text("UUID");
            let mend = format!("aws lambda update-event-source-mapping --uuid {id} --enabled");
            Check::bad(of, format!("is not fed by {queue}: {other}"), mend)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::desk::view::Found;

    #[test]
    fn a_function_without_a_working_queue_is_found() {
        let found = |answer| all("dispatch", &answer).iter().map(|c| c.found).collect::<Vec<_>>();
        let arn = "arn:aws:sqs:eu-central-1:1:fairlead-dispatch";
        let mapping = |state| json!({"UUID": "u", "EventSourceArn": arn, "State": state});
        let both = json!({"EventSourceMappings": [mapping("Enabled"), mapping("Disabled")]});
        assert_eq!(found(both), [Found::Good, Found::Bad]);
        assert_eq!(found(json!({"EventSourceMappings": []})), [Found::Bad]);
    }
}
