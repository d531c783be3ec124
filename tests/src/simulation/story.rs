//! Events about one record: several versions of it, in any order, and what needs its id at the vendor.

use std::time::Duration;

use fairlead_core::{id::IntegrationName, span::after};
use jiff::Timestamp;

use super::{
    bundle::{CONTACTS, ORDERS, STOCK},
    chance::Chance,
    plan::Event,
};

/// The events of one record, which is named by its place in the plan.
pub(crate) fn draw(chance: &mut Chance, place: usize, at: Timestamp) -> Vec<Event> {
    let of = *chance.one(&[STOCK, CONTACTS]);
    let record = format!("K-{place:03}");
    // Sometimes all at the same moment, sometimes far apart.
    let most = *chance.one(&[1, 20_000, 600_000, 3_600_000]);
    let when = |chance: &mut Chance| after(at, chance.millis(0, most));
    let event = |of: &str, record: String, sent| Event {
        record,
        payload: 1,
        wanted: vec![IntegrationName::new(of)],
        by_bus: false,
        bad: false,
        sent,
        version: None,
        contact: None,
    };
    let versions = u32::try_from(chance.within(2, 5)).unwrap_or(2);
    let mut events = Vec::new();
    for version in 1..=versions {
        let mut sent = vec![when(chance)];
        if chance.percent(15) {
            sent.push(after(sent[0], Duration::from_secs(chance.below(900))));
        }
        let one = event(of, record.clone(), sent);
        events.push(Event { by_bus: chance.percent(30), version: Some(version), ..one });
    }
    if of == CONTACTS && chance.percent(60) {
        let sent = vec![when(chance)];
        let order = event(ORDERS, format!("O-{place:03}"), sent);
        events.push(Event { by_bus: chance.percent(30), contact: Some(record), ..order });
    }
    events
}
