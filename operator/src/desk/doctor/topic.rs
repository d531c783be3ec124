//! Whether anybody hears the alerts.

use aws_config::SdkConfig;
use fairlead_aws::ledger::chain;

use crate::desk::view::{Check, table::counted};

/// A subscription that nobody has confirmed hears nothing.
const PENDING: &str = "PendingConfirmation";

/// Whether anybody hears the alerts.
pub(super) async fn look(config: &SdkConfig, topic: &str) -> Check {
    let name = topic.rsplit(':').next().unwrap_or(topic);
    let of = format!("alert topic {name}");
    let client = aws_sdk_sns::Client::new(config);
    let answer = match client.list_subscriptions_by_topic().topic_arn(topic).send().await {
        Ok(answer) => answer,
        Err(error) => return Check::unseen(of, chain(error)),
    };
    let all = answer.subscriptions();
    let pending = all.iter().filter(|s| s.subscription_arn() == Some(PENDING)).count();
    let mend = format!(
        "aws sns subscribe --topic-arn {topic} --protocol email --notification-endpoint you@example.com"
    );
    match all.len() - pending {
        0 if pending > 0 => Check::bad(
            of,
            "nobody hears it: no subscription is confirmed",
            "follow the link in the mail that SNS has sent",
        ),
        0 => Check::bad(of, "nobody hears it: it has no subscription", mend),
        n => Check::good(
            of,
            format!("{} it", counted(n, "subscription hears", "subscriptions hear")),
        ),
    }
}
