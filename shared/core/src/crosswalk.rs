//! The crosswalk: what a vendor calls a record of ours, learnt from its answers and kept in the ledger.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{DeliveryId, DestinationName, Sha256Hex, VendorId},
    ports::{PortError, Ports},
    record::RecordName,
};

/// Where it is asked what a vendor calls a record. The desk has this much of the world, and no more.
pub trait Crosswalk {
    /// What a destination calls a record; `None` while no answer has said so.
    fn vendor_id(
        &self,
        at: &DestinationName,
        record: &RecordName,
    ) -> impl Future<Output = Result<Option<VendorId>, PortError>>;
}

impl<P: Ports> Crosswalk for P {
    async fn vendor_id(
        &self,
        at: &DestinationName,
        record: &RecordName,
    ) -> Result<Option<VendorId>, PortError> {
        Ok(self.linked(at, record).await?.map(|link| link.vendor_id))
    }
}

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
