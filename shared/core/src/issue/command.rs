//! The exact commands that lead from an alert to a delivered record, in order; at most three.

use super::{Cause, IssueId, dlq::Dlq};
use crate::{
    class::Class,
    id::{DeliveryId, DestinationName, SecretName},
};

/// What to run when deliveries are parked for this cause; `delivery` is one of them.
pub fn of(
    cause: &Cause,
    delivery: DeliveryId,
    destination: &DestinationName,
    secret: Option<&SecretName>,
) -> Vec<String> {
    let id = cause.id();
    match cause.class {
        Class::Auth => vec![store(destination, secret), resume(destination), retry_all(&id)],
        Class::Missing => vec!["sam build && sam deploy".to_owned(), retry_all(&id)],
        Class::Exhausted => vec!["fairlead status".to_owned(), retry_all(&id)],
        Class::Rejected => vec![show(&id), edit(delivery), retry_all(&id)],
        Class::InDoubt => vec![
            show(&id),
            format!("fairlead resolve {delivery} --as VENDOR_ID --reason \"...\""),
            format!("fairlead retry {delivery} --checked --reason \"...\""),
        ],
        Class::TooLarge | Class::Mapping | Class::Schema => vec![show(&id), edit(delivery)],
        Class::Duplicate => vec![
            format!("fairlead deliveries show {delivery}"),
            format!("fairlead discard {delivery} --reason \"...\""),
        ],
        Class::Crashed => vec![show(&id)],
    }
}

/// What to run when tickets ended in a DLQ after five receives.
pub fn of_crashed(dlq: Dlq) -> Vec<String> {
    vec![format!("sam logs --stack-name fairlead -n {}", dlq.function()), "fairlead dlq".to_owned()]
}

fn show(id: &IssueId) -> String {
    format!("fairlead issues show {id}")
}

fn edit(delivery: DeliveryId) -> String {
    format!("fairlead edit {delivery} --reason \"...\"")
}

fn retry_all(id: &IssueId) -> String {
    format!("fairlead retry --issue {id} --reason \"...\"")
}

fn resume(destination: &DestinationName) -> String {
    format!("fairlead resume {destination} --reason \"...\"")
}

fn store(destination: &DestinationName, secret: Option<&SecretName>) -> String {
    let name = secret.map_or(destination.as_str(), SecretName::as_str);
    format!(
        "aws secretsmanager put-secret-value --secret-id fairlead/{name} --secret-string \"$KEY\""
    )
}
