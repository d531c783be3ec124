//! The channels to owners: the SNS topic (chat and e-mail), PagerDuty, a signed webhook.
//!
//! Only the function alert has them. What does not get through is said here once; the issue keeps the message.

use std::time::Duration;

use fairlead_core::{
    alert::Alert,
    id::SecretName,
    owner::Channel,
    ports::PortError,
    webhook::{key, signature},
};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    dns::Zone,
    env::Places,
    secret::{ALERT_WEBHOOK, PAGERDUTY, Secret, Secrets},
    topic::Topic,
    vendor::request,
    wire::{Bounds, Line, Wire},
};

/// How long one message may take, all included.
const BOUNDS: Bounds = Bounds { total: Duration::from_secs(8), most: 4 * 1024 };

/// The channels of a bundle.
#[derive(Debug)]
pub(crate) struct Channels {
    topic: Topic,
    wire: Wire,
    pagerduty: Option<String>,
    webhook: Option<String>,
    zone: Zone,
}

impl Channels {
    /// The channels at these places; on the local engine one loopback URL stands for all of them.
    pub(crate) fn new(topic: Topic, places: &Places) -> Self {
        let at = |url: &Option<String>, name: &str| match &places.local_vendor {
            Some(local) => url.as_ref().map(|_| format!("{local}/alerts/{name}")),
            None => url.clone(),
        };
        Self {
            topic,
            wire: Wire::default(),
            pagerduty: at(&places.pagerduty, "pagerduty"),
            webhook: at(&places.alert_webhook, "webhook"),
            zone: if places.local_vendor.is_some() { Zone::Local } else { Zone::World },
        }
    }

    /// Sends a message to the owner.
    ///
    /// # Errors
    /// When the channel did not take it.
    pub(crate) async fn publish(&self, alert: &Alert, secrets: &Secrets) -> Result<(), PortError> {
        // Over the secret and the topic too: the SDK itself waits for an answer as long as it takes.
        let sent = tokio::time::timeout(BOUNDS.total, self.hand_over(alert, secrets)).await;
        let sent = sent.unwrap_or_else(|_| Err(failed("it did not answer in time")));
        for channel in [alert.to].into_iter().chain(alert.with) {
            crate::metric::alerted(channel, sent.is_ok());
        }
        if let Err(error) = &sent {
            let channel = alert.to.as_str();
            tracing::error!(channel, alert = %alert.id, cause = %error, "the channel took no alert");
        }
        sent
    }

    async fn hand_over(&self, alert: &Alert, secrets: &Secrets) -> Result<(), PortError> {
        match alert.to {
            Channel::Chat | Channel::Email => self.topic.publish(alert).await,
            Channel::Pagerduty => self.page(alert, secrets).await,
            Channel::Webhook => self.call(alert, secrets).await,
        }
    }

    async fn page(&self, alert: &Alert, secrets: &Secrets) -> Result<(), PortError> {
        let url = self.pagerduty.as_ref().ok_or_else(|| failed("it has no URL"))?;
        let routing = read(secrets, PAGERDUTY).await?;
        let mut body = alert.body.clone();
        body["routing_key"] = Value::String(routing.expose().trim().to_owned());
        self.post(url, body.to_string(), vec![]).await
    }

    async fn call(&self, alert: &Alert, secrets: &Secrets) -> Result<(), PortError> {
        let missing = || failed("it has no URL; deploy with the parameter AlertWebhookUrl");
        let url = self.webhook.as_ref().ok_or_else(missing)?;
        let secret = read(secrets, ALERT_WEBHOOK).await?;
        let key = key(secret.expose().trim());
        let key = key.ok_or_else(|| failed("its secret is not of the form whsec_..."))?;
        let body = alert.body.to_string();
        let seconds = Timestamp::now().as_second();
        let signed = signature(&key, &alert.id, seconds, body.as_bytes());
        let headers = [
            ("webhook-id", alert.id.clone()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signed),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value));
        self.post(url, body, headers.to_vec()).await
    }

    async fn post(
        &self,
        url: &str,
        body: String,
        mut headers: Vec<(String, String)>,
    ) -> Result<(), PortError> {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        let request = request("POST", url.to_owned(), body, headers);
        let request = request.ok_or_else(|| failed("its URL cannot be called"))?;
        // Being told twice does no harm: both channels recognise a message that comes again.
        let line = Line { zone: self.zone, connect: Duration::from_secs(3), reuse: true };
        match self.wire.exchange(request, line, BOUNDS).await {
            Ok(heard) if (200..300).contains(&heard.status) => Ok(()),
            // What it says may quote what it was sent, so only the status is told.
            Ok(heard) => Err(failed(format!("it answered {}", heard.status))),
            Err(answer) => Err(failed(fairlead_core::history::said(&answer))),
        }
    }
}

