//! What every world behind [`Ports`] must do, checked the same way in memory and on AWS's own interfaces.
//!
//! Where the two differ, one of them is wrong: either the laws and stories prove something about a world that
//! does not exist, or the adapter does not do what core was told.

mod entry;
mod index;
mod issue;
mod ledger;
mod queue;
mod record;
mod small;

use std::{future::Future, time::Duration};

use fairlead_core::{ports::Ports, ticket::Queue};
use serde_json::Value;

/// A world under test, and what can be seen of it from outside.
pub trait Bench {
    /// What is under test.
    type Ports: Ports;

    /// What is under test.
    fn ports(&self) -> &Self::Ports;

    /// Takes what can be received from a queue now: the bodies.
    fn receive(&self, queue: Queue) -> impl Future<Output = Vec<String>>;

    /// What owners have been sent so far.
    fn published(&self) -> impl Future<Output = Vec<Value>>;

    /// Lets so much time pass.
    fn pass(&self, length: Duration) -> impl Future<Output = ()>;
}

/// How many clauses there are.
pub const CLAUSES: usize = 26;

/// Checks everything; panics at the first clause that is broken, and names it. Gives how many clauses held.
pub async fn holds<B: Bench>(bench: &B) -> usize {
    let ports = bench.ports();
    ledger::inserts_once(ports).await;
    ledger::knows_its_own_repeated_insert(ports).await;
    ledger::replaces_what_has_expired(ports).await;
    ledger::loads_what_was_saved(ports).await;
    ledger::saves_over_the_version_it_names(ports).await;
    ledger::knows_its_own_repeated_save(ports).await;
    ledger::saves_nothing_over_nothing(ports).await;
    ledger::keeps_by_a_save_what_was_accepted(ports).await;
    ledger::replaces_by_a_rewrite_the_request_too(ports).await;
    ledger::names_deliveries_by_their_records(ports);
    index::shows_what_is_due_oldest_first(ports).await;
    index::shows_a_page_and_then_the_rest(ports).await;
    index::keeps_what_a_gate_holds_by_its_age(ports).await;
    index::forgets_what_has_moved_on(ports).await;
    small::keeps_gates_by_version(ports.gates()).await;
    small::keeps_paces_by_version(ports.gates()).await;
    small::keeps_running_calls_by_version(ports.gates()).await;
    record::keeps_turns_by_version(ports.gates()).await;
    record::keeps_the_id_that_was_heard_last(ports).await;
    issue::keeps_issues_by_version(ports).await;
    issue::lists_issues_until_they_are_closed(ports).await;
    issue::counts_what_is_parked_under_an_issue(ports).await;
    queue::sends_a_ticket_as_it_is(bench).await;
    queue::holds_a_ticket_for_its_delay(bench).await;
    queue::refuses_a_delay_that_no_queue_keeps(bench).await;
    queue::tells_the_owner(bench).await;
    CLAUSES
}
