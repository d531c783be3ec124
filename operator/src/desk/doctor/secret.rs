//! Whether the secrets that the bundle names are there and hold a value. No value is ever shown.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use fairlead_aws::{
    ledger::chain,
    secret::{HOOK_PREFIX, PREFIX, of_channel},
};
use fairlead_core::integration::Catalog;

use crate::desk::view::Check;

/// How a secret is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    /// Its value is read: a vendor's credential, which the desk needs itself.
    Value,
    /// Only whether it has one: nobody but validate and alert reads keys of webhooks and channels.
    Outside,
}

/// One finding per secret.
pub(super) async fn look(config: &SdkConfig, catalog: &Catalog) -> Vec<Check> {
    let client = Client::new(config);
    let mut checks = Vec::new();
    for (name, look) in named(catalog) {
        checks.push(match look {
            Look::Value => value(&client, &name).await,
            Look::Outside => outside(&client, &name).await,
        });
    }
    checks
}

/// The secrets that the bundle needs: of destinations, of senders' signatures, of channels that owners escalate to.
fn named(catalog: &Catalog) -> BTreeMap<String, Look> {
    let credentials = catalog.destinations.values().map(|of| of.auth.secret());
    let credentials = credentials.map(|name| (format!("{PREFIX}{name}"), Look::Value));
    let verified = catalog.integrations.values().filter_map(|of| of.source.verify.as_ref());
    let hooks = verified.map(|of| (format!("{HOOK_PREFIX}{}", of.secret), Look::Outside));
    let steps = catalog.integrations.values().flat_map(|of| &of.owner.escalate);
    let channels = steps.filter_map(|step| of_channel(step.to));
    let channels = channels.map(|name| (format!("{PREFIX}{name}"), Look::Outside));
    credentials.chain(hooks).chain(channels).collect()
}

async fn value(client: &Client, name: &str) -> Check {
    match client.get_secret_value().secret_id(name).send().await {
        Ok(answer) if answer.secret_string().is_some_and(usable) => {
            let since =
                answer.created_date().and_then(|at| jiff::Timestamp::from_second(at.secs()).ok());
            let since = since.map(|at| format!(", since {at:.0}")).unwrap_or_default();
            Check::good(format!("secret {name}"), format!("is there and has a value{since}"))
        }
        Ok(_) => empty(name, "is empty, or has characters that no header can carry"),
        Err(error) => {
            let code = error.code().map(str::to_owned);
            refused(name, "GetSecretValue", code.as_deref(), || chain(error))
        }
    }
}

async fn outside(client: &Client, name: &str) -> Check {
    match client.describe_secret().secret_id(name).send().await {
        Ok(answer) if answer.deleted_date().is_some() => deleted(name),
        Ok(answer) if answer.version_ids_to_stages().is_some_and(|all| !all.is_empty()) => {
            Check::good(format!("secret {name}"), "is there and has a value")
        }
        Ok(_) => empty(name, "is empty"),
        Err(error) => {
            let code = error.code().map(str::to_owned);
            refused(name, "DescribeSecret", code.as_deref(), || chain(error))
        }
    }
}

/// What it means that the secret was not shown. That you may not look is no proof that it is there.
fn refused(name: &str, action: &str, code: Option<&str>, said: impl FnOnce() -> String) -> Check {
    let of = format!("secret {name}");
    match code {
        Some("ResourceNotFoundException") => {
            let create = "aws secretsmanager create-secret --name";
            Check::bad(of, "is not there", format!("{create} {name} --secret-string ..."))
        }
        Some("InvalidRequestException") => deleted(name),
        Some("AccessDeniedException") => {
            let mend = format!(
                "let this identity do secretsmanager:{action} on it, as OperatorPolicyArn of the stack does"
            );
            Check::bad(of, "you may not look at it", mend)
        }
        _ => Check::bad(of, said(), "ask again; whether it is there is not known"),
    }
}

fn deleted(name: &str) -> Check {
    let restore = format!("aws secretsmanager restore-secret --secret-id {name}");
    Check::bad(format!("secret {name}"), "is about to be deleted", restore)
}

fn empty(name: &str, said: &str) -> Check {
    let put = format!("aws secretsmanager put-secret-value --secret-id {name} --secret-string ...");
    Check::bad(format!("secret {name}"), said, put)
}

/// What dispatch takes for a credential: something that a header can carry.
fn usable(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty() && http::HeaderValue::from_str(value).is_ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use fairlead_core::{
        id::{DestinationName, IntegrationName, SecretName},
        integration::Auth,
        owner::{Channel, Escalation},
    };

    use super::*;
    use crate::desk::view::Found;

    #[test]
    fn secrets_of_destinations_signatures_and_channels_are_looked_at_as_the_stage_names_them() {
        let mut catalog = fairlead_catalog::catalog().clone();
        let finance = catalog.destinations.get_mut(&DestinationName::new("finance-api"));
        finance.expect("a destination").auth =
            Auth::Bearer { secret: SecretName::new("finance-test") };
        let name = IntegrationName::new("deal-won-to-invoice");
        let deals = catalog.integrations.get_mut(&name).expect("an integration");
        deals.owner.escalate = vec![Escalation { to: Channel::Pagerduty, after: Duration::ZERO }];
        let named = named(&catalog);
        assert_eq!(named.get("fairlead/finance-test"), Some(&Look::Value));
        assert_eq!(named.get("fairlead/finance-api"), None);
        assert_eq!(named.get("fairlead-hooks/crm-webhook"), Some(&Look::Outside));
        assert_eq!(named.get("fairlead/alerts/pagerduty"), Some(&Look::Outside));
    }

    #[test]
    fn a_secret_that_may_not_be_looked_at_is_not_taken_for_good() {
        let code = [
            Some("AccessDeniedException"),
            Some("ResourceNotFoundException"),
            Some("InvalidRequestException"),
            None,
        ];
        for code in code {
            let check = refused("fairlead/x", "GetSecretValue", code, String::new);
            assert_eq!(check.found, Found::Bad, "{code:?}");
        }
    }
}
