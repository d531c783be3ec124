//! Looks at the DLQs: messages are received and shown again at once, none is taken.

use std::collections::HashMap;

use aws_sdk_sqs::{
    Client,
    types::{ChangeMessageVisibilityBatchRequestEntry, Message, QueueAttributeName},
};
use fairlead_aws::ledger::chain;
use fairlead_core::issue::dlq::Dlq as Of;

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
            (Of::Intake, &outputs.intake_dlq_url),
            (Of::Dispatch, &outputs.dispatch_dlq_url),
            (Of::Retry, &outputs.retry_dlq_url),
            (Of::Alert, &outputs.alert_dlq_url),
        ];
        let client = Client::new(&self.config);
        let (mut queues, mut redrive) = (Vec::new(), None);
        // At the same time: each look at an empty queue waits a second.
        let looks = urls.map(|(of, url)| look(&client, of, url));
        let looks = futures::future::try_join_all(looks).await?;
        for ((of, url), mut dlq) in urls.into_iter().zip(looks) {
            dlq.said = warned(of, &dlq);
            if redrive.is_none() && may_go_back(&dlq) {
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

/// All that lies there was seen and has crashed, so that all of it may go back: a redrive takes a whole queue.
fn may_go_back(dlq: &Dlq) -> bool {
    let crashed = dlq.letters.iter().all(Letter::is_crashed);
    !dlq.letters.is_empty() && dlq.letters.len() >= dlq.about && crashed
}

/// Why no redrive is named for what has crashed.
fn warned(of: Of, dlq: &Dlq) -> Option<String> {
    if may_go_back(dlq) || !dlq.letters.iter().any(Letter::is_crashed) {
        return None;
    }
    let why = match of {
        Of::Dispatch => {
            "A redrive of the whole queue also retries every parked delivery whose message lies there."
        }
        Of::Intake | Of::Retry | Of::Alert => {
            "Not all that lies there was seen and has crashed; a redrive takes the whole queue."
        }
    };
    Some(why.to_owned())
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

async fn look(client: &Client, of: Of, url: &str) -> Result<Dlq, DeskError> {
    let about = about(client, url).await?;
    let mut messages: Vec<Message> = Vec::new();
    for _ in 0..MOST_BATCHES {
        let receive = client.receive_message().queue_url(url).max_number_of_messages(10);
        // Without a wait SQS asks a part of its servers only, and may give nothing of what lies there.
        let receive = receive.wait_time_seconds(1);
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
        messages.iter().map(|m| Letter::read(of, m.body().unwrap_or_default())).collect();
    letters.sort();
    let queue = url.rsplit('/').next().unwrap_or(url).to_owned();
    Ok(Dlq { queue, about: about.max(letters.len()), letters, said: None })
}

/// About how many messages lie there; those at which somebody is looking are hidden, and lie there, too.
async fn about(client: &Client, url: &str) -> Result<usize, DeskError> {
    let counts = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    ];
    let all = attributes(client, url, &counts).await?;
    Ok(all.values().filter_map(|count| count.parse::<usize>().ok()).sum())
}

async fn arn(client: &Client, url: &str) -> Result<Option<String>, DeskError> {
    let name = QueueAttributeName::QueueArn;
    Ok(attributes(client, url, std::slice::from_ref(&name)).await?.remove(&name))
}

/// Those of these attributes that the queue has.
async fn attributes(
    client: &Client,
    url: &str,
    names: &[QueueAttributeName],
) -> Result<HashMap<QueueAttributeName, String>, DeskError> {
    let ask = client.get_queue_attributes().queue_url(url);
    let ask = ask.set_attribute_names(Some(names.to_vec()));
    let answer = ask.send().await.map_err(|e| DeskError::Aws("look at the DLQ", chain(e)))?;
    let mut all = answer.attributes.unwrap_or_default();
    all.retain(|name, _| names.contains(name));
    Ok(all)
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
        let dlq = |letters: Vec<Letter>| Dlq { about: letters.len(), letters, ..Dlq::default() };
        assert!(may_go_back(&dlq(vec![letter("crashed"), letter("crashed")])));
        assert!(!may_go_back(&dlq(vec![letter("crashed"), letter("rejected")])));
        assert!(!may_go_back(&dlq(vec![])));
        let unseen = Dlq { about: 2, ..dlq(vec![letter("crashed")]) };
        assert!(!may_go_back(&unseen), "another one lies there");
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
