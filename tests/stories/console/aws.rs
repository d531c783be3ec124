//! An AWS in this process that holds many deliveries in one ledger, and counts what is read of it.

mod held;
mod lying;

use std::sync::{Arc, atomic::Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use fairlead_core::{
    entry::Entry,
    id::IntegrationName,
    issue::{Cause, dlq::Dlq},
};
use held::{Held, Shape, lock};
use serde_json::Value;
use tokio::{net::TcpListener, sync::MutexGuard};

/// The running AWS.
pub(crate) struct Aws {
    endpoint: String,
    held: Arc<Held>,
    /// The issue under which every second delivery is parked.
    pub(crate) issue: String,
}

async fn answer(
    State(held): State<Arc<Held>>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, String) {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let ask: Value = serde_json::from_str(&body).unwrap_or_default();
    let said = match target.and_then(|target| target.split('.').nth(1)) {
        Some("Query") => held.query(&ask).to_string(),
        Some("BatchGetItem") => held.batch(&ask).to_string(),
        Some("GetItem") => held.get(&ask).to_string(),
        Some("PutItem") => {
            let _turn = held.puts.lock().await;
            match held.put(&ask) {
                Ok(done) => done.to_string(),
                Err(fault) => return (StatusCode::BAD_REQUEST, fault.to_string()),
            }
        }
        Some("GetQueueAttributes") => held.dlqs.attributes(&ask).to_string(),
        Some("ReceiveMessage") => held.dlqs.receive(&ask).to_string(),
        Some("ChangeMessageVisibilityBatch") => held.dlqs.show_again(&ask).to_string(),
        Some("SendMessage" | "SendMessageBatch") => held.send(&ask).to_string(),
        Some("GetSecretValue") => r#"{"SecretString": "a key"}"#.to_owned(),
        Some(other) => panic!("nobody has told this AWS of {other}"),
        None if body.contains("Action=DescribeStacks") => stack(&lock(&held.vendor)),
        None => "<GetCallerIdentityResponse><GetCallerIdentityResult>\
                 <Arn>arn:aws:iam::123456789012:user/kim</Arn><UserId>kim</UserId><Account>123456789012</Account>\
                 </GetCallerIdentityResult></GetCallerIdentityResponse>"
            .to_owned(),
    };
    (StatusCode::OK, said)
}

fn stack(vendor: &str) -> String {
    let names = [
        "ApiId",
        "ApiUrl",
        "BusName",
        "IntakeQueueUrl",
        "IntakeDlqUrl",
        "DispatchQueueUrl",
        "DispatchDlqUrl",
        "RetryQueueUrl",
        "RetryDlqUrl",
        "AlertQueueUrl",
        "AlertDlqUrl",
        "AlertTopicArn",
        "ValidateFunction",
        "DispatchFunction",
        "RetryFunction",
        "AlertFunction",
    ];
    let output = |name: &str, value: &str| {
        format!("<member><OutputKey>{name}</OutputKey><OutputValue>{value}</OutputValue></member>")
    };
    let outputs: String = names.into_iter().map(|name| output(name, name)).collect();
    let outputs = outputs + &output("Ledger", "ledger");
    format!(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>fairlead</StackName>\
         <CreationTime>2026-03-02T12:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>\
         <Parameters><member><ParameterKey>LocalVendor</ParameterKey><ParameterValue>{vendor}</ParameterValue></member></Parameters>\
         <Outputs>{outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    )
}

impl Aws {
    /// One with so many deliveries, every second of them parked.
    pub(crate) async fn with(count: usize) -> Self {
        Self::of(Held::with(count, Shape::default())).await
    }

    /// One with so many deliveries, every second of them parked with many others at once, under one of three issues.
    pub(crate) async fn crowded(count: usize) -> Self {
        Self::of(Held::with(count, Shape { crowded: true, ..Shape::default() })).await
    }

    /// One with so many deliveries, the oldest of which are of an integration that is not in the bundle.
    pub(crate) async fn with_gone(count: usize, gone: usize) -> Self {
        let (mut held, issue) = Held::with(count, Shape::default());
        held.gone = gone;
        Self::of((held, issue)).await
    }

    /// One whose clocks are so many milliseconds ahead of this machine's.
    pub(crate) async fn ahead(count: usize, millis: i64) -> Self {
        Self::of(Held::with(count, Shape { behind: millis, ..Shape::default() })).await
    }

    /// One with so many deliveries of one record, D-1042.
    pub(crate) async fn of_one_record(count: usize) -> Self {
        Self::of(Held::with(count, Shape { one_record: true, ..Shape::default() })).await
    }

    async fn of((held, issue): (Held, String)) -> Self {
        let held = Arc::new(held);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&held));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, held, issue }
    }

    /// Leads the SDK here.
    pub(crate) fn config(&self) -> SdkConfig {
        let anybody = Credentials::new("test", "test", None, None, "story");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(fairlead_aws::world::connector())
            .endpoint_url(&self.endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(anybody))
            .build()
    }

    /// The names of the newest deliveries, or of the newest that are parked.
    pub(crate) fn newest(&self, parked: bool, count: usize) -> Vec<String> {
        let all = self.held.ids.iter().enumerate().rev();
        let meant = all.filter(|(number, _)| !parked || number % 2 == 1);
        meant.take(count).map(|(_, id)| id.to_string()).collect()
    }

    /// So many items were read of it so far.
    pub(crate) fn items_read(&self) -> usize {
        self.held.read.load(Ordering::Relaxed)
    }

    /// From now on no item is put.
    pub(crate) fn take_no_more(&self) {
        self.held.full.store(true, Ordering::Relaxed);
    }

    /// No item is put as long as this is held.
    pub(crate) async fn hold_puts(&self) -> MutexGuard<'_, ()> {
        self.held.puts.lock().await
    }

    /// From now on no issue is listed, as where no owner could be told of any.
    pub(crate) fn tell_nobody(&self) {
        self.held.untold.store(true, Ordering::Relaxed);
    }

    /// From now on the bundle reaches its vendors here; a desk that is opened knows it.
    pub(crate) fn reach(&self, vendor: &str) {
        vendor.clone_into(&mut lock(&self.held.vendor));
    }

    /// From now on calls to this destination are stopped.
    pub(crate) fn pause(&self, destination: &str) {
        self.held.pause(destination);
    }

    /// From now on so many messages lie on each DLQ at which somebody is looking.
    pub(crate) fn crash(&self, count: usize) {
        self.held.dlqs.hide(count);
    }

    /// From now on these messages lie on this DLQ, named by its output of the stack.
    pub(crate) fn lay(&self, dlq: &str, bodies: &[&str]) {
        self.held.dlqs.lay(dlq, bodies);
    }

    /// Holds this entry where it says that it lies.
    pub(crate) fn hold(&self, entry: &Entry) {
        self.held.hold(entry);
    }

    /// Holds this entry in the place of the newest delivery that is parked, and gives it as it lies there.
    pub(crate) fn instead_of_newest(&self, entry: Entry) -> Entry {
        self.held.instead_of_newest(entry)
    }

    /// Ends when so many messages were sent.
    pub(crate) async fn when_sent(&self, count: usize) {
        while lock(&self.held.sent).len() < count {
            self.held.taken.notified().await;
        }
    }

    /// The bodies of all messages that were sent.
    pub(crate) fn sent(&self) -> Vec<String> {
        lock(&self.held.sent).clone()
    }
}

/// A ticket that names its integration lies on the one DLQ, and one that cannot be read on the other.
pub(crate) fn cause_of_crash(dlq: Dlq) -> Cause {
    let name = if dlq == Dlq::Retry { Cause::NOBODY } else { "deal-won-to-invoice" };
    Cause::crashed(IntegrationName::new(name), dlq)
}
