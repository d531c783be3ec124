//! SNS: the topic that owners subscribe to.

use aws_sdk_sns::{Client, types::MessageAttributeValue};
use fairlead_core::{alert::Alert, ports::PortError};

use crate::ledger::chain;

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

    /// Publishes an alert, with its keywords as attributes so that subscriptions can filter.
    ///
    /// # Errors
    /// When SNS does not answer, or this function has no topic.
    pub async fn publish(&self, alert: &Alert) -> Result<(), PortError> {
        let failed = |cause: String| PortError::new("publish the alert", cause);
        let arn = self.arn.as_ref().ok_or_else(|| failed("this function has no topic".into()))?;
        let mut message = self.client.publish().topic_arn(arn).subject(&alert.subject);
        message = message.message(alert.body.to_string());
        for name in ["integration", "owner", "class"] {
            let value = alert.body["metadata"]["additionalContext"][name].as_str().unwrap_or("-");
            let value = MessageAttributeValue::builder().data_type("String").string_value(value);
            message =
                message.message_attributes(name, value.build().map_err(|e| failed(e.to_string()))?);
        }
        message.send().await.map_err(|e| failed(chain(e)))?;
        Ok(())
    }
}
