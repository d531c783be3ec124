//! Roles: each function has its own, and each may do exactly what is written here.

use std::collections::BTreeSet;

use crate::{
    fault::{Fault, none},
    template::{PATH, Resource, all, functions, resource, resources},
    yaml::Node,
};

/// Every right of every role. Whoever adds a line here says in the commit why the function needs it.
const RIGHTS: [(&str, &[&str]); 6] = [
    (
        "ValidateRole",
        &[
            "dynamodb:GetItem on Ledger",
            "dynamodb:PutItem on Ledger",
            "dynamodb:Query on ${Ledger.Arn}/index/ran",
            "dynamodb:UpdateItem on Ledger",
            "logs:CreateLogStream on ValidateLogs",
            "logs:PutLogEvents on ValidateLogs",
            "secretsmanager:GetSecretValue on arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:fairlead-hooks/*",
            "sqs:DeleteMessage on IntakeQueue",
            "sqs:GetQueueAttributes on IntakeQueue",
            "sqs:ReceiveMessage on IntakeQueue",
            "sqs:SendMessage on AlertQueue",
            "sqs:SendMessage on DispatchDlq",
            "sqs:SendMessage on DispatchQueue",
            "sqs:SendMessage on IntakeQueue",
            "sqs:SendMessage on RetryQueue",
        ],
    ),
    (
        "DispatchRole",
        &[
            "dynamodb:GetItem on Ledger",
            "dynamodb:UpdateItem on Ledger",
            "logs:CreateLogStream on DispatchLogs",
            "logs:PutLogEvents on DispatchLogs",
            "not secretsmanager:GetSecretValue on arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:fairlead/alerts/*",
            "secretsmanager:GetSecretValue on arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:fairlead/*",
            "sqs:DeleteMessage on DispatchQueue",
            "sqs:GetQueueAttributes on DispatchQueue",
            "sqs:ReceiveMessage on DispatchQueue",
            "sqs:SendMessage on AlertQueue",
            "sqs:SendMessage on DispatchDlq",
            "sqs:SendMessage on IntakeQueue",
            "sqs:SendMessage on RetryQueue",
        ],
    ),
    (
        "RetryRole",
        &[
            "dynamodb:GetItem on Ledger",
            "dynamodb:Query on ${Ledger.Arn}/index/work",
            "dynamodb:UpdateItem on Ledger",
            "logs:CreateLogStream on RetryLogs",
            "logs:PutLogEvents on RetryLogs",
            "sqs:DeleteMessage on RetryQueue",
            "sqs:GetQueueAttributes on RetryQueue",
            "sqs:ReceiveMessage on RetryQueue",
            "sqs:SendMessage on DispatchQueue",
            "sqs:SendMessage on IntakeQueue",
            "sqs:SendMessage on RetryQueue",
        ],
    ),
    (
        "ScheduleRole",
        &[
            "lambda:InvokeFunction on arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-retry",
        ],
    ),
    (
        "AlertRole",
        &[
            "dynamodb:GetItem on Ledger",
            "dynamodb:Query on ${Ledger.Arn}/index/work",
            "dynamodb:UpdateItem on Ledger",
            "logs:CreateLogStream on AlertLogs",
            "logs:PutLogEvents on AlertLogs",
            "secretsmanager:GetSecretValue on arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:fairlead/alerts/*",
            "sns:Publish on AlertTopic",
            "sqs:ChangeMessageVisibility on AlertDlq",
            "sqs:ChangeMessageVisibility on DispatchDlq",
            "sqs:ChangeMessageVisibility on IntakeDlq",
            "sqs:ChangeMessageVisibility on RetryDlq",
            "sqs:DeleteMessage on AlertQueue",
            "sqs:DeleteMessage on DispatchDlq",
            "sqs:GetQueueAttributes on AlertDlq",
            "sqs:GetQueueAttributes on AlertQueue",
            "sqs:GetQueueAttributes on DispatchDlq",
            "sqs:GetQueueAttributes on IntakeDlq",
            "sqs:GetQueueAttributes on RetryDlq",
            "sqs:ReceiveMessage on AlertDlq",
            "sqs:ReceiveMessage on AlertQueue",
            "sqs:ReceiveMessage on DispatchDlq",
            "sqs:ReceiveMessage on IntakeDlq",
            "sqs:ReceiveMessage on RetryDlq",
        ],
    ),
    (
        "AlertScheduleRole",
        &[
            "lambda:InvokeFunction on arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-alert",
        ],
    ),
];

