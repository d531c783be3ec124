//! An AWS in this process that holds many deliveries in one ledger, and counts what is read of it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use axum::{Router, extract::State, http::HeaderMap};
use fairlead_aws::row::{Row, ran_partition};
use fairlead_core::{
    audit::{ACTS, Did, Note},
    entry::Entry,
    id::DeliveryId,
    issue::{Issue, PARTITION},
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, waits},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

/// DynamoDB ends a page of a query at 1 MB, which are some five thousand keys.
const PAGE: usize = 5_000;

/// So many acts of operators.
const NOTES: usize = 5_000;

/// The running AWS.
pub(super) struct Aws {
    endpoint: String,
    held: Arc<Held>,
    /// The issue under which every second delivery is parked.
    pub(super) issue: String,
}

/// What it holds.
struct Held {
    /// By partition of the index `ran`: id and number, oldest first.
    ran: BTreeMap<String, Vec<(String, usize)>>,
    /// By partition of the index `work`: time and key, oldest first.
    work: BTreeMap<String, Vec<(i64, String)>>,
    /// Items by key, where they are not one of the many.
    small: BTreeMap<String, Value>,
    /// Ids by number.
    ids: Vec<DeliveryId>,
    /// A delivered and a parked one, as items.
    kinds: [Value; 2],
    read: AtomicUsize,
}

/// The one entry of a world whose vendor says this, and its issue.
fn life(says: Says) -> (Entry, Option<Issue>) {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.vendor.borrow_mut().usually = says;
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    (world.entry(), world.issues().pop())
}

fn item(entry: &Entry) -> Value {
    let row = Row::of(entry).expect("a row");
    typed(&serde_json::to_value(row).expect("JSON"))["M"].clone()
}

/// One of the small items, which keep their value whole.
fn small(pk: &str, value: Value) -> Value {
    json!({"pk": {"S": pk}, "value": typed(&value)})
}

/// JSON in DynamoDB's own form.
fn typed(value: &Value) -> Value {
    match value {
        Value::Null => json!({"NULL": true}),
        Value::Bool(is) => json!({"BOOL": is}),
        Value::Number(number) => json!({"N": number.to_string()}),
        Value::String(text) => json!({"S": text}),
        Value::Array(all) => json!({"L": all.iter().map(typed).collect::<Vec<_>>()}),
        Value::Object(all) => {
            let all = all.iter().map(|(name, value)| (name.clone(), typed(value)));
            json!({"M": all.collect::<serde_json::Map<_, _>>()})
        }
    }
}

fn text(value: &Value) -> String {
    value["S"].as_str().unwrap_or_default().to_owned()
}

fn key(number: usize) -> String {
    format!("deal-won-to-invoice/{number:064x}")
}

impl Held {
    fn with(count: usize) -> (Self, String) {
        let (delivered, _) = life(Says::Created);
        let (parked, issue) = life(Says::Status(422, None, "VAT id is required"));
        let mut issue = issue.expect("the parked one opened it");
        issue.notice.next_action = super::NEXT.to_owned();
        let now = Timestamp::now().as_millisecond();
        let mut held = Self {
            ran: BTreeMap::new(),
            work: BTreeMap::new(),
            small: BTreeMap::new(),
            ids: Vec::new(),
            kinds: [item(&delivered), item(&parked)],
            read: AtomicUsize::new(0),
        };
        for number in 0..count {
            // Ten a second, until now. The low bits stand for the mark, which spreads them over partitions.
            let at = now - 100 * i64::try_from(count - number).expect("few");
            let low = (number as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15) & 0xffff_ffff;
            let time = u128::try_from(at).expect("after 1970") << 80;
            let id = DeliveryId(Uuid::from_u128(time | 0x7 << 76 | 0x2 << 62 | low));
            held.ran.entry(ran_partition(id)).or_default().push((id.to_string(), number));
            held.ids.push(id);
            if number % 2 == 1 {
                held.work.entry(issue.id.partition()).or_default().push((at, key(number)));
            }
        }
        let name = format!("issue#{}", issue.id);
        held.work.insert(PARTITION.to_owned(), vec![(now, name.clone())]);
        held.small.insert(name.clone(), small(&name, serde_json::to_value(&issue).expect("JSON")));
        held.act(now);
        (held, issue.id.to_string())
    }

    fn act(&mut self, now: i64) {
        for number in 0..NOTES {
            let at = now - i64::try_from(NOTES - number).expect("few");
            let note = Note {
                id: Uuid::from_u128(number as u128),
                at: Timestamp::from_millisecond(at).expect("a time"),
                by: "arn:aws:iam::123456789012:user/kim".to_owned(),
                did: Did::Retry,
                on: "deal-won-to-invoice deal D-1042".to_owned(),
                reason: "customer unblocked".to_owned(),
                deliveries: 1,
            };
            let pk = note.key();
            self.small.insert(pk.clone(), small(&pk, serde_json::to_value(&note).expect("JSON")));
            self.work.entry(ACTS.to_owned()).or_default().push((at, pk));
        }
    }

    fn item(&self, pk: &str) -> Option<Value> {
        if let Some(item) = self.small.get(pk) {
            return Some(item.clone());
        }
        let number = usize::from_str_radix(pk.strip_prefix("deal-won-to-invoice/")?, 16).ok()?;
        let id = self.ids.get(number)?;
        let mut item = self.kinds[number % 2].clone();
        item["pk"] = json!({"S": pk});
        item["id"] = json!({"S": id.to_string()});
        Some(item)
    }

