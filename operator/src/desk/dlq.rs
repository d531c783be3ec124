//! Looks at the DLQs: messages are received and shown again at once, none is taken.

use aws_sdk_sqs::{
    Client,
    types::{ChangeMessageVisibilityBatchRequestEntry, Message, QueueAttributeName},
};
use fairlead_aws::ledger::chain;
use fairlead_core::class::Class;

use super::{
    Desk, DeskError,
    view::{Dlq, Letter, Letters},
};

/// So many times ten messages of each queue are shown.
const MOST_BATCHES: usize = 5;

/// So long what was received stays hidden from others; it is shown again as soon as all has been read.
const HIDDEN_SECONDS: i32 = 20;

impl Desk {
    /// What lies on the DLQs.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub async fn dlq(&self) -> Result<Letters, DeskError> {
        let outputs = &self.outputs;
        let urls = [
            &outputs.intake_dlq_url,
            &outputs.dispatch_dlq_url,
            &outputs.retry_dlq_url,
            &outputs.alert_dlq_url,
        ];
        let client = Client::new(&self.config);
        let (mut queues, mut redrive) = (Vec::new(), None);
        for url in urls {
            let dlq = look(&client, url).await?;
            if redrive.is_none() && is_crashed(&dlq) {
                redrive = arn(&client, url).await?.as_deref().and_then(redriven);
            }
            queues.push(dlq);
        }
        let next = redrive.unwrap_or_else(|| next(&queues));
        Ok(Letters { queues, next })
    }
}

fn next(queues: &[Dlq]) -> String {
    let first = queues.iter().flat_map(|dlq| &dlq.letters).find_map(|l| l.delivery.as_deref());
    first.map_or_else(
        || "fairlead status".to_owned(),
        |delivery| format!("fairlead deliveries show {delivery}"),
    )
}

/// Crashed tickets and nothing else lie there, so that all of them may go back.
fn is_crashed(dlq: &Dlq) -> bool {
    let crashed = |letter: &Letter| letter.class == Class::Crashed.word();
    !dlq.letters.is_empty() && dlq.letters.iter().all(crashed)
}

/// How a DLQ's messages go back to the queue that they were on, once the cause is mended.
fn redriven(dlq: &str) -> Option<String> {
    let queue = dlq.strip_suffix("-dlq")?;
    let start = "aws sqs start-message-move-task";
    Some(format!("{start} --source-arn {dlq} --destination-arn {queue}"))
}

impl Desk {
    /// About how many messages lie on the alert DLQ: deliveries whose owners were not told.
    pub(super) async fn alert_dlq(&self) -> Result<usize, DeskError> {
        about(&Client::new(&self.config), &self.outputs.alert_dlq_url).await
    }
}

async fn look(client: &Client, url: &str) -> Result<Dlq, DeskError> {
    let about = about(client, url).await?;
    let mut messages: Vec<Message> = Vec::new();
    for _ in 0..MOST_BATCHES {
        let receive = client.receive_message().queue_url(url).max_number_of_messages(10);
        let answer = receive.visibility_timeout(HIDDEN_SECONDS).send().await;
        let answer = answer.map_err(|e| DeskError::Aws("look at the DLQ", chain(e)))?;
        let received = answer.messages.unwrap_or_default();
        if received.is_empty() {
            break;
        }
        messages.extend(received);
    }
    show_again(client, url, &messages).await?;
    let mut letters: Vec<Letter> =
        messages.iter().map(|m| Letter::read(m.body().unwrap_or_default())).collect();
    letters.sort();
    let queue = url.rsplit('/').next().unwrap_or(url).to_owned();
    Ok(Dlq { queue, about: about.max(letters.len()), letters })
}

async fn about(client: &Client, url: &str) -> Result<usize, DeskError> {
    let count = attribute(client, url, QueueAttributeName::ApproximateNumberOfMessages).await?;
    Ok(count.and_then(|count| count.parse().ok()).unwrap_or_default())
}

async fn arn(client: &Client, url: &str) -> Result<Option<String>, DeskError> {
    attribute(client, url, QueueAttributeName::QueueArn).await
}

async fn attribute(
    client: &Client,
    url: &str,
    name: QueueAttributeName,
) -> Result<Option<String>, DeskError> {
    let ask = client.get_queue_attributes().queue_url(url).attribute_names(name.clone());
    let answer = ask.send().await.map_err(|e| DeskError::Aws("look at the DLQ", chain(e)))?;
    Ok(answer.attributes().and_then(|all| all.get(&name)).cloned())
}

/// Without this a redrive right after a look would miss what was looked at.
async fn show_again(client: &Client, url: &str, messages: &[Message]) -> Result<(), DeskError> {
    for batch in messages.chunks(10) {
        let mut change = client.change_message_visibility_batch().queue_url(url);
        for (place, message) in batch.iter().enumerate() {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(place.to_string())
                .receipt_handle(message.receipt_handle().unwrap_or_default())
                .visibility_timeout(0)
                .build()
                .map_err(|e| DeskError::Aws("show the messages again", chain(e)))?;
            change = change.entries(entry);
        }
        let changed = change.send().await;
        changed.map_err(|e| DeskError::Aws("show the messages again", chain(e)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_dlq_of_crashed_tickets_alone_is_redriven_whole() {
        let letter = |class: &str| Letter { class: class.to_owned(), ..Letter::default() };
        let dlq = |letters| Dlq { letters, ..Dlq::default() };
        assert!(is_crashed(&dlq(vec![letter("crashed"), letter("crashed")])));
        assert!(!is_crashed(&dlq(vec![letter("crashed"), letter("rejected")])));
        assert!(!is_crashed(&dlq(vec![])));
    }

    #[test]
    fn what_crashed_goes_back_to_its_own_queue() {
        let arn = "arn:aws:sqs:eu-central-1:123456789012:fairlead-retry-dlq";
        assert_eq!(
            redriven(arn).as_deref(),
            Some(
                "aws sqs start-message-move-task \
                 --source-arn arn:aws:sqs:eu-central-1:123456789012:fairlead-retry-dlq \
                 --destination-arn arn:aws:sqs:eu-central-1:123456789012:fairlead-retry"
            )
        );
        assert_eq!(redriven("arn:aws:sqs:eu-central-1:123456789012:another"), None);
    }
}