/// Every right of who operates.
const OPERATOR: [&str; 49] = [
    "cloudwatch:DescribeAlarms on *",
    "lambda:ListEventSourceMappings on *",
    "scheduler:GetSchedule on arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/default/${AWS::StackName}-release",
    "scheduler:GetSchedule on arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/default/${AWS::StackName}-issues",
    "cloudformation:DescribeStacks on arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/${AWS::StackName}/*",
    "dynamodb:BatchGetItem on Ledger",
    "dynamodb:GetItem on Ledger",
    "dynamodb:PutItem on Ledger where act#* edit#*",
    "dynamodb:Query on ${Ledger.Arn}/index/ran",
    "dynamodb:Query on ${Ledger.Arn}/index/work",
    "dynamodb:UpdateItem on Ledger where gate#* pace#* issue#*",
    "not secretsmanager:GetSecretValue on arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:fairlead/alerts/*",
    "secretsmanager:GetSecretValue on arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:fairlead/*",
    "sns:ListSubscriptionsByTopic on AlertTopic",
    "sqs:SendMessage on DispatchQueue",
    "sqs:SendMessage on IntakeQueue",
    "sqs:ChangeMessageVisibility on AlertDlq",
    "sqs:GetQueueAttributes on AlertDlq",
    "sqs:ReceiveMessage on AlertDlq",
    "sqs:ChangeMessageVisibility on DispatchDlq",
    "sqs:GetQueueAttributes on DispatchDlq",
    "sqs:ReceiveMessage on DispatchDlq",
    "sqs:ChangeMessageVisibility on IntakeDlq",
    "sqs:GetQueueAttributes on IntakeDlq",
    "sqs:ReceiveMessage on IntakeDlq",
    "sqs:ChangeMessageVisibility on RetryDlq",
    "sqs:GetQueueAttributes on RetryDlq",
    "sqs:ReceiveMessage on RetryDlq",
    "cloudformation:ListStackResources on arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/${AWS::StackName}/*",
    "logs:FilterLogEvents on AlertLogs",
    "logs:FilterLogEvents on arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${AlertLogs}",
    "logs:FilterLogEvents on DispatchLogs",
    "logs:FilterLogEvents on arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${DispatchLogs}",
    "logs:FilterLogEvents on RetryLogs",
    "logs:FilterLogEvents on arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${RetryLogs}",
    "logs:FilterLogEvents on ValidateLogs",
    "logs:FilterLogEvents on arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${ValidateLogs}",
    "secretsmanager:DescribeSecret on arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:fairlead/*",
    "secretsmanager:DescribeSecret on arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:fairlead-hooks/*",
    "sqs:SendMessage on RetryQueue",
    "sqs:SendMessage on AlertQueue",
    "sqs:StartMessageMoveTask on AlertDlq",
    "sqs:DeleteMessage on AlertDlq",
    "sqs:StartMessageMoveTask on DispatchDlq",
    "sqs:DeleteMessage on DispatchDlq",
    "sqs:StartMessageMoveTask on IntakeDlq",
    "sqs:DeleteMessage on IntakeDlq",
    "sqs:StartMessageMoveTask on RetryDlq",
    "sqs:DeleteMessage on RetryDlq",
];

/// The role that a function runs as.
pub(crate) fn role_of(function: Resource) -> Option<Resource> {
    function.property("Role").and_then(Node::target).and_then(resource)
}

/// What a role may do, one line for each action on each resource.
pub(crate) fn grants(role: &str) -> BTreeSet<String> {
    resource(role).map(|role| rights(statements(role))).unwrap_or_default()
}

