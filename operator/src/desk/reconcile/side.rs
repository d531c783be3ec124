//! Both sides: the ledger's deliveries of one integration, and the vendor's list or its answer for each of them.

use std::{collections::BTreeSet, time::Duration};

use fairlead_aws::ran::Stretch;
use fairlead_core::{
    audit::{Did, Note},
    entry::{Entry, State},
    history::one_line,
    id::{DeliveryId, EntryKey},
    integration::{Destination, Integration},
    meaning::Finding,
    reconcile::{Differing, Findings, Missing, Ours, ReconcileRule, Theirs, page},
};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    Compared,
    ask::{Asker, MOST_SAID},
    compared,
};
use crate::desk::{
    Desk, DeskError,
    bulk::bar,
    list::{ahead, back, behind},
};

/// So many deliveries are read at most: more than a week of a busy integration.
const MOST_RAN: usize = 200_000;

/// So many entries are read at a time.
const CHUNK: usize = 100;

/// So many notes of the audit are read at a time.
const NOTES: usize = 100;

/// So many pages of a list are read at most.
const MOST_PAGES: usize = 2_000;

/// What the vendor lists, and by which rule that is read.
pub(super) struct Listed<'r> {
    pub(super) rule: &'r ReconcileRule,
    pub(super) items: Vec<Theirs>,
}

impl Desk {
    /// Reads the ledger, then the list, then what was accepted meanwhile: what was delivered before the list was read
    /// must be on it, and what is on it must be known afterwards.
    pub(super) async fn compare_list(
        &self,
        integration: &Integration,
        destination: &Destination,
        rule: &ReconcileRule,
        since: Timestamp,
    ) -> Result<Compared, DeskError> {
        let begun = Timestamp::now();
        // What waited long was accepted before it was sent.
        let from = back(since, Some(integration.retry.give_up_after), Duration::ZERO);
        let mut entries = self.accepted(integration, from).await?;
        entries.extend(self.moved_by_hand(integration, from).await?);
        let list = self.list(destination, rule, since).await?;
        let later = self.accepted(integration, behind(begun)).await?;
        let known: BTreeSet<EntryKey> = entries.iter().map(|entry| entry.key.clone()).collect();
        entries.extend(later.into_iter().filter(|entry| !known.contains(&entry.key)));
        let ours: Vec<Ours> = entries.iter().filter_map(|entry| rule.ours(entry, since)).collect();
        Ok(Compared { looked_back_to: Some(from), ..compared(&ours, &list) })
    }

    /// The deliveries of the integration that were accepted before, and that a person has moved since then, as the
    /// audit names them.
    async fn moved_by_hand(
        &self,
        integration: &Integration,
        since: Timestamp,
    ) -> Result<Vec<Entry>, DeskError> {
        let (mut ids, mut after) = (BTreeSet::new(), None);
        loop {
            let notes = self.ledger.notes(after.as_ref(), NOTES).await?;
            let recent = notes.iter().filter(|(_, note)| note.at >= since);
            ids.extend(recent.filter_map(|(_, note)| older(note, integration, since)));
            match notes.last() {
                Some((place, note)) if note.at >= since => after = Some(place.clone()),
                _ => break,
            }
        }
        let mut entries = Vec::new();
        for id in ids {
            entries.extend(self.ledger.delivery(id).await?);
        }
        Ok(entries)
    }

    /// Every delivery of the integration that was accepted since then.
    async fn accepted(
        &self,
        integration: &Integration,
        from: Timestamp,
    ) -> Result<Vec<Entry>, DeskError> {
        let until = ahead(Timestamp::now());
        let ran = self.ledger.latest(Stretch::between(from, until), MOST_RAN).await?;
        if ran.len() >= MOST_RAN {
            return Err(DeskError::TooMuch(MOST_RAN));
        }
        let keys: Vec<EntryKey> = ran.into_iter().map(|ran| ran.key).collect();
        let ours = |key: &&EntryKey| key.integration() == Some(integration.name.as_str());
        let keys: Vec<EntryKey> = keys.iter().filter(ours).cloned().collect();
        let (bar, mut entries) = (bar(keys.len()), Vec::new());
        for chunk in keys.chunks(CHUNK) {
            entries.extend(self.ledger.load_all(chunk).await?);
            bar.inc(chunk.len() as u64);
        }
        bar.finish_and_clear();
        Ok(entries)
    }

