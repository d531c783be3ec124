//! Which doubts the vendor's list resolves.

use super::{Findings, Ours, Says, compare::STATE};
use crate::id::{DeliveryId, VendorId};

/// The deliveries in doubt that have surely taken effect, each with what the vendor calls its record.
///
/// It stands there once, and nothing but its state differs. That a thing stands there proves that a request to make
/// it was obeyed; of a request to change one it proves nothing, unless the values that it sets are compared.
pub fn proven(ours: &[Ours], findings: &Findings) -> Vec<(DeliveryId, VendorId)> {
    let twice = |of| findings.extra.iter().any(|extra| extra.twice == Some(of));
    let proves = |one: &Ours| one.creates || !one.fields.is_empty();
    let doubts = ours.iter().filter(|one| one.says == Says::InDoubt && proves(one));
    let found = doubts.filter(|one| !twice(one.delivery)).filter_map(|one| {
        let mut told = findings.differing.iter().filter(|found| found.delivery == one.delivery);
        let state = told.next().filter(|found| found.field == STATE)?;
        told.next().is_none().then(|| (one.delivery, state.vendor_id.clone()))
    });
    found.collect()
}