/// One line for each action on each resource; with the keys that it is bound to, where it is bound.
fn rights(statements: Vec<&'static Node>) -> BTreeSet<String> {
    statements
        .into_iter()
        .flat_map(|statement| {
            let list = |key: &str| statement.get(key).map(Node::items).unwrap_or_default();
            let (actions, targets) = (list("Action"), list("Resource"));
            let pairs = actions
                .into_iter()
                .flat_map(move |action| targets.clone().into_iter().map(move |on| (action, on)));
            let bound = statement
                .get("Condition/ForAllValues:StringLike/dynamodb:LeadingKeys")
                .map(|keys| keys.items().iter().map(|key| format!(" {}", key.text())).collect())
                .map(|keys: String| format!(" where{keys}"))
                .unwrap_or_default();
            pairs
                .map(|(action, on)| {
                    let denied = if statement.text_at("Effect") == "Deny" { "not " } else { "" };
                    let on = on.target().unwrap_or(on.text());
                    format!("{denied}{} on {on}{bound}", action.text())
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_role_may_do_what_is_written_here_and_nothing_else() {
    none(resources("AWS::IAM::Role").into_iter().flat_map(|role| {
        let wanted: BTreeSet<String> = RIGHTS
            .iter()
            .filter(|(id, _)| *id == role.id)
            .flat_map(|(_, rights)| rights.iter().map(|right| (*right).to_owned()))
            .collect();
        let have = grants(role.id);
        let more = have
            .difference(&wanted)
            .map(|right| format!("take `{right}` away, or add it to RIGHTS in tests/tidy/iam.rs"));
        let less = wanted
            .difference(&have)
            .map(|right| format!("grant `{right}`, or take it from RIGHTS in tests/tidy/iam.rs"));
        more.chain(less).map(|mend| role.fault("Policies", &mend)).collect::<Vec<_>>()
    }));
}

#[test]
fn who_operates_may_do_what_is_written_here_and_nothing_else() {
    let policies = resources("AWS::IAM::ManagedPolicy");
    assert_eq!(policies.len(), 1, "one policy, for who operates");
    let policy = policies[0];
    let wanted: BTreeSet<String> = OPERATOR.iter().map(|right| (*right).to_owned()).collect();
    let statements = policy.property("PolicyDocument/Statement").map(Node::items);
    let have = rights(statements.unwrap_or_default());
    none(have.symmetric_difference(&wanted).map(|right| {
        let mend = format!("`{right}` stands either here or in OPERATOR of tests/tidy/iam.rs");
        policy.fault("PolicyDocument", &mend)
    }));
}

#[test]
fn no_role_has_more_than_its_own_statements() {
    none(resources("AWS::IAM::Role").into_iter().filter_map(|role| {
        let managed = role.property("ManagedPolicyArns").is_some();
        managed.then(|| {
            role.fault("ManagedPolicyArns", "write the actions out; managed policies have `*`")
        })
    }));
    none(functions().into_iter().filter_map(|function| {
        let made = function.property("Policies").is_some() || role_of(function).is_none();
        made.then(|| {
            function.fault(
                "Role",
                "give it a Role of the template and no Policies; SAM's own roles have `*`",
            )
        })
    }));
}

#[test]
fn no_action_and_no_resource_is_everything() {
    none(resources("AWS::IAM::Role").into_iter().flat_map(|role| {
        let of = move |statement: &'static Node| {
            let items = |key: &str| statement.get(key).map(Node::items).unwrap_or_default();
            let actions = items("Action").into_iter().filter(|action| action.text().contains('*'));
            let targets = items("Resource").into_iter().filter(|on| on.text() == "*");
            let bad: Vec<&Node> = actions.chain(targets).collect();
            let open =
                ["NotAction", "NotResource"].into_iter().filter_map(|key| statement.get(key));
            bad.into_iter().chain(open).collect::<Vec<_>>()
        };
        let line = move |node: &Node| {
            Fault::new(
                PATH,
                node.line,
                format!("{}: name each action and each resource, without `*`", role.id),
            )
        };
        statements(role).into_iter().flat_map(of).map(line).collect::<Vec<_>>()
    }));
}

#[test]
fn every_role_is_used_once() {
    none(resources("AWS::IAM::Role").into_iter().filter_map(|role| {
        let uses = all()
            .flat_map(|one| one.node.all())
            .filter(|node| node.target() == Some(role.id))
            .count();
        (uses != 1).then(|| {
            role.fault(
                "",
                &format!("used {uses} times; give each function and schedule a role of its own"),
            )
        })
    }));
}

/// Dispatch reads what vendors are called with, alert what owners are told with, validate what hooks are signed with.
#[test]
fn each_secret_has_one_reader() {
    none(resources("AWS::IAM::Role").into_iter().filter_map(|role| {
        let of = |right: &&String| right.contains("secretsmanager:");
        let rights: Vec<String> = grants(role.id).iter().filter(of).cloned().collect();
        let alerts = |right: &String| right.ends_with(":secret:fairlead/alerts/*");
        let good = match role.id {
            "DispatchRole" => rights.iter().any(|right| right.starts_with("not ") && alerts(right)),
            "AlertRole" => rights.iter().all(alerts),
            "ValidateRole" => {
                rights.iter().all(|right| right.ends_with(":secret:fairlead-hooks/*"))
            }
            _ => rights.is_empty(),
        };
        let mend = "dispatch reads fairlead/* without fairlead/alerts/*, alert fairlead/alerts/*, \
                    validate fairlead-hooks/*, and no other reads secrets";
        (!good).then(|| role.fault("Policies", mend))
    }));
}

fn statements(role: Resource) -> Vec<&'static Node> {
    let policies = role.property("Policies").map(Node::items).unwrap_or_default();
    let documents =
        policies.into_iter().filter_map(|policy| policy.get("PolicyDocument/Statement"));
    documents.flat_map(Node::items).collect()
}
