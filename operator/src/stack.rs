//! A deployed bundle as its users meet it: send events, read entries, watch alerts.

use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use fairlead_aws::{ledger::Ledger, secret};
use fairlead_core::{
    entry::Entry,
    id::{EntryKey, SecretName},
};
use serde_json::Value;

use crate::engine::{ACCESS_KEY, Engine, Outputs, REGION};

/// What did not work, in words, with the cause.
#[derive(Debug, thiserror::Error)]
#[error("could not {doing}: {cause}")]
pub struct StackError {
    doing: &'static str,
    cause: String,
}

fn failed<E: std::error::Error + Send + Sync + 'static>(
    doing: &'static str,
) -> impl FnOnce(E) -> StackError {
    move |error| StackError {
        doing,
        cause: aws_smithy_types::error::display::DisplayErrorContext(error).to_string(),
    }
}

/// An answer of the HTTP API.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`, empty when there is none.
    pub kind: String,
    /// The body; `null` when it is not JSON.
    pub body: Value,
}

/// The bundle on the local engine.
#[derive(Debug)]
pub struct Stack {
    outputs: Outputs,
    endpoint: String,
    api_host: String,
    config: SdkConfig,
    http: reqwest::Client,
    ledger: Ledger,
}

impl Stack {
    /// The bundle that `engine` has deployed, as its account root.
    pub async fn on(engine: &Engine) -> Self {
        let config = aws_config::defaults(aws_config::BehaviorVersion::v2026_01_12())
            .http_client(fairlead_aws::world::connector())
            .endpoint_url(engine.endpoint())
            .region(REGION)
            .credentials_provider(credentials())
            .load()
            .await;
        Self {
            outputs: engine.outputs().clone(),
            endpoint: engine.endpoint().to_owned(),
            api_host: engine.api_host(),
            ledger: Ledger::new(&config, engine.outputs().ledger.clone()),
            http: reqwest::Client::new(),
            config,
        }
    }

