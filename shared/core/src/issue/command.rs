//! The exact commands that lead from an alert to a delivered record, in order; at most three.

use super::{Cause, IssueId, dlq::Dlq};
use crate::{
    class::Class,
    entry::{Carries, Entry},
    id::{DeliveryId, DestinationName, SecretName},
    integration::Catalog,
    lack::Lack,
    word,
};

const DEPLOY: &str = "sam build && sam deploy";

/// What to run when deliveries are parked for this cause; `entry` is one of them.
pub fn of(cause: &Cause, entry: &Entry, catalog: &Catalog) -> Vec<String> {
    let (id, delivery) = (cause.id(), entry.id);
    match cause.class {
        Class::Auth => mend_credential(cause, &entry.destination, catalog),
        Class::Missing => find_what_lacks(&id, entry, catalog),
        Class::Exhausted => vec!["fairlead status".to_owned(), retry_all(&id)],
        Class::Rejected => vec![show(&id), edit(delivery), retry_all(&id)],
        Class::InDoubt => vec![
            show(&id),
            resolve(delivery),
            format!("fairlead retry {delivery} --checked --reason \"...\""),
        ],
        // Nothing was rendered yet, so a mended bundle does that from the same event.
        Class::Mapping | Class::Schema if entry.life.carries == Carries::Nothing => {
            vec![show(&id), DEPLOY.to_owned(), retry_all(&id)]
        }
        Class::Mapping | Class::Schema if entry.life.carries != Carries::Refused => {
            vec![show(&id), edit(delivery), resolve(delivery)]
        }
        Class::TooLarge | Class::Mapping | Class::Schema => {
            vec![show(&id), edit(delivery), discard(delivery)]
        }
        Class::Duplicate => vec![show_delivery(delivery), discard(delivery)],
        Class::Crashed => vec![show(&id)],
    }
}

/// What to run when tickets ended in a DLQ after five receives.
pub fn of_crashed(dlq: Dlq) -> Vec<String> {
    vec![format!("sam logs --stack-name fairlead -n {}", dlq.function()), "fairlead dlq".to_owned()]
}

/// A destination is paused in either case, and what is retried before it is resumed would wait there.
fn mend_credential(cause: &Cause, of: &DestinationName, catalog: &Catalog) -> Vec<String> {
    let secret = catalog.destinations.get(of).map(|d| d.auth.secret());
    let name = secret.map_or(of.as_str(), SecretName::as_str);
    let put = "aws secretsmanager put-secret-value --secret-id";
    let mut put = format!("{put} fairlead/{name} --secret-string \"$KEY\"");
    // It may be there and hold nothing that can be used, or a token endpoint may have refused it.
    if cause.code.as_deref() == Some(Cause::NO_SECRET) {
        let create = "aws secretsmanager create-secret --name";
        put.push_str(&format!(" || {create} fairlead/{name} --secret-string \"$KEY\""));
    }
    vec![put, resume(of), retry_all(&cause.id())]
}

fn find_what_lacks(id: &IssueId, entry: &Entry, catalog: &Catalog) -> Vec<String> {
    match Lack::of(entry) {
        Lack::Bundle => vec![DEPLOY.to_owned(), retry_all(id)],
        Lack::Id(record) => vec![look_up(&record, entry, catalog), retry_all(id)],
        Lack::OwnId => vec![show_delivery(entry.id), resolve(entry.id)],
    }
}

/// How the record stands that is needed; it is named by its kind and its id, and looked up by its id.
fn look_up(record: &str, entry: &Entry, catalog: &Catalog) -> String {
    let needs = catalog.integrations.get(&entry.integration).map(|i| i.needs.values());
    let id = needs.into_iter().flatten().find_map(|need| {
        record.strip_prefix(need.kind.as_str()).and_then(|rest| rest.strip_prefix(' '))
    });
    match id {
        Some(id) => format!("fairlead record {}", word::last(id)),
        None => show_delivery(entry.id),
    }
}

fn show(id: &IssueId) -> String {
    format!("fairlead issues show {id}")
}

fn show_delivery(delivery: DeliveryId) -> String {
    format!("fairlead deliveries show {delivery}")
}

fn edit(delivery: DeliveryId) -> String {
    format!("fairlead edit {delivery} --reason \"...\"")
}

fn discard(delivery: DeliveryId) -> String {
    format!("fairlead discard {delivery} --reason \"...\"")
}

fn resolve(delivery: DeliveryId) -> String {
    format!("fairlead resolve {delivery} --as VENDOR_ID --reason \"...\"")
}

fn retry_all(id: &IssueId) -> String {
    format!("fairlead retry --issue {id} --reason \"...\"")
}

fn resume(destination: &DestinationName) -> String {
    format!("fairlead resume {destination} --reason \"...\"")
}
