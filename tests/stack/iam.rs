//! IAM is enforced: at the door, and for each function's role.

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use fairlead::{cli::View, desk::Desk};
use fairlead_core::ticket::Act;
use futures::FutureExt;
use serde_json::json;

use crate::{
    desk::refused,
    support::{
        case::Case,
        scenario::Scenario,
        signed::{Call, Reply, identity, root},
        wait::SOON,
        world::World,
    },
};

mod grants;

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("a caller needs a good signature and a policy of its own", |w| {
            callers(w).boxed_local()
        }),
        Scenario::new("an operator's policy is enough for the desk and for nothing else", |w| {
            operator(w).boxed_local()
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
    let api = &world.engine.outputs().api_id;
    let route = |to: &str| format!("arn:aws:execute-api:*:*:{api}/*/POST/events/{to}");
    let source = user(world, "stack-source", "execute-api:Invoke", &route(case.integration)).await;
    for (who, name) in [
        // Not root with a wrong secret: the engine takes root at its word.
        (identity(source.access_key_id(), "wrong", None), "a wrong secret"),
        (identity("AKIAUNKNOWN000000000", "x", None), "an unknown key"),
        (user(world, "stack-nobody", "s3:GetObject", "*").await, "a user without this action"),
        (
            user(world, "stack-elsewhere", "execute-api:Invoke", &route("other")).await,
            "a user of another route",
        ),
    ] {
        let reply = world.call(Some(&who), call.clone()).await;
        assert_eq!(reply.status, 403, "{name}: {reply:?}");
    }
    assert_eq!(world.entry(&case.entry()).await, None);
    let reply = world.call(Some(&source), call).await;
    assert_eq!(reply.status, 202, "a source needs no more than its route: {reply:?}");
}

/// A user with this name who may do this one thing.
async fn user(world: &World, name: &str, action: &str, resource: &str) -> Credentials {
    let named = ("UserName", name);
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": action, "Resource": resource},
    ]})
    .to_string();
    let policy = [("PolicyName", "only"), ("PolicyDocument", &*document)];
    let put = [&[("Action", "PutUserPolicy"), named], &policy[..]].concat();
    world.ask(Call::form("iam", &[("Action", "CreateUser"), named])).await;
    world.ask(Call::form("iam", &put)).await;
    let made = world.ask(Call::form("iam", &[("Action", "CreateAccessKey"), named])).await;
    identity(&made.element("AccessKeyId"), &made.element("SecretAccessKey"), None)
}

async fn roles(world: &World) {
    let other = user(world, "stack-climber", "sts:AssumeRole", "*").await;
    for role in grants::all(world) {
        let arn = role_of(world, role.function).await;
        let climbs = world.call(Some(&other), assume(&arn)).await;
        assert!(climbs.is_denied(), "{arn} can be taken on by others than Lambda: {climbs:?}");
        let who = credentials(&world.ask(assume(&arn)).await);
        for (what, call) in role.may {
            let reply = world.call(Some(&who), call).await;
            assert_eq!(reply.status, 200, "{} may not {what}: {reply:?}", role.function);
        }
        for (what, call) in role.may_not {
            let reply = world.call(Some(&who), call.clone()).await;
            assert!(reply.is_denied(), "{} may {what}: {reply:?}", role.function);
            let reply = world.call(Some(&root()), call).await;
            assert!(!reply.is_denied(), "nobody may {what}, so a refusal shows nothing: {reply:?}");
        }
    }
}

/// She looks, and orders a retry, with nothing but the template's policy.
async fn operator(world: &World) {
    let (case, name) = (Case::deal("IAM-OP"), "stack-operator");
    let parked = refused(world, &case, 416).await;
    let who = user(world, name, "s3:GetObject", "*").await;
    let policy = world.engine.outputs().operator_policy_arn.clone().expect("a policy");
    let attach = [("Action", "AttachUserPolicy"), ("UserName", name), ("PolicyArn", &*policy)];
    world.ask(Call::form("iam", &attach)).await;
    let hers = SharedCredentialsProvider::new(who.clone());
    let config = world.stack.config().to_builder().credentials_provider(hers).build();
    let desk = Desk::of(config, "fairlead").await.expect("she may see the stack");
    let status = desk.status(None).await.expect("she may look");
    assert!(status.text().contains(case.integration), "{}", status.text());
    desk.issues().await.expect("she may look at issues");
    let order = desk.order(&parked.id.to_string(), Act::Retry, "unblocked", false).await;
    order.expect("she may order");
    world.delivered(SOON, &case).await;
    let (may, may_not) = grants::operator(world);
    for (what, call) in may {
        let reply = world.call(Some(&who), call).await;
        assert_eq!(reply.status, 200, "she may not {what}: {reply:?}");
    }
    for (what, call) in may_not {
        let reply = world.call(Some(&who), call).await;
        assert!(reply.is_denied(), "she may {what}: {reply:?}");
    }
}

/// The role that a function runs under.
async fn role_of(world: &World, function: &str) -> String {
    let path = format!("/2015-03-31/functions/{function}/configuration");
    let configuration = world.ask(Call::get("lambda", &path)).await.json();
    configuration["Role"].as_str().unwrap_or_default().to_owned()
}

/// Only Lambda may take on such a role, and on the local engine its root as well.
fn assume(role: &str) -> Call {
    let session = ("RoleSessionName", "stack-suite");
    Call::form("sts", &[("Action", "AssumeRole"), ("RoleArn", role), session])
}

fn credentials(taken: &Reply) -> Credentials {
    let [key, secret, token] =
        ["AccessKeyId", "SecretAccessKey", "SessionToken"].map(|name| taken.element(name));
    identity(&key, &secret, Some(&token))
}