    /// Every page of the vendor's list.
    async fn list<'r>(
        &self,
        destination: &Destination,
        rule: &'r ReconcileRule,
        since: Timestamp,
    ) -> Result<Listed<'r>, DeskError> {
        let mut asker = Asker::new(self, destination)?;
        let (mut items, mut seen) = (Vec::new(), Vec::new());
        let mut path = rule.first(since);
        while let Some(at) = path {
            if seen.contains(&at) || seen.len() >= MOST_PAGES {
                let why = format!(
                    "its list does not end; the last page was {}",
                    one_line(&at, MOST_SAID)
                );
                return Err(DeskError::Vendor(destination.name.to_string(), why));
            }
            let answer = asker.page(&at).await?;
            let read = page(rule, &answer);
            let read = read
                .map_err(|why| DeskError::Vendor(destination.name.to_string(), why.to_string()))?;
            items.extend(read.items);
            eprintln!("read {} of {}", items.len(), destination.name);
            path = read.next.map(|next| asker.next(&next)).transpose()?;
            seen.push(at);
        }
        Ok(Listed { rule, items })
    }

    /// Where the vendor does not list, it is asked for each delivery as it is after a lost answer. Gives what was found,
    /// and why it ended before all were asked for, where it did.
    pub(super) async fn compare_each(
        &self,
        integration: &Integration,
        destination: &Destination,
        since: Timestamp,
    ) -> Result<(Compared, Option<DeskError>), DeskError> {
        let Some(lookup) = &integration.lookup else {
            return Err(DeskError::NotAskable(integration.name.to_string()));
        };
        let mut entries = self.accepted(integration, since).await?;
        entries.retain(|entry| entry.life.state == State::Delivered);
        let (mut asker, bar) = (Asker::new(self, destination)?, bar(entries.len()));
        let mut compared = Compared { one_by_one: true, ..Compared::default() };
        for entry in &entries {
            let finding = match asker.find(integration, lookup, entry).await {
                Ok(finding) => finding,
                Err(why) if compared.findings.compared + compared.unclear > 0 => {
                    bar.finish_and_clear();
                    return Ok((compared, Some(why)));
                }
                Err(why) => return Err(why),
            };
            let clear = add(&mut compared.findings, entry, finding);
            compared.findings.compared += usize::from(clear);
            compared.unclear += usize::from(!clear);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok((compared, None))
    }
}

/// The older delivery that an act has moved, so that it may have been sent again, or entered by hand.
fn older(note: &Note, of: &Integration, before: Timestamp) -> Option<DeliveryId> {
    let moves = matches!(note.did, Did::Retry | Did::Resolve);
    let rest = note.on.strip_prefix(of.name.as_str()).filter(|rest| rest.starts_with(' '));
    let id = note.delivery().filter(|_| moves && rest.is_some())?;
    (id.accepted_at() < before).then_some(id)
}

/// Adds what the vendor's answer about one delivery says; false where it says nothing clear.
fn add(findings: &mut Findings, entry: &Entry, finding: Finding) -> bool {
    let (delivery, record) = (entry.id, entry.record.to_string());
    let known = entry.life.vendor_id.clone();
    match (finding, known) {
        (Finding::Absent, vendor_id) => {
            findings.missing.push(Missing { delivery, record, vendor_id });
        }
        (Finding::Ours(id), Some(known)) if id != known => findings.differing.push(Differing {
            delivery,
            record,
            field: "id".to_owned(),
            ours: Value::from(known.as_str()),
            theirs: Value::from(id.as_str()),
            vendor_id: id,
        }),
        (Finding::Ours(_), _) => {}
        (Finding::Several(count), Some(vendor_id)) => findings.differing.push(Differing {
            delivery,
            record,
            vendor_id,
            field: "count".to_owned(),
            ours: Value::from(1),
            theirs: Value::from(count),
        }),
        (Finding::Several(_) | Finding::Foreign | Finding::Unclear, _) => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use fairlead_core::id::IntegrationName;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_older_delivery_that_a_person_has_moved_is_looked_at_too() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let (since, accepted) = (at("2026-03-02T12:00:00Z"), at("2026-02-10T12:00:00Z"));
        let id = |at: Timestamp| {
            let millis = u128::try_from(at.as_millisecond()).expect("after 1970");
            DeliveryId(Uuid::from_u128(millis << 80 | 0x7 << 76 | 0x2 << 62))
        };
        let name = IntegrationName::new("deal-won-to-invoice");
        let of = &fairlead_catalog::catalog().integrations[&name];
        let note = |did, on: String| Note {
            id: Uuid::nil(),
            at: since,
            by: "kim".to_owned(),
            did,
            on,
            reason: "unblocked".to_owned(),
            deliveries: 1,
        };
        let old = format!("deal-won-to-invoice deal D-1, delivery x, delivery {}", id(accepted));
        for did in [Did::Retry, Did::Resolve] {
            assert_eq!(older(&note(did, old.clone()), of, since), Some(id(accepted)));
        }
        let known = format!("deal-won-to-invoice deal D-1, delivery {}", id(since));
        let other = format!("deal-won-to-invoice-2 deal D-1, delivery {}", id(accepted));
        let many = "12 parked deliveries: --class rejected".to_owned();
        for (did, on) in
            [(Did::Discard, old), (Did::Retry, known), (Did::Retry, other), (Did::Retry, many)]
        {
            assert_eq!(older(&note(did, on.clone()), of, since), None, "{on}");
        }
    }
}
