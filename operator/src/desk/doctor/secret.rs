//! Whether the secrets that the bundle names are there and hold a value. No value is ever shown.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use fairlead_aws::{ledger::chain, secret::PREFIX};
use fairlead_catalog::catalog;

use crate::desk::view::Check;

/// One finding per secret.
pub(super) async fn look(config: &SdkConfig) -> Vec<Check> {
    let client = Client::new(config);
    let all = catalog().destinations.values().map(|d| format!("{PREFIX}{}", d.auth.secret()));
    let mut checks = Vec::new();
    for name in all.collect::<BTreeSet<_>>() {
        checks.push(one(&client, &name).await);
    }
    checks
}

async fn one(client: &Client, name: &str) -> Check {
    let of = format!("secret {name}");
    let create = format!("aws secretsmanager create-secret --name {name} --secret-string ...");
    match client.get_secret_value().secret_id(name).send().await {
        Ok(answer) if answer.secret_string().is_some_and(usable) => {
            let since =
                answer.created_date().and_then(|at| jiff::Timestamp::from_second(at.secs()).ok());
            let since = since.map(|at| format!(", since {at:.0}")).unwrap_or_default();
            Check::good(of, format!("is there and has a value{since}"))
        }
        Ok(_) => {
            let put = format!(
                "aws secretsmanager put-secret-value --secret-id {name} --secret-string ..."
            );
            Check::bad(of, "is empty, or has characters that no header can carry", put)
        }
        Err(error) => {
            let service = error.as_service_error();
            if service.is_some_and(|e| e.is_resource_not_found_exception()) {
                return Check::bad(of, "is not there", create);
            }
            let denied = service.is_some_and(|e| e.meta().code() == Some("AccessDeniedException"));
            let deleted = service.is_some_and(|e| e.is_invalid_request_exception());
            if deleted {
                let restore = format!("aws secretsmanager restore-secret --secret-id {name}");
                return Check::bad(of, "is about to be deleted", restore);
            }
            let said = if denied { "you may not read it".to_owned() } else { chain(error) };
            Check::unseen(of, said)
        }
    }
}

/// What dispatch takes for a credential: something that a header can carry.
fn usable(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty() && http::HeaderValue::from_str(value).is_ok()
}
