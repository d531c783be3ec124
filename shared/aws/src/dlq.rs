//! DLQs in SQS: looked at, not emptied. Only the function alert has them.

use aws_sdk_sqs::{Client, types::QueueAttributeName};
use fairlead_core::{
    issue::dlq::{Dlq, Dlqs, Peeked},
    ports::PortError,
};

use crate::{env::Places, ledger::chain, world::Aws};

/// How long a message that was looked at stays hidden, so that one look does not meet it twice.
///
/// Being looked at counts as a receive, which does no harm: a DLQ has no redrive policy of its own.
const HIDDEN: i32 = 30;

/// The DLQs of a bundle.
#[derive(Clone, Debug)]
pub(crate) struct Boxes {
    client: Client,
    places: Places,
}

impl Boxes {
    /// The DLQs at these places.
    pub(crate) fn new(config: &aws_config::SdkConfig, places: Places) -> Self {
        Self { client: Client::new(config), places }
    }

    fn url(&self, dlq: Dlq) -> Result<&str, PortError> {
        let url = self.places.dlq(dlq);
        url.ok_or_else(|| PortError::new("look at a DLQ", "this function has no such queue"))
    }
}

impl Dlqs for Aws {
    async fn held(&self, dlq: Dlq) -> Result<u64, PortError> {
        let boxes = self.boxes();
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let ask = boxes.client.get_queue_attributes().queue_url(boxes.url(dlq)?);
        let answer = ask.set_attribute_names(Some(names.to_vec())).send().await;
        let answer = answer.map_err(|e| PortError::new("look at a DLQ", chain(e)))?;
        let values = answer.attributes.unwrap_or_default();
        let number = |name| values.get(name).and_then(|text| text.parse::<u64>().ok());
        Ok(names.iter().filter_map(number).sum())
    }

    async fn peek(&self, dlq: Dlq) -> Result<Vec<Peeked>, PortError> {
        let boxes = self.boxes();
        let receive = boxes.client.receive_message().queue_url(boxes.url(dlq)?);
        // A moment's wait asks all of SQS's servers; without it, an answer may be empty by chance.
        let receive = receive.max_number_of_messages(10).visibility_timeout(HIDDEN);
        let answer = receive.wait_time_seconds(1).send().await;
        let answer = answer.map_err(|e| PortError::new("look at a DLQ", chain(e)))?;
        let messages = answer.messages.unwrap_or_default().into_iter();
        let peeked = messages.filter_map(|message| {
            let (id, handle) = (message.message_id?, message.receipt_handle?);
            Some(Peeked { id, handle, body: message.body.unwrap_or_default() })
        });
        Ok(peeked.collect())
    }

    async fn remove(&self, dlq: Dlq, message: &Peeked) -> Result<(), PortError> {
        let boxes = self.boxes();
        let delete = boxes.client.delete_message().queue_url(boxes.url(dlq)?);
        let removed = delete.receipt_handle(&message.handle).send().await;
        removed.map_err(|e| PortError::new("take a message off a DLQ", chain(e)))?;
        Ok(())
    }
}
