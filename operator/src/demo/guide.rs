//! What the demo says at its end: the result, and what to try next.

use std::time::Duration;

use crate::{
    demo::progress::Progress,
    engine::{ACCESS_KEY, Engine, REGION},
    vendor::Vendor,
};

/// Whether everything went as it should, in figures.
pub(crate) fn summary(progress: &Progress<'_>, vendor: &Vendor, took: Duration) -> String {
    let (rows, invoices) = (progress.rows(), vendor.invoices());
    let good = rows.iter().filter(|row| row.is_good()).count();
    let once = if twice(vendor) { "and some of them TWICE" } else { "each once" };
    let mut said = format!(
        "{good} of {} events are where they should be, after {:.0} s. \
         The vendor holds {} invoices, {once}.",
        rows.len(),
        took.as_secs_f32(),
        invoices.len(),
    );
    for row in rows.iter().filter(|row| !row.is_good()) {
        said.push_str(&format!("\nnot as expected: {} ({})", row.case.record, row.case.shows));
    }
    said
}

/// Whether the vendor holds any invoice twice.
pub(crate) fn twice(vendor: &Vendor) -> bool {
    vendor.invoices().iter().any(|invoice| vendor.invoices_for(&invoice.external_id).len() > 1)
}

/// Lines to copy into another terminal.
pub(crate) fn next(engine: &Engine, vendor: &Vendor) -> String {
    let (endpoint, host) = (engine.endpoint(), engine.api_host());
    let outputs = engine.outputs();
    let (url, sigv4) = (vendor.url(), format!("aws:amz:{REGION}:execute-api"));
    format!(
        r#"
The bundle stays up until Ctrl-C. In another terminal:

  # send an event (IAM is enforced: without --aws-sigv4 the answer is 403)
  curl -si --aws-sigv4 '{sigv4}' --user {ACCESS_KEY}:{ACCESS_KEY} \
    -H 'Host: {host}' -H 'Content-Type: application/json' \
    {endpoint}/events/deal-won-to-invoice \
    -d '{{"id":"evt-1","data":{{"deal":{{"id":"D-2001","amount":"99.90","currency":"eur","account":{{"id":"A-7","name":"Nordwind GmbH"}}}}}}}}'

  # let the vendor fail twice for the next one, then send D-2002
  curl -s {url}/_vendor/behave -d '{{"match":"D-2002","plan":[{{"do":"status","code":500}},{{"do":"commit_then_drop"}}]}}'

  # what the vendor holds, and what it was asked
  curl -s {url}/_vendor/invoices
  curl -s '{url}/_vendor/requests?about=D-2001'

  # what needs somebody, what to run, and what happened to a delivery (ids are in the answers and in the alerts)
  export AWS_ENDPOINT_URL={endpoint} AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={ACCESS_KEY} AWS_REGION={REGION}
  cargo fairlead issues
  cargo fairlead deliveries show 019a...
  cargo fairlead retry 019a... --reason "customer unblocked"

  # the ledger and the DLQ, with the AWS CLI
  aws dynamodb scan --table-name {ledger} --query 'Items[].[id.S,record.M.id.S,status.S]' --output table
  aws sqs receive-message --queue-url {dlq} --message-attribute-names All

Logs of this start: {logs}"#,
        ledger = outputs.ledger,
        dlq = outputs.dispatch_dlq_url,
        logs = engine.logs().display(),
    )
}