async fn read(secrets: &Secrets, name: &str) -> Result<Secret, PortError> {
    let read = secrets.get(&SecretName::new(name), false).await;
    read.map_err(|_| failed(format!("its secret fairlead/{name} cannot be read")))
}

fn failed(cause: impl Into<String>) -> PortError {
    PortError::new("tell the owner", cause.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::loopback::aws_at;

    const KEY: &str = "canary-5ecret-routing-key";
    const SIGNING: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn alert(to: Channel) -> Alert {
        let (id, body) = ("FS0DF8-1-opened".to_owned(), json!({"dedup_key": "FS0DF8"}));
        Alert { to, with: None, id, subject: String::new(), text: String::new(), body }
    }

    /// Sends one alert to a server that answers with this status; gives its request and what became of it.
    async fn send(to: Channel, status: u16) -> (String, Result<(), PortError>) {
        let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let local = format!("http://{}", server.local_addr().expect("an address"));
        let places = Places {
            local_vendor: Some(local),
            pagerduty: Some("https://events.pagerduty.com/v2/enqueue".to_owned()),
            alert_webhook: Some("https://ops.example.com/hook".to_owned()),
            ..Places::default()
        };
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .build();
        let secrets = Secrets::holding(&config, [(PAGERDUTY, KEY), (ALERT_WEBHOOK, SIGNING)]);
        let channels = Channels::new(Topic::new(&config, None), &places);
        let heard = async {
            let (mut stream, _) = server.accept().await.expect("a call");
            let mut text = String::new();
            while !text.contains("FS0DF8\"}") && !text.ends_with("key\"}") {
                let mut bytes = [0; 4096];
                let read = stream.read(&mut bytes).await.expect("bytes");
                text.push_str(&String::from_utf8_lossy(&bytes[..read]));
            }
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.expect("an answer");
            text
        };
        let alert = alert(to);
        tokio::join!(heard, channels.publish(&alert, &secrets))
    }

    #[tokio::test]
    async fn pagerduty_gets_the_event_with_its_key() {
        let (request, sent) = send(Channel::Pagerduty, 202).await;
        assert!(sent.is_ok());
        assert!(request.starts_with("POST /alerts/pagerduty HTTP/1.1\r\n"), "{request}");
        let (_, body) = request.split_once("\r\n\r\n").expect("a body");
        assert_eq!(body, format!(r#"{{"dedup_key":"FS0DF8","routing_key":"{KEY}"}}"#));
    }

    #[tokio::test]
    async fn a_webhook_is_signed_over_id_time_and_body() {
        let (request, sent) = send(Channel::Webhook, 204).await;
        assert!(sent.is_ok());
        let (head, body) = request.split_once("\r\n\r\n").expect("a body");
        let header = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.into_iter().find(|(n, _)| *n == name).map(|(_, value)| value).unwrap_or_default()
        };
        assert_eq!(header("webhook-id"), "FS0DF8-1-opened");
        let seconds = header("webhook-timestamp").parse().expect("seconds");
        let key = key(SIGNING).expect("a key");
        assert_eq!(
            header("webhook-signature"),
            signature(&key, "FS0DF8-1-opened", seconds, body.as_bytes())
        );
        assert!(!request.contains("MfKQ9r8"), "{request}");
    }

    /// The SDK has no time limit for an answer, so ours must hold.
    #[tokio::test]
    async fn a_topic_that_takes_the_message_and_says_nothing_is_given_up() {
        let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let config = aws_at(&server);
        let arn = "arn:aws:sns:us-east-1:000000000000:alerts".to_owned();
        let channels = Channels::new(Topic::new(&config, Some(arn)), &Places::default());
        let silent = async {
            let (mut stream, _) = server.accept().await.expect("a call");
            let read = stream.read(&mut [0; 4096]).await.expect("bytes");
            (stream, read)
        };
        let (chat, secrets) = (alert(Channel::Chat), Secrets::holding(&config, []));
        let ((_open, read), sent) = tokio::join!(silent, channels.publish(&chat, &secrets));
        assert!(read > 0, "it was called");
        let error = sent.expect_err("it was given up").to_string();
        assert_eq!(error, "tell the owner: it did not answer in time");
    }

    #[tokio::test]
    async fn a_channel_that_refuses_is_an_error_that_shows_no_secret() {
        for to in [Channel::Pagerduty, Channel::Webhook] {
            let (_, sent) = send(to, 400).await;
            let error = sent.expect_err("it was refused").to_string();
            assert_eq!(error, "tell the owner: it answered 400");
        }
    }
}
