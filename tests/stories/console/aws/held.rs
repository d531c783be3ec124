//! The ledger of that AWS: many deliveries, two of which are written out; and what was put and sent since.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use fairlead_aws::row::{Row, ran_partition};
use fairlead_core::{
    audit::{ACTS, Did, Note},
    entry::Entry,
    gate::{Gate, Pause},
    id::{DeliveryId, EntryKey},
    issue::{Issue, IssueId, PARTITION, Phase, dlq::Dlq},
    record::Record,
};
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal_with_question, integration, keyed, waits},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use super::lying::Dlqs;

/// DynamoDB ends a page of a query at 1 MB, which are some five thousand keys.
const PAGE: usize = 5_000;

/// So many lie in one millisecond where deliveries are crowded: an outage parks many at once.
const CROWD: usize = 4_000;

/// So many acts of operators.
const NOTES: usize = 5_000;

/// The issues of those that are crowded.
const OTHERS: [&str; 3] = ["AAAAAA", "BBBBBB", "CCCCCC"];

/// What is special about the deliveries that it holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    /// What is parked is parked with many others at once, under three issues.
    pub(super) crowded: bool,
    /// So many milliseconds this machine's clock is behind those that named them.
    pub(super) behind: i64,
    /// All are about one record, D-1042, and their names tell that.
    pub(super) one_record: bool,
}

/// What it holds.
pub(super) struct Held {
    /// By partition of the index `ran`: id and number, oldest first.
    ran: BTreeMap<String, Vec<(String, usize)>>,
    /// By partition of the index `work`: time and key, oldest first.
    work: BTreeMap<String, Vec<(i64, String)>>,
    /// Items by key, where they are not one of the many.
    small: BTreeMap<String, Value>,
    /// Items that were put since.
    pub(super) put: Mutex<BTreeMap<String, Value>>,
    /// The bodies of messages that were sent.
    pub(super) sent: Mutex<Vec<String>>,
    /// Messages were sent, and nobody has looked since.
    pub(super) taken: Notify,
    /// The oldest so many are of an integration that is not in the bundle.
    pub(super) gone: usize,
    /// The schedule and the tellers are broken: no issue is listed.
    pub(super) untold: AtomicBool,
    /// Where the bundle reaches its vendors.
    pub(super) vendor: Mutex<String>,
    /// What lies on the DLQs.
    pub(super) dlqs: Dlqs,
    /// Whoever puts an item has this meanwhile.
    pub(super) puts: tokio::sync::Mutex<()>,
    /// No item is put any more.
    pub(super) full: AtomicBool,
    /// Ids by number.
    pub(super) ids: Vec<DeliveryId>,
    /// A delivered and a parked one, as items.
    kinds: [Value; 2],
    pub(super) read: AtomicUsize,
}

/// The one entry of a world whose vendor says this, and its issue.
fn life(says: Says) -> (Entry, Option<Issue>) {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.vendor.borrow_mut().usually = says;
    world.submit(deal_with_question("D-1042")).expect("accepted");
    world.settle();
    (world.entry(), world.issues().pop())
}

fn item(entry: &Entry) -> Value {
    let row = Row::of(entry).expect("a row");
    typed(&serde_json::to_value(row).expect("JSON"))["M"].clone()
}