    fn query(&self, ask: &Value) -> Value {
        let limit = ask["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.unwrap_or(PAGE).min(PAGE);
        // One more than the page holds tells whether there is another page.
        let most = limit + 1;
        let mut items = if ask["IndexName"] == "ran" {
            self.newest_ran(ask, most)
        } else {
            self.next_work(ask, most)
        };
        let more = items.len() > limit;
        items.truncate(limit);
        self.read.fetch_add(items.len(), Ordering::Relaxed);
        let mut answer = json!({"Count": items.len(), "ScannedCount": items.len()});
        if more {
            answer["LastEvaluatedKey"] = items.last().cloned().unwrap_or_default();
        }
        if ask["Select"] != "COUNT" {
            answer["Items"] = Value::Array(items);
        }
        answer
    }

    /// Keys of one partition of what ran, newest first.
    fn newest_ran(&self, ask: &Value, most: usize) -> Vec<Value> {
        let values = &ask["ExpressionAttributeValues"];
        let partition = text(&values[":partition"]);
        let (first, last) = (text(&values[":first"]), text(&values[":last"]));
        let after = text(&ask["ExclusiveStartKey"]["id"]);
        let all = self.ran.get(&partition).map(Vec::as_slice).unwrap_or_default();
        let meant = |(id, _): &&(String, usize)| {
            *id >= first && *id <= last && (after.is_empty() || *id < after)
        };
        let item = |(id, number): &(String, usize)| json!({"ran": {"S": partition}, "id": {"S": id}, "pk": {"S": key(*number)}});
        all.iter().rev().filter(meant).take(most).map(item).collect()
    }

    /// Keys of one partition of what needs work, in the order that was asked for.
    fn next_work(&self, ask: &Value, most: usize) -> Vec<Value> {
        let partition = text(&ask["ExpressionAttributeValues"][":partition"]);
        let from = &ask["ExclusiveStartKey"];
        let at = from["work_at"]["N"].as_str().and_then(|at| at.parse::<i64>().ok());
        let after = at.map(|at| (at, text(&from["pk"])));
        let after = after.as_ref();
        let all = self.work.get(&partition).map(Vec::as_slice).unwrap_or_default();
        let item = |(at, pk): &(i64, String)| {
            let at = json!({"N": at.to_string()});
            json!({"work": {"S": partition}, "work_at": at, "pk": {"S": pk}})
        };
        if ask["ScanIndexForward"] == false {
            let beyond = |place: &&(i64, String)| after.is_none_or(|after| *place < after);
            return all.iter().rev().filter(beyond).take(most).map(item).collect();
        }
        let beyond = |place: &&(i64, String)| after.is_none_or(|after| *place > after);
        all.iter().filter(beyond).take(most).map(item).collect()
    }

    fn batch(&self, ask: &Value) -> Value {
        let keys = ask["RequestItems"]["ledger"]["Keys"].as_array().cloned().unwrap_or_default();
        let found = keys.iter().filter_map(|key| self.item(key["pk"]["S"].as_str()?));
        let found: Vec<Value> = found.collect();
        self.read.fetch_add(found.len(), Ordering::Relaxed);
        json!({"Responses": {"ledger": found}, "UnprocessedKeys": {}})
    }

    fn get(&self, ask: &Value) -> Value {
        let found = self.item(ask["Key"]["pk"]["S"].as_str().unwrap_or_default());
        self.read.fetch_add(1, Ordering::Relaxed);
        found.map_or(json!({}), |item| json!({"Item": item}))
    }
}

async fn answer(State(held): State<Arc<Held>>, headers: HeaderMap, body: String) -> String {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let ask: Value = serde_json::from_str(&body).unwrap_or_default();
    match target.and_then(|target| target.split('.').nth(1)) {
        Some("Query") => held.query(&ask).to_string(),
        Some("BatchGetItem") => held.batch(&ask).to_string(),
        Some("GetItem") => held.get(&ask).to_string(),
        Some(other) => panic!("a page that only looks has called {other}"),
        None if body.contains("Action=DescribeStacks") => stack(),
        None => "<GetCallerIdentityResponse><GetCallerIdentityResult>\
                 <Arn>arn:aws:iam::123456789012:user/kim</Arn><UserId>kim</UserId><Account>123456789012</Account>\
                 </GetCallerIdentityResult></GetCallerIdentityResponse>"
            .to_owned(),
    }
}

fn stack() -> String {
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
    let outputs: String = names.into_iter().map(|name| output(name, "x")).collect();
    let outputs = outputs + &output("Ledger", "ledger");
    format!(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>fairlead</StackName>\
         <CreationTime>2026-03-02T12:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>\
         <Outputs>{outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    )
}

impl Aws {
    /// One with so many deliveries, every second of them parked.
    pub(super) async fn with(count: usize) -> Self {
        let (held, issue) = Held::with(count);
        let held = Arc::new(held);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&held));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, held, issue }
    }

    /// Leads the SDK here.
    pub(super) fn config(&self) -> SdkConfig {
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
    pub(super) fn newest(&self, parked: bool, count: usize) -> Vec<String> {
        let all = self.held.ids.iter().enumerate().rev();
        let meant = all.filter(|(number, _)| !parked || number % 2 == 1);
        meant.take(count).map(|(_, id)| id.to_string()).collect()
    }

    /// So many items were read of it so far.
    pub(super) fn items_read(&self) -> usize {
        self.held.read.load(Ordering::Relaxed)
    }
}
