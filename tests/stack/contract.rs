//! The real adapters keep the contract of all worlds, as the world in memory does.

use std::time::Duration;

use fairlead_aws::{env::Places, world::Aws};
use fairlead_core::ticket::Queue;
use fairlead_tests::contract::{Bench, CLAUSES, holds};
use futures::FutureExt;
use serde_json::{Value, json};

use crate::support::{bundle::catalog, scenario::Scenario, signed::Call, world::World};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![Scenario::new("the adapters of AWS keep the contract of all worlds", |w| {
        kept(w).boxed_local()
    })]
}

async fn kept(world: &World) {
    let bench = Real::make(world).await;
    assert_eq!(holds(&bench).await, CLAUSES);
    bench.clear().await;
}

/// A table, two queues and a topic of its own, which no function of the bundle knows.
struct Real<'w> {
    world: &'w World,
    ports: Aws,
    places: Places,
    alerts: String,
}

impl<'w> Real<'w> {
    async fn make(world: &'w World) -> Self {
        let topic = topic(world).await;
        let alerts = queue(world, "contract-alerts").await;
        subscribe(world, &topic, &alerts).await;
        let places = Places {
            ledger: table(world).await,
            dispatch_queue: Some(queue(world, "contract-dispatch").await),
            retry_queue: Some(queue(world, "contract-retry").await),
            alert_topic: Some(topic),
            dispatch_timeout: Duration::from_secs(30),
            ..Places::default()
        };
        let ports = Aws::at(catalog(), places.clone(), world.stack.config());
        Self { world, ports, places, alerts }
    }

    /// What is delayed still lies on a queue; in the end every queue must be empty.
    async fn clear(&self) {
        for url in [&self.places.dispatch_queue, &self.places.retry_queue].into_iter().flatten() {
            let purge = json!({"QueueUrl": url});
            self.world.ask(Call::json("sqs", "AmazonSQS.PurgeQueue", &purge)).await;
        }
    }

    async fn take(&self, url: &str) -> Vec<String> {
        let messages = self.world.stack.take(url).await.expect("SQS answers");
        messages.into_iter().filter_map(|message| message.body).collect()
    }
}

impl Bench for Real<'_> {
    type Ports = Aws;

    fn ports(&self) -> &Aws {
        &self.ports
    }

    async fn receive(&self, queue: Queue) -> Vec<String> {
        self.take(self.places.url(queue).expect("one of ours")).await
    }

    async fn published(&self) -> Vec<Value> {
        let came = self.take(&self.alerts).await;
        came.iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
    }

    async fn pass(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// A table that is made like the deployed ledger, whatever the template says of that one.
async fn table(world: &World) -> String {
    let name = json!({"TableName": world.engine.outputs().ledger});
    let like = world.ask(Call::json("dynamodb", "DynamoDB_20120810.DescribeTable", &name)).await;
    let like = &like.json()["Table"];
    let indexes = like["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
    let indexes = indexes.iter().map(|index| {
        let part = |name: &str| index[name].clone();
        json!({"IndexName": part("IndexName"), "KeySchema": part("KeySchema"),
            "Projection": part("Projection")})
    });
    let make = json!({
        "TableName": "contract-ledger", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": like["AttributeDefinitions"], "KeySchema": like["KeySchema"],
        "GlobalSecondaryIndexes": indexes.collect::<Vec<_>>(),
    });
    world.ask(Call::json("dynamodb", "DynamoDB_20120810.CreateTable", &make)).await;
    "contract-ledger".to_owned()
}

async fn queue(world: &World, name: &str) -> String {
    let make = json!({"QueueName": name});
    let made = world.ask(Call::json("sqs", "AmazonSQS.CreateQueue", &make)).await.json();
    made["QueueUrl"].as_str().expect("a queue has a URL").to_owned()
}

async fn topic(world: &World) -> String {
    let make = [("Action", "CreateTopic"), ("Name", "contract-topic")];
    world.ask(Call::form("sns", &make)).await.element("TopicArn")
}

/// The queue gets what the topic is sent, as it is.
async fn subscribe(world: &World, topic: &str, url: &str) {
    let ask = json!({"QueueUrl": url, "AttributeNames": ["QueueArn"]});
    let told = world.ask(Call::json("sqs", "AmazonSQS.GetQueueAttributes", &ask)).await.json();
    let arn = told["Attributes"]["QueueArn"].as_str().expect("a queue has an ARN").to_owned();
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": arn,
    }]});
    let set = json!({"QueueUrl": url, "Attributes": {"Policy": policy.to_string()}});
    world.ask(Call::json("sqs", "AmazonSQS.SetQueueAttributes", &set)).await;
    let subscribe = [
        ("Action", "Subscribe"),
        ("TopicArn", topic),
        ("Protocol", "sqs"),
        ("Endpoint", &arn),
        ("Attributes.entry.1.key", "RawMessageDelivery"),
        ("Attributes.entry.1.value", "true"),
    ];
    world.ask(Call::form("sns", &subscribe)).await;
}
