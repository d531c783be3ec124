//! What each function's role may do and what it may not, as calls that change nothing.

use serde_json::{Value, json};

use crate::support::{signed::Call, world::World};

/// One function's role.
pub(crate) struct Role<'a> {
    pub(crate) function: &'a str,
    pub(crate) may: Vec<Named>,
    pub(crate) may_not: Vec<Named>,
}

pub(crate) type Named = (&'static str, Call);

/// The roles of all four functions.
pub(crate) fn all(world: &World) -> Vec<Role<'_>> {
    let outputs = world.engine.outputs();
    let send = |what, url: &str| (what, send(url));
    let dispatch = || send("send to the dispatch queue", &outputs.dispatch_queue_url);
    let retry = || send("send to the retry queue", &outputs.retry_queue_url);
    let intake = || send("send to the intake queue", &outputs.intake_queue_url);
    let alert = || send("send to the alert queue", &outputs.alert_queue_url);
    let dlq = || look(&outputs.alert_dlq_url);
    let ledger = &outputs.ledger;
    let common = || never(world);
    let with = |more: Vec<Named>| common().into_iter().chain(more).collect();
    vec![
        Role {
            function: &outputs.validate_function,
            may: vec![
                load(ledger),
                dispatch(),
                retry(),
                intake(),
                query(ledger, "ran"),
                hook_key(),
            ],
            may_not: with(vec![credential(), query(ledger, "work"), publish(world), dlq()]),
        },
        Role {
            function: &outputs.dispatch_function,
            may: vec![load(ledger), credential(), retry(), intake()],
            may_not: with(vec![
                dispatch(),
                put(ledger),
                query(ledger, "work"),
                hook_key(),
                publish(world),
                dlq(),
                secret("alerts/pagerduty"),
            ]),
        },
        Role {
            function: &outputs.retry_function,
            may: vec![load(ledger), query(ledger, "work"), dispatch(), retry(), intake()],
            may_not: with(vec![
                alert(),
                put(ledger),
                credential(),
                hook_key(),
                query(ledger, "ran"),
                publish(world),
                dlq(),
            ]),
        },
        Role {
            function: &outputs.alert_function,
            may: vec![
                load(ledger),
                query(ledger, "work"),
                look(&outputs.intake_dlq_url),
                secret("alerts/pagerduty"),
                secret("alerts/webhook"),
            ],
            may_not: with(vec![
                dispatch(),
                retry(),
                intake(),
                put(ledger),
                credential(),
                hook_key(),
                query(ledger, "ran"),
                empty("empty a DLQ", &outputs.alert_dlq_url),
            ]),
        },
    ]
}

/// The policy of who operates.
pub(crate) fn operator(world: &World) -> (Vec<Named>, Vec<Named>) {
    let outputs = world.engine.outputs();
    let ledger = &outputs.ledger;
    let send = |what, url: &str| (what, send(url));
    let stack = [("Action", "DescribeStacks"), ("StackName", "fairlead")];
    let resources = [("Action", "ListStackResources"), ("StackName", "fairlead")];
    let logs = json!({"logGroupName": "/aws/lambda/fairlead-dispatch", "limit": 1});
    let hook = json!({"SecretId": "fairlead-hooks/crm-webhook"});
    let may = vec![
        ("describe the stack", Call::form("cloudformation", &stack)),
        ("see the functions' names", Call::form("cloudformation", &resources)),
        ("read dispatch's log", Call::json("logs", "Logs_20140328.FilterLogEvents", &logs)),
        (
            "see that a webhook's key is there",
            Call::json("secretsmanager", "secretsmanager.DescribeSecret", &hook),
        ),
        load(ledger),
        query(ledger, "ran"),
        query(ledger, "work"),
        credential(),
        send("send to the dispatch queue", &outputs.dispatch_queue_url),
        send("send to the intake queue", &outputs.intake_queue_url),
        send("send back to the retry queue", &outputs.retry_queue_url),
        send("send back to the alert queue", &outputs.alert_queue_url),
        look(&outputs.alert_dlq_url),
    ];
    let mut may_not = never(world);
    may_not.extend([
        empty("empty a queue", &outputs.dispatch_queue_url),
        hook_key(),
        publish(world),
        secret("alerts/pagerduty"),
    ]);
    (may, may_not)
}

