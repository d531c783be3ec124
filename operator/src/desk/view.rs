//! What the desk shows, apart from how it is fetched: the same facts for the terminal, for programs, for the console.

mod audit;
mod check;
mod delivery;
mod done;
mod happened;
mod issue;
mod letter;
mod list;
mod plan;
mod reconcile;
mod record;
mod status;
pub(crate) mod table;

pub use audit::Audit;
pub use check::{Check, Checks, Found};
pub use delivery::Delivery;
pub use done::Done;
pub use happened::{Happened, happened};
pub use issue::{IssueList, IssuePage};
pub use letter::{Dlq, Letter, Letters};
pub use list::{Deliveries, Item};
pub use plan::{Figures, Plan};
pub use reconcile::Reconciled;
pub use record::Life;
pub use status::{Facts, Row, Status};

pub(crate) use audit::who;
pub(crate) use list::{NONE_LISTED, NONE_YET};
pub(crate) use status::{done, gate};
pub(crate) use table::{age, counted, number};
