//! IAM is enforced: at the door, and for each function's role.

use aws_credential_types::Credentials;
use fairlead::engine::ACCESS_KEY;
use futures::FutureExt;
use serde_json::{Value, json};

use crate::support::{
    case::Case,
    scenario::Scenario,
    signed::{Call, Reply, identity, root},
    world::World,
};

mod grants;

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("a caller needs a good signature and a policy of its own", |w| {
            callers(w).boxed_local()
        }),
        Scenario::new("each function's role does its own work and nothing else", |w| {
            roles(w).boxed_local()
        }),
    ]
}

async fn callers(world: &World) {
    let case = Case::deal("IAM-1");
    let path = format!("/events/{}", case.integration);
    let call = Call::post("execute-api", &path, case.event.to_string().into())
        .with("content-type", "application/json");
    for (who, name) in [
        (identity(ACCESS_KEY, "wrong", None), "a wrong secret"),
        (identity("AKIAUNKNOWN000000000", "x", None), "an unknown key"),
        (user(world, "stack-nobody", None).await, "a user without a policy"),
        (user(world, "stack-elsewhere", Some("POST/events/other")).await, "another route's policy"),
    ] {
        let reply = world.call(Some(&who), call.clone()).await;
        assert_eq!(reply.status, 403, "{name}: {reply:?}");
    }
    assert_eq!(world.entry(&case.entry()).await, None);
    let source = user(world, "stack-source", Some("POST/events/deal-won-to-invoice")).await;
    let reply = world.call(Some(&source), call).await;
    assert_eq!(
        reply.status, 202,
        "execute-api:Invoke on its route is all a source needs: {reply:?}"
    );
}

/// A user with this name who may call this route, or do nothing at all.
async fn user(world: &World, name: &str, route: Option<&str>) -> Credentials {
    let iam = |fields: &[(&str, &str)]| Call::form("iam", fields);
    let named = ("UserName", name);
    world.ask(iam(&[("Action", "CreateUser"), named])).await;
    if let Some(route) = route {
        let api = &world.engine.outputs().api_id;
        let document = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "execute-api:Invoke",
            "Resource": format!("arn:aws:execute-api:*:*:{api}/*/{route}"),
        }]})
        .to_string();
        let put = [("Action", "PutUserPolicy"), named, ("PolicyName", "send")];
        world.ask(iam(&[&put[..], &[("PolicyDocument", &document)]].concat())).await;
    }
    let made = world.ask(iam(&[("Action", "CreateAccessKey"), named])).await;
    identity(&made.element("AccessKeyId"), &made.element("SecretAccessKey"), None)
}

async fn roles(world: &World) {
    for role in grants::all(world) {
        let who = assume(world, role.function).await;
        for (what, call) in role.may {
            let reply = world.call(Some(&who), call).await;
            assert!(reply.status == 200, "{} may not {what}: {reply:?}", role.function);
        }
        for (what, call) in role.may_not {
            let reply = world.call(Some(&who), call.clone()).await;
            assert!(reply.is_denied(), "{} may {what}: {reply:?}", role.function);
            let reply: Reply = world.call(Some(&root()), call).await;
            assert!(
                !reply.is_denied(),
                "nobody may {what}, so the refusal shows nothing: {reply:?}"
            );
        }
    }
}

/// The credentials of a function's own role. Only Lambda may take it on, so the test asks for leave first.
async fn assume(world: &World, function: &str) -> Credentials {
    let path = format!("/2015-03-31/functions/{function}/configuration");
    let configuration = world.ask(Call::get("lambda", &path)).await.json();
    let arn = configuration["Role"].as_str().unwrap_or_default().to_owned();
    let assume = [("Action", "AssumeRole"), ("RoleArn", &*arn), ("RoleSessionName", "stack-suite")];
    let refused = world.call(Some(&root()), Call::form("sts", &assume)).await;
    assert!(refused.is_denied(), "{arn} can be taken on by others than Lambda: {refused:?}");
    let name = arn.rsplit('/').next().unwrap_or_default();
    let trust: Value = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    ]});
    let (update, trust) = ("UpdateAssumeRolePolicy", trust.to_string());
    let fields = [("Action", update), ("RoleName", name), ("PolicyDocument", &*trust)];
    world.ask(Call::form("iam", &fields)).await;
    let taken = world.ask(Call::form("sts", &assume)).await;
    let [key, secret, token] =
        ["AccessKeyId", "SecretAccessKey", "SessionToken"].map(|name| taken.element(name));
    identity(&key, &secret, Some(&token))
}
