//! The largest entry that the bounds allow fits an item of DynamoDB.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use fairlead_core::{
    history::What,
    meaning::Found,
    outcome::{Answer, Reply},
    record::RecordVersion,
    request::MOST_STORED,
};

use super::{tests::entry, *};
use crate::ledger;

/// DynamoDB's limit for one item, names included.
const MOST_BYTES: usize = 400 * 1024;

/// How DynamoDB counts: names and texts by their bytes, three for a list or map and one for each member.
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(_) => 21,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + size(value)).sum::<usize>(),
        AttributeValue::M(map) => {
            3 + map.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>()
        }
        _ => 1,
    }
}

/// Characters of four bytes each.
fn long(characters: usize) -> String {
    "\u{1f511}".repeat(characters)
}

#[test]
fn the_largest_entry_fits_an_item() {
    let now = Timestamp::UNIX_EPOCH;
    let soon = State::Sending { token: Token(uuid::Uuid::nil()), until: now };
    let mut entry = entry(soon, "");
    entry.record.id = long(255);
    entry.record.label = Some(long(200));
    entry.record.url = Some("u".repeat(2_000));
    entry.idempotency_key = IdempotencyKey::new("k".repeat(255));
    let version = RecordVersion::read(&long(RecordVersion::MOST)).expect("a version");
    entry.ordered = Some(Ordered { by: long(255), version: Some(version) });
    let (path, lookup) = ("/".repeat(2_000), Some("/".repeat(2_000)));
    entry.request = Some(Request { method: Method::Patch, path, body: String::new(), lookup });
    let id = VendorId::new(long(VendorId::MOST));
    entry.life.vendor_id = Some(id.clone());
    for attempt in 0..500 {
        let mut reply = Reply::plain(500, Some(Duration::from_secs(3_600)), long(16_000));
        reply.meaning.id = Some(Found::Id(id.clone()));
        let answer = Answer::Replied(reply);
        entry.history.push(now, What::Answered { attempt, answer, took: Duration::ZERO });
        let (by, reason) = (long(1_000), long(10_000));
        entry.history.push(now, What::Retried { by, reason });
    }
    // Event and body come on top of what stands here.
    let item = ledger::item(&entry).expect("an item");
    let rest: usize = item.iter().map(|(name, value)| name.len() + size(value)).sum();
    assert!(rest + MOST_STORED <= MOST_BYTES, "{rest} + {MOST_STORED} bytes");
}
