//! What a ticket on the alert queue asks for.

use fairlead_aws::{batch::Failure, world::Aws};
use fairlead_core::{decide::Input, drive::drive, ticket::Ticket};

/// Tells the owner, once per parking.
pub(crate) async fn tell(aws: &Aws, ticket: Ticket) -> Result<(), Failure> {
    let input = Input::Tell { version: ticket.version };
    Ok(drive(aws, &aws.rules(), &ticket.entry, input, ticket.hops).await?)
}
