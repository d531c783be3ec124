//! What a ticket on the alert queue asks for, and what the schedule asks for.

use fairlead_aws::{batch::Failure, metric, world::Aws};
use fairlead_core::{
    decide::Input, drive::drive, issue::look::look, ports::PortError, ticket::Ticket,
};
use serde_json::{Value, json};

/// Tells the issue of a parked delivery, once per parking; the issue tells the owner.
pub(crate) async fn tell(aws: &Aws, ticket: Ticket) -> Result<(), Failure> {
    let input = Input::Tell { version: ticket.version };
    Ok(drive(aws, &aws.rules(), &ticket.entry, input, ticket.hops).await?)
}

/// Looks at all open issues and all DLQs. `function` is this function's name, by which an alarm knows it.
pub(crate) async fn look_at_issues(aws: &Aws, function: &str) -> Result<Value, PortError> {
    let looked = look(aws, &aws.rules()).await;
    if looked.is_ok() {
        metric::looked(function);
    }
    // Last, because it may take as long as SQS does.
    aws.show_again().await;
    let looked = looked?;
    Ok(json!({"issues": looked.issues, "parked": looked.parked, "removed": looked.removed}))
}
