//! Whether an alarm of the stack is on.

use aws_config::SdkConfig;
use serde_json::{Value, json};

use crate::desk::{
    signed::{Call, send},
    view::Check,
};

/// Whether an alarm of the stack is on.
pub(super) async fn look(config: &SdkConfig, stack: &str) -> Check {
    let prefix = format!("{stack}-");
    let body = json!({"AlarmNamePrefix": prefix, "StateValue": "ALARM"}).to_string();
    let call = Call {
        service: "monitoring",
        host: "monitoring",
        method: "POST",
        path: "/".to_owned(),
        headers: vec![
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "GraniteServiceVersion20100801.DescribeAlarms"),
        ],
        body,
    };
    match send(config, call).await.and_then(super::Said::good) {
        Ok(answer) => check(&answer, &prefix),
        Err(why) => Check::unseen("alarms", why),
    }
}

fn check(answer: &Value, prefix: &str) -> Check {
    let alarms = answer["MetricAlarms"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |alarm: &Value, name: &str| alarm[name].as_str().unwrap_or_default().to_owned();
    let on: Vec<String> = alarms
        .iter()
        .filter(|a| text(a, "StateValue") == "ALARM" && text(a, "AlarmName").starts_with(prefix))
        .map(|a| format!("{}: {}", text(a, "AlarmName"), text(a, "AlarmDescription").trim()))
        .collect();
    if on.is_empty() {
        return Check::good("alarms", "none is on");
    }
    Check::bad("alarms", on.join("; "), "do what the alarm's description says")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::view::Found;

    #[test]
    fn an_alarm_that_is_on_is_told_with_what_to_do() {
        let alarm = |name: &str, state: &str| json!({"AlarmName": name, "StateValue": state, "AlarmDescription": "Look at the log."});
        let check = |alarms: Value| check(&json!({"MetricAlarms": alarms}), "fairlead-");
        let on = check(json!([alarm("fairlead-dlq", "ALARM")]));
        assert_eq!(on.found, Found::Bad);
        assert_eq!(on.said, "fairlead-dlq: Look at the log.");
        let others = json!([alarm("fairlead-dlq", "OK"), alarm("other", "ALARM")]);
        assert_eq!(check(others).found, Found::Good);
    }
}