    /// What the stack tells about itself.
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// POSTs a JSON event, signed.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn post(&self, integration: &str, event: &Value) -> Result<Answer, StackError> {
        self.post_bytes(integration, "application/json", event.to_string().into_bytes()).await
    }

    /// POSTs any body of any type, signed.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn post_bytes(
        &self,
        integration: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Result<Answer, StackError> {
        let path = format!("/events/{integration}");
        let mut request = self.http.post(format!("{}{path}", self.endpoint));
        for (name, value) in self.signature(&path, kind, &body)? {
            request = request.header(name, value);
        }
        self.answer(request.header("content-type", kind).body(body)).await
    }

    /// POSTs an event without a signature.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn post_unsigned(
        &self,
        integration: &str,
        event: &Value,
    ) -> Result<Answer, StackError> {
        let request = self.http.post(format!("{}/events/{integration}", self.endpoint));
        self.answer(request.json(event)).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Answer, StackError> {
        let answer = request.header("host", &self.api_host).send().await;
        let answer = answer.map_err(failed("post the event"))?;
        let kind = answer.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or("");
        let (status, kind) = (answer.status().as_u16(), kind.to_owned());
        let text = answer.text().await.map_err(failed("read the answer"))?;
        Ok(Answer { status, kind, body: serde_json::from_str(&text).unwrap_or_default() })
    }

    /// Signature Version 4 for API Gateway's IAM authorization.
    fn signature(
        &self,
        path: &str,
        kind: &str,
        body: &[u8],
    ) -> Result<Vec<(String, String)>, StackError> {
        let identity = credentials().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name("execute-api")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(failed("sign the request"))?;
        let uri = format!("http://{}{path}", self.api_host);
        let headers = [("content-type", kind)].into_iter();
        let request = SignableRequest::new("POST", uri, headers, SignableBody::Bytes(body))
            .map_err(failed("sign the request"))?;
        let (instructions, _) =
            sign(request, &params.into()).map_err(failed("sign the request"))?.into_parts();
        let (headers, _) = instructions.into_parts();
        Ok(headers.into_iter().map(|h| (h.name().to_owned(), h.value().to_owned())).collect())
    }

    /// Puts an event on the bundle's EventBridge bus, and gives the id that EventBridge gave it.
    ///
    /// # Errors
    /// When EventBridge does not take it.
    pub async fn put_event(&self, kind: &str, detail: &Value) -> Result<String, StackError> {
        let entry = aws_sdk_eventbridge::types::PutEventsRequestEntry::builder()
            .event_bus_name(&self.outputs.bus_name)
            .source("example")
            .detail_type(kind)
            .detail(detail.to_string())
            .build();
        let client = aws_sdk_eventbridge::Client::new(&self.config);
        let answer = client.put_events().entries(entry).send().await;
        let answer = answer.map_err(failed("put the event on the bus"))?;
        let id = answer.entries().first().and_then(|entry| entry.event_id.clone());
        id.ok_or_else(|| StackError {
            doing: "put the event on the bus",
            cause: format!("{answer:?}"),
        })
    }

    /// Reads a delivery's entry.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn entry(&self, key: &EntryKey) -> Result<Option<Entry>, StackError> {
        let loaded = self.ledger.load(key).await;
        loaded.map_err(|e| StackError { doing: "read the entry", cause: e.to_string() })
    }

    /// Stores a credential below `fairlead/`, or replaces it.
    ///
    /// # Errors
    /// When Secrets Manager does not take it.
    pub async fn store_secret(&self, name: &SecretName, value: &str) -> Result<(), StackError> {
        self.store(format!("{}{name}", secret::PREFIX), value).await
    }

    /// Stores the keys of a webhook below `fairlead-hooks/`, or replaces them.
    ///
    /// # Errors
    /// When Secrets Manager does not take them.
    pub async fn store_hook_keys(&self, name: &SecretName, keys: &str) -> Result<(), StackError> {
        self.store(format!("{}{name}", secret::HOOK_PREFIX), keys).await
    }

    async fn store(&self, id: String, value: &str) -> Result<(), StackError> {
        let client = aws_sdk_secretsmanager::Client::new(&self.config);
        let put = client.put_secret_value().secret_id(&id).secret_string(value).send().await;
        if put.is_ok() {
            return Ok(());
        }
        let created = client.create_secret().name(&id).secret_string(value).send().await;
        created.map(drop).map_err(failed("store the secret"))
    }

    /// Subscribes a queue of that name to the alert topic, and gives its URL.
    ///
    /// # Errors
    /// When SQS or SNS does not take part.
    pub async fn subscribe(&self, name: &str) -> Result<String, StackError> {
        let (sqs, sns) = (self.sqs(), aws_sdk_sns::Client::new(&self.config));
        let topic = &self.outputs.alert_topic_arn;
        let made = sqs.create_queue().queue_name(name).send().await;
        let url = made.map_err(failed("make a queue"))?.queue_url.unwrap_or_default();
        let arn = QueueAttributeName::QueueArn;
        let asked = sqs.get_queue_attributes().queue_url(&url).attribute_names(arn.clone());
        let attributes = asked.send().await.map_err(failed("read the queue"))?.attributes;
        let arn = attributes.and_then(|mut all| all.remove(&arn)).unwrap_or_default();
        let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage", "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }]});
        let set = sqs.set_queue_attributes().queue_url(&url);
        let set = set.attributes(QueueAttributeName::Policy, policy.to_string()).send().await;
        set.map_err(failed("let the topic send"))?;
        let subscribe = sns.subscribe().topic_arn(topic).protocol("sqs").endpoint(arn);
        let subscribe = subscribe.attributes("RawMessageDelivery", "true").send().await;
        subscribe.map_err(failed("subscribe the queue"))?;
        Ok(url)
    }

    /// Takes what is on a queue now, at most ten messages; they are gone from it afterwards.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub async fn take(&self, queue_url: &str) -> Result<Vec<Message>, StackError> {
        let messages = self.peek(queue_url).await?;
        for message in &messages {
            let receipt = message.receipt_handle.clone().unwrap_or_default();
            let delete = self.sqs().delete_message().queue_url(queue_url).receipt_handle(receipt);
            delete.send().await.map_err(failed("delete the message"))?;
        }
        Ok(messages)
    }

    /// Receives at most ten messages and leaves them on the queue, invisible for a while.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub async fn peek(&self, queue_url: &str) -> Result<Vec<Message>, StackError> {
        let receive = self.sqs().receive_message().queue_url(queue_url).max_number_of_messages(10);
        let receive = receive.wait_time_seconds(1).message_attribute_names("All");
        let answer = receive.send().await.map_err(failed("receive messages"))?;
        Ok(answer.messages.unwrap_or_default())
    }

    /// Sends a message, as the redrive of a DLQ does.
    ///
    /// # Errors
    /// When SQS does not take it.
    pub async fn send(&self, queue_url: &str, body: &str) -> Result<(), StackError> {
        let send = self.sqs().send_message().queue_url(queue_url).message_body(body).send().await;
        send.map(drop).map_err(failed("send the message"))
    }

    /// The ledger itself.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The SDK's configuration for this stack, for whatever has no method here.
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }
}

fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY, ACCESS_KEY, None, None, "local engine")
}
