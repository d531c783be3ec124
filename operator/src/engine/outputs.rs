//! What a deployed stack tells about itself: the outputs of `infra/template.yaml`, typed.
use std::collections::HashMap;

/// The stack does not have an output that it should have.
#[derive(Debug, thiserror::Error)]
#[error("the stack has no output {0}: it was deployed from another template; deploy this one")]
pub struct MissingOutput(pub &'static str);

/// The outputs of the stack, on the local engine and on AWS alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs {
    /// Identity of the HTTP API.
    pub api_id: String,
    /// The URL of the HTTP API in its AWS form, which does not resolve on the local engine.
    pub api_url: String,
    /// The event bus that sources put events on.
    pub bus_name: String,
    /// The table with one entry per delivery.
    pub ledger: String,
    /// The queue of events from the bus.
    pub intake_queue_url: String,
    /// Events that could not be accepted.
    pub intake_dlq_url: String,
    /// The queue of tickets that are due.
    pub dispatch_queue_url: String,
    /// Parked deliveries, and tickets that failed.
    pub dispatch_dlq_url: String,
    /// The queue of tickets that wait.
    pub retry_queue_url: String,
    /// Tickets that could not be held.
    pub retry_dlq_url: String,
    /// The queue of deliveries whose owners must be told.
    pub alert_queue_url: String,
    /// Alerts that could not be sent.
    pub alert_dlq_url: String,
    /// The topic that owners subscribe to.
    pub alert_topic_arn: String,
    /// The policy for who operates; none in a stack of an older template.
    pub operator_policy_arn: Option<String>,
    /// The deployed name of the function validate.
    pub validate_function: String,
    /// The deployed name of the function dispatch.
    pub dispatch_function: String,
    /// The deployed name of the function retry.
    pub retry_function: String,
    /// The deployed name of the function alert.
    pub alert_function: String,
}

impl Outputs {
    /// Reads the outputs from their names and values as CloudFormation gives them; further ones are ignored.
    ///
    /// # Errors
    /// When one of them is missing.
    pub fn from_pairs(
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, MissingOutput> {
        let mut pairs: HashMap<String, String> = pairs.into_iter().collect();
        let operator_policy_arn = pairs.remove("OperatorPolicyArn");
        let mut take = |name: &'static str| pairs.remove(name).ok_or(MissingOutput(name));
        Ok(Self {
            api_id: take("ApiId")?,
            api_url: take("ApiUrl")?,
            bus_name: take("BusName")?,
            ledger: take("Ledger")?,
            intake_queue_url: take("IntakeQueueUrl")?,
            intake_dlq_url: take("IntakeDlqUrl")?,
            dispatch_queue_url: take("DispatchQueueUrl")?,
            dispatch_dlq_url: take("DispatchDlqUrl")?,
            retry_queue_url: take("RetryQueueUrl")?,
            retry_dlq_url: take("RetryDlqUrl")?,
            alert_queue_url: take("AlertQueueUrl")?,
            alert_dlq_url: take("AlertDlqUrl")?,
            alert_topic_arn: take("AlertTopicArn")?,
            operator_policy_arn,
            validate_function: take("ValidateFunction")?,
            dispatch_function: take("DispatchFunction")?,
            retry_function: take("RetryFunction")?,
            alert_function: take("AlertFunction")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_output_of_the_template_is_read_and_a_missing_one_is_named() {
        let template = include_str!("../../../infra/template.yaml");
        let names = template.lines().skip_while(|line| *line != "Outputs:").skip(1);
        let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let pairs = names
            .filter_map(|line| line.trim().split_once(':'))
            .map(|(name, _)| (name.into(), "x".into()));
        let mut pairs: Vec<(String, String)> = pairs.collect();
        assert!(Outputs::from_pairs(pairs.clone()).is_ok(), "{pairs:?}");
        pairs.retain(|(name, _)| name != "Ledger");
        let missing = Outputs::from_pairs(pairs).expect_err("one is missing");
        assert!(missing.to_string().contains("no output Ledger"), "{missing}");
    }
}