/// So many tickets have crashed, and no delivery is parked for it.
fn crashed(like: &Issue, dlq: Dlq, phase: Phase) -> Issue {
    let cause = super::cause_of_crash(dlq);
    Issue { id: cause.id(), cause, phase, count: 3, ..like.clone() }
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
    /// Every second delivery is parked: each at a time of its own under one issue, or many at once under three.
    pub(super) fn with(count: usize, shape: Shape) -> (Self, String) {
        let Shape { crowded, behind, one_record } = shape;
        let (delivered, _) = life(Says::Created);
        let (parked, issue) = life(Says::Status(422, None, "VAT id is required"));
        let mut issue = issue.expect("the parked one opened it");
        issue.notice.next_action = crate::console::NEXT.to_owned();
        let now = Timestamp::now().as_millisecond() + behind;
        let mut held = Self {
            ran: BTreeMap::new(),
            work: BTreeMap::new(),
            small: BTreeMap::new(),
            put: Mutex::default(),
            sent: Mutex::default(),
            taken: Notify::new(),
            gone: 0,
            untold: AtomicBool::new(false),
            vendor: Mutex::default(),
            dlqs: Dlqs::default(),
            puts: tokio::sync::Mutex::default(),
            full: AtomicBool::new(false),
            ids: Vec::new(),
            kinds: [item(&delivered), item(&parked)],
            read: AtomicUsize::new(0),
        };
        for number in 0..count {
            // Ten a second, until now. The low bits stand for the mark, which spreads them over partitions.
            let at = now - 100 * i64::try_from(count - number).expect("few");
            let low = (number as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15) & 0xffff_ffff;
            let time = u128::try_from(at).expect("after 1970") << 80;
            let drawn = Uuid::from_u128(time | 0x7 << 76 | 0x2 << 62 | low);
            let mark = Record::mark_of("D-1042");
            let id = if one_record { DeliveryId::of(drawn, mark) } else { DeliveryId(drawn) };
            held.ran.entry(ran_partition(id)).or_default().push((id.to_string(), number));
            held.ids.push(id);
            if number % 2 == 1 {
                let issue = if crowded { OTHERS[number / 2 % 3] } else { issue.id.as_str() };
                let at =
                    if crowded { now + i64::try_from(number / CROWD).expect("few") } else { at };
                let partition = IssueId::new(issue).partition();
                held.work.entry(partition).or_default().push((at, key(number)));
            }
        }
        held.list(&issue, crowded, now);
        held.act(now);
        (held, issue.id.to_string())
    }

    /// Lists the issues of what is parked; where they are not crowded, two of crashed tickets as well.
    fn list(&mut self, like: &Issue, crowded: bool, now: i64) {
        let over = Phase::Resolved { at: like.opened_at };
        let issues = if crowded {
            OTHERS.map(|id| Issue { id: IssueId::new(id), ..like.clone() })
        } else {
            let open = crashed(like, Dlq::Dispatch, Phase::Open);
            [like.clone(), open, crashed(like, Dlq::Retry, over)]
        };
        for issue in issues {
            let name = format!("issue#{}", issue.id);
            self.work.entry(PARTITION.to_owned()).or_default().push((now, name.clone()));
            let item = small(&name, serde_json::to_value(&issue).expect("JSON"));
            self.small.insert(name, item);
        }
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

    /// Holds this entry where it says that it lies.
    pub(super) fn hold(&self, entry: &Entry) {
        lock(&self.put).insert(entry.key.to_string(), item(entry));
    }

    /// A person has stopped all calls to this destination.
    pub(super) fn pause(&self, destination: &str) {
        let (by, reason) = ("kim".to_owned(), "they move house".to_owned());
        let pause = Some(Pause { by, reason, since: Timestamp::now() });
        let gate = serde_json::to_value(Gate { pause, ..Gate::default() }).expect("JSON");
        let name = format!("gate#{destination}");
        lock(&self.put).insert(name.clone(), small(&name, gate));
    }

    /// Holds this entry in the place of the newest delivery that is parked.
    pub(super) fn instead_of_newest(&self, entry: Entry) -> Entry {
        let all = self.ids.iter().enumerate().rev();
        let (number, id) = all.into_iter().find(|(number, _)| number % 2 == 1).expect("one");
        let entry = Entry { key: EntryKey::new(key(number)), id: *id, ..entry };
        self.hold(&entry);
        entry
    }

    /// What lies in a partition of the index `work`, oldest first; of the acts also those that were put since.
    fn work(&self, partition: &str) -> Cow<'_, [(i64, String)]> {
        let all = self.work.get(partition).map(Vec::as_slice).unwrap_or_default();
        let put = lock(&self.put);
        let acts = put.iter().filter(|(_, item)| partition == ACTS && item["work"]["S"] == ACTS);
        let place = |(pk, item): (&String, &Value)| {
            Some((item["work_at"]["N"].as_str()?.parse().ok()?, pk.clone()))
        };
        let acts: Vec<(i64, String)> = acts.filter_map(place).collect();
        if acts.is_empty() {
            return Cow::Borrowed(all);
        }
        let mut all = [all, acts.as_slice()].concat();
        all.sort_unstable();
        Cow::Owned(all)
    }

    fn item(&self, pk: &str) -> Option<Value> {
        if let Some(item) = lock(&self.put).get(pk) {
            return Some(item.clone());
        }
        if let Some(item) = self.small.get(pk) {
            return Some(item.clone());
        }
        let number = usize::from_str_radix(pk.strip_prefix("deal-won-to-invoice/")?, 16).ok()?;
        let id = self.ids.get(number)?;
        let mut item = self.kinds[number % 2].clone();
        item["pk"] = json!({"S": pk});
        item["id"] = json!({"S": id.to_string()});
        if number < self.gone {
            item["integration"] = json!({"S": "gone"});
        }
        Some(item)
    }

    pub(super) fn query(&self, ask: &Value) -> Value {
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
        if partition == PARTITION && self.untold.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let all = self.work(&partition);
        let edge = ask["ExpressionAttributeValues"][":at"]["N"].as_str();
        let edge = edge.and_then(|at| at.parse::<i64>().ok());
        let within = |(at, _): &&(i64, String)| match (edge, ask["ScanIndexForward"] == false) {
            (None, _) => true,
            (Some(edge), true) => *at <= edge,
            (Some(edge), false) => *at >= edge,
        };
        let item = |(at, pk): &(i64, String)| {
            let at = json!({"N": at.to_string()});
            json!({"work": {"S": partition}, "work_at": at, "pk": {"S": pk}})
        };
        if ask["ScanIndexForward"] == false {
            let beyond = |place: &&(i64, String)| after.is_none_or(|after| *place < after);
            return all.iter().rev().filter(within).filter(beyond).take(most).map(item).collect();
        }
        let beyond = |place: &&(i64, String)| after.is_none_or(|after| *place > after);
        all.iter().filter(within).filter(beyond).take(most).map(item).collect()
    }

    /// Puts an item, under its condition where it has one.
    pub(super) fn put(&self, ask: &Value) -> Result<Value, Value> {
        let fault =
            |name: &str| json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{name}")});
        if self.full.load(Ordering::Relaxed) {
            return Err(fault("AccessDeniedException"));
        }
        let (item, pk) = (&ask["Item"], text(&ask["Item"]["pk"]));
        let there = self.item(&pk);
        if let (Some(condition), Some(there)) = (ask["ConditionExpression"].as_str(), there) {
            assert_eq!(condition, "attribute_not_exists(pk) OR #value = :value");
            if there["value"] != ask["ExpressionAttributeValues"][":value"] {
                return Err(fault("ConditionalCheckFailedException"));
            }
        }
        lock(&self.put).insert(pk, item.clone());
        Ok(json!({}))
    }

    /// Takes one message, or a batch.
    pub(super) fn send(&self, ask: &Value) -> Value {
        let body = |of: &Value| of["MessageBody"].as_str().unwrap_or_default().to_owned();
        let Some(entries) = ask["Entries"].as_array() else {
            lock(&self.sent).push(body(ask));
            self.taken.notify_one();
            return json!({"MessageId": "1", "MD5OfMessageBody": "1"});
        };
        lock(&self.sent).extend(entries.iter().map(body));
        self.taken.notify_one();
        let taken = entries
            .iter()
            .map(|of| json!({"Id": of["Id"], "MessageId": "1", "MD5OfMessageBody": "1"}));
        json!({"Successful": taken.collect::<Vec<_>>(), "Failed": []})
    }

    pub(super) fn batch(&self, ask: &Value) -> Value {
        let keys = ask["RequestItems"]["ledger"]["Keys"].as_array().cloned().unwrap_or_default();
        let found = keys.iter().filter_map(|key| self.item(key["pk"]["S"].as_str()?));
        let found: Vec<Value> = found.collect();
        self.read.fetch_add(found.len(), Ordering::Relaxed);
        json!({"Responses": {"ledger": found}, "UnprocessedKeys": {}})
    }

    pub(super) fn get(&self, ask: &Value) -> Value {
        let found = self.item(ask["Key"]["pk"]["S"].as_str().unwrap_or_default());
        self.read.fetch_add(1, Ordering::Relaxed);
        found.map_or(json!({}), |item| json!({"Item": item}))
    }
}

pub(super) fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
