//! What a ticket on the dispatch queue asks for.

use fairlead_aws::{batch::Failure, world::Aws};
use fairlead_core::{
    decide::Input,
    drive::drive,
    ticket::{Step, Ticket},
};

/// Drives the delivery that the ticket names: an attempt, or an operator's order to retry.
pub(crate) async fn attempt(aws: &Aws, ticket: Ticket) -> Result<(), Failure> {
    let input = match (ticket.step, ticket.order) {
        (Step::Retry, Some(order)) => Input::Ordered(order),
        (Step::Retry | Step::Dispatch | Step::Due | Step::Alert | Step::Render, _) => Input::Picked,
    };
    Ok(drive(aws, &aws.rules(), &ticket.entry, input, ticket.hops).await?)
}
