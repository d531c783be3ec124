//! DLQs in SQS: looked at, not emptied. Only the function alert has them.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use aws_sdk_sqs::{
    Client, operation::change_message_visibility::ChangeMessageVisibilityError::MessageNotInflight,
    types::QueueAttributeName,
};
use fairlead_core::{
    issue::dlq::{Dlq, Dlqs, Peeked},
    ports::PortError,
};
use futures::future::join_all;

use crate::{env::Places, ledger::chain, world::Aws};

/// How long a message that was looked at stays hidden, so that one look does not meet it twice.
///
/// Being looked at counts as a receive, which does no harm: a DLQ has no redrive policy of its own.
const HIDDEN: Duration = Duration::from_secs(HIDDEN_SECONDS as u64);

/// The same, as SQS takes it.
const HIDDEN_SECONDS: i32 = 30;

/// So many messages are shown again at once.
const AT_ONCE: usize = 10;

/// A message that this process has hidden.
#[derive(Clone, Debug)]
struct Hidden {
    dlq: Dlq,
    handle: String,
    since: Instant,
}

/// The DLQs of a bundle.
#[derive(Clone, Debug)]
pub(crate) struct Boxes {
    client: Client,
    places: Places,
    hidden: Arc<Mutex<Vec<Hidden>>>,
}

impl Boxes {
    /// The DLQs at these places.
    pub(crate) fn new(config: &aws_config::SdkConfig, places: Places) -> Self {
        Self { client: Client::new(config), places, hidden: Arc::default() }
    }

    fn hidden(&self) -> MutexGuard<'_, Vec<Hidden>> {
        // A list of handles is whole whatever became of its last user.
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn url(&self, dlq: Dlq) -> Result<&str, PortError> {
        let url = self.places.dlq(dlq);
        url.ok_or_else(|| PortError::new("look at a DLQ", "this function has no such queue"))
    }

    /// Shows one message; one that shows already is as good.
    async fn show(&self, message: &Hidden) -> Result<(), PortError> {
        let change = self.client.change_message_visibility().queue_url(self.url(message.dlq)?);
        let shown = change.receipt_handle(&message.handle).visibility_timeout(0).send().await;
        match shown {
            Err(e) if matches!(e.as_service_error(), Some(MessageNotInflight(_))) => Ok(()),
            Err(e) => Err(PortError::new("show a message again", chain(e))),
            Ok(_) => Ok(()),
        }
    }
}

impl Aws {
    /// Shows what the looks of this function have hidden and left on its DLQ: without this a redrive right after a look
    /// would move only what nobody has looked at. What fails shows by itself half a minute after it was looked at.
    pub async fn show_again(&self) {
        let boxes = self.boxes();
        let hidden = std::mem::take(&mut *boxes.hidden());
        // One by one, and not as a batch: the local engine has a right of its own for that, which AWS has not.
        for some in hidden.chunks(AT_ONCE) {
            let some = some.iter().filter(|message| message.since.elapsed() < HIDDEN);
            let shown = join_all(some.map(|message| boxes.show(message))).await;
            if let Some(error) = shown.into_iter().find_map(Result::err) {
                tracing::warn!(cause = %error, "messages of a DLQ stay hidden for a moment");
                return;
            }
        }
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
        let receive = receive.max_number_of_messages(10).visibility_timeout(HIDDEN_SECONDS);
        let since = Instant::now();
        let answer = receive.wait_time_seconds(1).send().await;
        let answer = answer.map_err(|e| PortError::new("look at a DLQ", chain(e)))?;
        let messages = answer.messages.unwrap_or_default().into_iter();
        let peeked = messages.filter_map(|message| {
            let (id, handle) = (message.message_id?, message.receipt_handle?);
            Some(Peeked { id, handle, body: message.body.unwrap_or_default() })
        });
        let peeked: Vec<Peeked> = peeked.collect();
        let hidden = peeked.iter().map(|one| Hidden { dlq, handle: one.handle.clone(), since });
        boxes.hidden().extend(hidden);
        Ok(peeked)
    }

    async fn remove(&self, dlq: Dlq, message: &Peeked) -> Result<(), PortError> {
        let boxes = self.boxes();
        let delete = boxes.client.delete_message().queue_url(boxes.url(dlq)?);
        let removed = delete.receipt_handle(&message.handle).send().await;
        removed.map_err(|e| PortError::new("take a message off a DLQ", chain(e)))?;
        boxes.hidden().retain(|hidden| hidden.handle != message.handle);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use fairlead_core::integration::Catalog;
    use serde_json::{Value, json};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
    };

    use super::*;
    use crate::loopback::aws_at;

    /// Both messages of the dispatch DLQ.
    fn messages() -> Value {
        let message =
            |id| json!({"MessageId": id, "ReceiptHandle": format!("of-{id}"), "Body": "{}"});
        json!({"Messages": [message("gone"), message("kept")]})
    }

    /// One call: what was asked, and its body.
    async fn call(stream: &mut TcpStream) -> (String, Value) {
        let mut text = String::new();
        loop {
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).await.expect("bytes");
            text.push_str(&String::from_utf8_lossy(&bytes[..read]));
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let head = head.to_lowercase();
            let after =
                |name: &str| head.split_once(name).and_then(|(_, rest)| rest.lines().next());
            let length: usize = after("content-length: ").expect("a length").parse().expect("one");
            if body.len() == length {
                let target = after("x-amz-target: amazonsqs.").expect("a target").to_owned();
                return (target, serde_json::from_str(body).expect("a body"));
            }
        }
    }

    /// SQS, and what it was asked.
    async fn sqs(server: TcpListener, asked: &RefCell<Vec<(String, Value)>>) {
        loop {
            let (mut stream, _) = server.accept().await.expect("a call");
            let (target, body) = call(&mut stream).await;
            let answer = if target == "receivemessage" { messages() } else { json!({}) };
            let (answer, kind) = (answer.to_string(), "application/x-amz-json-1.0");
            let head = format!("content-type: {kind}\r\ncontent-length: {}", answer.len());
            let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\nconnection: close\r\n\r\n{answer}");
            asked.borrow_mut().push((target, body));
            stream.write_all(answer.as_bytes()).await.expect("an answer");
        }
    }

    #[tokio::test]
    async fn what_a_look_has_hidden_and_left_is_shown_again_once() {
        let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let config = aws_at(&server);
        let url = Some("https://sqs.us-east-1.amazonaws.com/000000000000/dlq".to_owned());
        let places = Places { dispatch_dlq: url, ..Places::default() };
        let aws = Aws::at(Box::leak(Box::new(Catalog::default())), places, &config);
        let looked = async {
            let peeked = aws.peek(Dlq::Dispatch).await.expect("a look");
            aws.remove(Dlq::Dispatch, &peeked[0]).await.expect("one is taken off");
            aws.show_again().await;
            // Nothing is left to show.
            aws.show_again().await;
        };
        let asked = RefCell::default();
        tokio::select! {
            () = looked => {}
            () = sqs(server, &asked) => {}
        }
        let asked = asked.into_inner();
        let names: Vec<&str> = asked.iter().map(|(target, _)| target.as_str()).collect();
        assert_eq!(names, ["receivemessage", "deletemessage", "changemessagevisibility"]);
        assert_eq!(asked[2].1["ReceiptHandle"], "of-kept");
        assert_eq!(asked[2].1["VisibilityTimeout"], 0);
    }
}
