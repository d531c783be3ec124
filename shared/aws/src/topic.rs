//! SNS: the topic that owners subscribe to, by chat and by e-mail.

use aws_sdk_sns::{Client, types::MessageAttributeValue};
use fairlead_core::{alert::Alert, ports::PortError};
use serde_json::json;

use crate::{ledger::chain, queue};

/// One topic.
#[derive(Clone, Debug)]
pub struct Topic {
    client: Client,
    arn: Option<String>,
}

impl Topic {
    /// The topic with this ARN; none where a function tells nobody.
    pub fn new(config: &aws_config::SdkConfig, arn: Option<String>) -> Self {
        Self { client: Client::new(config), arn }
    }

    /// Publishes an alert: to e-mail subscribers as text, to all others as a custom notification of Amazon Q
    /// Developer. Its keywords are attributes, so that subscriptions can filter.
    ///
    /// # Errors
    /// When SNS does not answer, or this function has no topic.
    pub async fn publish(&self, alert: &Alert) -> Result<(), PortError> {
        let failed = |cause: String| PortError::new("publish the alert", cause);
        let arn = self.arn.as_ref().ok_or_else(|| failed("this function has no topic".into()))?;
        let message = json!({
            "default": taken(&alert.body.to_string()),
            "email": taken(&alert.text),
        });
        let mut publish = self.client.publish().topic_arn(arn).subject(&alert.subject);
        publish = publish.message(message.to_string()).message_structure("json");
        let facts = &alert.body["metadata"]["additionalContext"];
        let facts = ["integration", "owner", "class", "issue", "news"]
            .map(|name| (name, facts[name].as_str().unwrap_or("-")));
        // A filter on one of several is written as a filter on one alone.
        let channels = match alert.with {
            None => ("String", alert.to.as_str().to_owned()),
            Some(with) => ("String.Array", json!([alert.to.as_str(), with.as_str()]).to_string()),
        };
        let facts = facts.map(|(name, value)| (name, ("String", taken(value))));
        for (name, (kind, value)) in facts.into_iter().chain([("channel", channels)]) {
            let value = MessageAttributeValue::builder().data_type(kind).string_value(value);
            publish =
                publish.message_attributes(name, value.build().map_err(|e| failed(e.to_string()))?);
        }
        publish.send().await.map_err(|e| failed(chain(e)))?;
        Ok(())
    }
}

/// A text of the characters that XML 1.0 allows, as SQS demands it. Were SNS to refuse another, its issue would never
/// reach the chat; and what is subscribed may be a queue.
fn taken(text: &str) -> String {
    text.chars().map(queue::taken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_does_not_take_is_no_part_of_a_message() {
        assert_eq!(
            taken("a\u{0}\u{b}b\u{fffe}\u{ffff}\u{1f600} \n"),
            "a\u{fffd}\u{fffd}b\u{fffd}\u{fffd}\u{1f600} \n"
        );
    }
}