/// What no function may do.
fn never(world: &World) -> Vec<Named> {
    let outputs = world.engine.outputs();
    let table = json!({"TableName": outputs.ledger});
    let key = json!({"TableName": outputs.ledger, "Key": {"pk": {"S": "none/0"}}});
    let invoke = format!("/2015-03-31/functions/{}/configuration", outputs.validate_function);
    let create = json!({"Name": "fairlead/made-by-a-function", "SecretString": "x"});
    vec![
        ("scan the ledger", dynamodb("Scan", &table)),
        ("delete an entry", dynamodb("DeleteItem", &key)),
        ("look at the table", dynamodb("DescribeTable", &table)),
        ("make a secret", Call::json("secretsmanager", "secretsmanager.CreateSecret", &create)),
        ("list secrets", Call::json("secretsmanager", "secretsmanager.ListSecrets", &json!({}))),
        ("read a function", Call::get("lambda", &invoke)),
        ("list roles", Call::form("iam", &[("Action", "ListRoles")])),
        ("list topics", Call::form("sns", &[("Action", "ListTopics")])),
        ("read logs", Call::json("logs", "Logs_20140328.DescribeLogGroups", &json!({}))),
    ]
}

fn dynamodb(action: &str, body: &Value) -> Call {
    Call::json("dynamodb", &format!("DynamoDB_20120810.{action}"), body)
}

fn load(ledger: &str) -> Named {
    (
        "load an entry",
        dynamodb("GetItem", &json!({"TableName": ledger, "Key": {"pk": {"S": "none/0"}}})),
    )
}

/// Refused by its condition even where it is allowed.
fn put(ledger: &str) -> Named {
    let put = json!({"TableName": ledger, "Item": {"pk": {"S": "none/0"}}, "ConditionExpression": "attribute_exists(pk)"});
    ("put an entry", dynamodb("PutItem", &put))
}

fn query(ledger: &str, index: &str) -> Named {
    let query = json!({
        "TableName": ledger, "IndexName": index, "KeyConditionExpression": "#p = :p",
        "ExpressionAttributeNames": {"#p": index}, "ExpressionAttributeValues": {":p": {"S": "none"}},
    });
    ("query an index", dynamodb("Query", &query))
}

fn credential() -> Named {
    secret("finance-api")
}

fn secret(name: &str) -> Named {
    let get = json!({"SecretId": format!("fairlead/{name}")});
    ("read a secret", Call::json("secretsmanager", "secretsmanager.GetSecretValue", &get))
}

fn look(dlq: &str) -> Named {
    let look = json!({"QueueUrl": dlq, "AttributeNames": ["All"]});
    ("look at a DLQ", Call::json("sqs", "AmazonSQS.GetQueueAttributes", &look))
}

fn empty(what: &'static str, queue: &str) -> Named {
    let delete = json!({"QueueUrl": queue, "ReceiptHandle": "none"});
    (what, Call::json("sqs", "AmazonSQS.DeleteMessage", &delete))
}

fn hook_key() -> Named {
    let get = json!({"SecretId": "fairlead-hooks/crm-webhook"});
    ("read a webhook's key", Call::json("secretsmanager", "secretsmanager.GetSecretValue", &get))
}

fn publish(world: &World) -> Named {
    let topic = &world.engine.outputs().alert_topic_arn;
    let fields =
        [("Action", "Publish"), ("TopicArn", &**topic), ("Message", "tried by the IAM suite")];
    ("publish an alert", Call::form("sns", &fields))
}

/// A ticket for an entry that does not exist, which every function leaves alone.
fn send(url: &str) -> Call {
    let ticket = json!({
        "v": 1, "step": "dispatch", "entry": "deal-won-to-invoice/none",
        "delivery": "00000000-0000-7000-8000-000000000000",
    });
    let body = json!({"QueueUrl": url, "MessageBody": ticket.to_string()});
    Call::json("sqs", "AmazonSQS.SendMessage", &body)
}
