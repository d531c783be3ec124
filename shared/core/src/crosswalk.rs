//! The crosswalk: what a vendor calls a record of ours, learnt from its answers and kept in the ledger.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{DeliveryId, DestinationName, Sha256Hex, VendorId},
    record::RecordName,
};

/// One line of the crosswalk. A record has one per destination; what was heard last counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    /// The record in our systems.
    pub record: RecordName,
    /// What the vendor calls it.
    pub vendor_id: VendorId,
    /// The delivery whose answer said so.
    pub delivery: DeliveryId,
    /// When it was heard.
    pub at: Timestamp,
}

/// Where the link of a record lies in the ledger.
///
/// Ids come from outside; their digest cannot imitate another item of the ledger.
pub fn place(destination: &DestinationName, record: &RecordName) -> String {
    let digest = Sha256Hex::of(record.id.as_bytes());
    format!("link#{destination}#{}#{}", record.kind, &digest.as_str()[..40])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_of_each_kind_has_a_place_of_its_own_at_each_destination() {
        let of = |destination: &str, kind: &str, id: &str| {
            let record = RecordName { kind: kind.to_owned(), id: id.to_owned() };
            place(&DestinationName::new(destination), &record)
        };
        assert_eq!(of("crm", "customer", "C-1"), of("crm", "customer", "C-1"));
        assert_ne!(of("crm", "customer", "C-1"), of("crm", "customer", "C-2"));
        assert_ne!(of("crm", "customer", "C-1"), of("crm", "order", "C-1"));
        assert_ne!(of("crm", "customer", "C-1"), of("erp", "customer", "C-1"));
        assert_eq!(of("crm", "customer", "x#y/z").len(), "link#crm#customer#".len() + 40);
    }
}
