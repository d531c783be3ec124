//! What the ledger says was delivered, compared with what the vendor holds. Pure: asks nobody and changes nothing.

mod compare;
mod proven;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use compare::compare;
pub use proven::proven;
pub use read::{NotAList, Page, page};

use crate::{
    expression::Expression,
    id::{DeliveryId, VendorId},
};

/// How a vendor lists what it holds, and how that is compared with what was delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconcileRule {
    /// Path of the list: a text over `{since, since_date, since_seconds}`.
    pub list: Expression,
    /// Over an answer: what it lists, one by one.
    pub items: Expression,
    /// Over an answer: the path of the next page; nothing or null on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Expression>,
    /// Over an item: what the vendor calls it.
    pub id: Expression,
    /// Over an event: what its item is recognised by.
    pub ours: Expression,
    /// Over an item: the same.
    pub theirs: Expression,
    /// Further values that must be the same, by the names that people call them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub compare: BTreeMap<String, Pair>,
    /// What the vendor's statuses mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusRule>,
}

/// One value on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// Over an event.
    pub ours: Expression,
    /// Over an item.
    pub theirs: Expression,
}

/// What the vendor's statuses mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRule {
    /// Over an item: its status.
    pub theirs: Expression,
    /// What each means; one that is missing here is told as a difference, never passed over.
    pub table: BTreeMap<String, Means>,
}

/// What a vendor's status means for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// It stands there as it was delivered.
    Delivered,
    /// It was taken back there.
    Removed,
}

/// One delivery, as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ours {
    /// Its name, which tells when it was accepted.
    pub delivery: DeliveryId,
    /// The record, as people name it.
    pub record: String,
    /// What the vendor's item is recognised by.
    pub name: String,
    /// What the vendor calls it, where its answer said so.
    pub vendor_id: Option<VendorId>,
    /// What the ledger says of it.
    pub says: Says,
    /// Its request makes a new thing; another changes one that the vendor may have had before.
    pub creates: bool,
    /// The values that are compared.
    pub fields: BTreeMap<String, Value>,
}

/// What the ledger says of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// The vendor has it.
    Delivered,
    /// The vendor has it, since before the list begins: it may be on it or not.
    Before,
    /// It is on its way: nothing can be said.
    Moving,
    /// The vendor may have it: it is parked until somebody has looked.
    InDoubt,
    /// It needs somebody, or has ended otherwise: `parked: rejected`, `discarded`.
    Not(String),
}

/// One thing that the vendor lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theirs {
    /// What the vendor calls it.
    pub id: VendorId,
    /// What it is recognised by, where it has that.
    pub name: Option<String>,
    /// Its status, where statuses are compared.
    pub status: Option<Value>,
    /// The values that are compared.
    pub fields: BTreeMap<String, Value>,
}

/// What differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// So many deliveries were looked for at the vendor.
    pub compared: usize,
    /// Delivered, and the vendor does not have it.
    pub missing: Vec<Missing>,
    /// The vendor has it, and the ledger knows no delivery for it, or it has it twice.
    pub extra: Vec<Extra>,
    /// Both have it, and something is not the same.
    pub differing: Vec<Differing>,
}

/// What the vendor does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Missing {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The record, as people name it.
    pub record: String,
    /// What the vendor called it.
    pub vendor_id: Option<VendorId>,
}

/// What the ledger does not know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Extra {
    /// What the vendor calls it.
    pub vendor_id: VendorId,
    /// What it would be recognised by.
    pub name: Option<String>,
    /// The delivery that another item stands for already: the vendor has it twice.
    pub twice: Option<DeliveryId>,
}

/// What is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The record, as people name it.
    pub record: String,
    /// What the vendor calls it.
    pub vendor_id: VendorId,
    /// Which value: a name of `compare`, `status`, `name` or `state`.
    pub field: String,
    /// What the ledger says.
    pub ours: Value,
    /// What the vendor says.
    pub theirs: Value,
}

impl Findings {
    /// Whether both sides agree.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty() && self.differing.is_empty()
    }

    /// The names of the deliveries that are concerned.
    pub fn deliveries(&self) -> BTreeSet<DeliveryId> {
        let missing = self.missing.iter().map(|found| found.delivery);
        missing.chain(self.differing.iter().map(|found| found.delivery)).collect()
    }
}
