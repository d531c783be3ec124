//! SQS, outgoing: one ticket, durable when the call returns.

use std::time::Duration;

use aws_sdk_sqs::{
    Client,
    types::{
        MessageAttributeValue, MessageSystemAttributeNameForSends as SystemAttribute,
        MessageSystemAttributeValue,
    },
};
use fairlead_core::{
    notice::Notice,
    ports::PortError,
    ticket::{Queue, Ticket},
    wait::LONGEST_DELAY,
};

use crate::{env::Places, ledger::chain, trace};

/// The queues that this function may send to.
#[derive(Clone, Debug)]
pub struct Queues {
    client: Client,
    places: Places,
}

impl Queues {
    /// The queues at these places.
    pub fn new(config: &aws_config::SdkConfig, places: Places) -> Self {
        Self { client: Client::new(config), places }
    }

    /// Sends a ticket, visible after `delay`, rounded up to whole seconds.
    ///
    /// # Errors
    /// When SQS does not answer, this function has no such queue, or no queue keeps a ticket so long.
    pub async fn send(
        &self,
        queue: Queue,
        ticket: &Ticket,
        delay: Duration,
    ) -> Result<(), PortError> {
        if delay > LONGEST_DELAY {
            return Err(PortError::new("send the ticket", "the delay is too long for a queue"));
        }
        let url = self
            .places
            .url(queue)
            .ok_or_else(|| PortError::new("send the ticket", "this function has no such queue"))?;
        let seconds = delay.as_millis().div_ceil(1000);
        let mut message = self.client.send_message().queue_url(url).message_body(ticket.text());
        message = message.delay_seconds(i32::try_from(seconds).unwrap_or(i32::MAX));
        // Fair queues: one noisy integration does not delay the others on a standard queue.
        if let Some((integration, _)) = ticket.entry.as_str().rsplit_once('/') {
            message = message.message_group_id(integration);
        }
        if let Some(trace) = trace::current() {
            let header = system(&trace.to_string())?;
            message = message.message_system_attributes(SystemAttribute::AwsTraceHeader, header);
        }
        if let Some(notice) = &ticket.notice {
            for (name, value) in attributes(notice) {
                message = message.message_attributes(name, attribute(value)?);
            }
        }
        message.send().await.map_err(|e| PortError::new("send the ticket", chain(e)))?;
        Ok(())
    }
}

/// What an operator sees of a message in the SQS console without opening its body.
fn attributes(notice: &Notice) -> [(&'static str, &str); 6] {
    [
        ("integration", &notice.integration),
        ("step", &notice.step),
        ("record", &notice.record),
        ("class", notice.class.word()),
        ("owner", &notice.owner),
        ("next_action", &notice.next_action),
    ]
}

/// SQS takes a text of the characters that XML 1.0 allows, and nothing of one with another.
pub(crate) fn taken(c: char) -> char {
    let is_taken = matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    if is_taken { c } else { '\u{fffd}' }
}

fn system(value: &str) -> Result<MessageSystemAttributeValue, PortError> {
    let value = MessageSystemAttributeValue::builder().data_type("String").string_value(value);
    value.build().map_err(|e| PortError::new("send the ticket", e))
}

fn attribute(value: &str) -> Result<MessageAttributeValue, PortError> {
    // SQS takes no empty attribute.
    let value = if value.is_empty() { "-" } else { value };
    let value: String = value.chars().map(taken).collect();
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
        .map_err(|e| PortError::new("send the ticket", e))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An attribute that SQS refuses would keep the message off the DLQ, and the alert behind it from its owner.
    #[test]
    fn what_sqs_does_not_take_is_no_part_of_an_attribute() {
        let value = attribute("a\u{0}\u{b}b\u{ffff}\u{1f600} \n").expect("an attribute");
        let said = value.string_value();
        assert_eq!(said, Some("a\u{fffd}\u{fffd}b\u{fffd}\u{1f600} \n"));
    }
}
