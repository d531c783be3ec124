//! What a ticket on the retry queue asks for, and what the schedule asks for.

use fairlead_aws::{batch::Failure, metric, world::Aws};
use fairlead_core::{
    decide::Input, drive::drive, ports::PortError, release::release, ticket::Ticket,
};
use serde_json::{Value, json};

use crate::gates::Told;

/// Passes a due delivery on to dispatch; one that is not due is held again.
pub(crate) async fn pass_on(aws: &Aws, ticket: Ticket) -> Result<(), Failure> {
    Ok(drive(aws, &aws.rules(), &ticket.entry, Input::Due, ticket.hops).await?)
}

/// Releases the long waits that are over, and tells how gates stand. `function` is this function's name, by which an
/// alarm knows it.
pub(crate) async fn release_due(
    aws: &Aws,
    told: &Told,
    function: &str,
) -> Result<Value, PortError> {
    // First, because a release may take all the time there is; a failure here keeps no delivery waiting.
    let gates = told.tell(aws).await;
    let released = release(aws, &aws.rules()).await?;
    metric::released(function);
    gates?;
    Ok(json!({ "released": released }))
}
