//! What a ticket on the retry queue asks for, and what the schedule asks for.

use fairlead_aws::{batch::Failure, world::Aws};
use fairlead_core::{
    decide::Input, drive::drive, ports::PortError, release::release, ticket::Ticket,
};
use serde_json::{Value, json};

/// Passes a due delivery on to dispatch; one that is not due is held again.
pub(crate) async fn pass_on(aws: &Aws, ticket: Ticket) -> Result<(), Failure> {
    Ok(drive(aws, &aws.rules(), &ticket.entry, Input::Due, ticket.hops).await?)
}

/// Releases the long waits that are over.
pub(crate) async fn release_due(aws: &Aws) -> Result<Value, PortError> {
    let released = release(aws, &aws.rules()).await?;
    Ok(json!({ "released": released }))
}
