//! Many entries at once, for lists.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use fairlead_core::{entry::Entry, id::EntryKey, ports::PortError};

use crate::ledger::{Item, Ledger, chain, entry};

/// The most items of one BatchGetItem (DynamoDB, "Service quotas").
const BATCH: usize = 100;

/// Requests for what DynamoDB left out of a batch, before it counts as not answering.
const TRIES: usize = 8;

impl Ledger {
    /// The entries at these keys, in this order; those that have expired are left out.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or an item is no entry.
    pub async fn load_all(&self, keys: &[EntryKey]) -> Result<Vec<Entry>, PortError> {
        let mut found = self.items(keys, None).await?;
        keys.iter().filter_map(|key| found.remove(key.as_str())).map(entry).collect()
    }

    /// The states of the entries at these keys, in the words of [`State`](fairlead_core::entry::State).
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn states(&self, keys: &[EntryKey]) -> Result<HashMap<EntryKey, String>, PortError> {
        let found = self.items(keys, Some("status")).await?;
        let states = found.into_iter().filter_map(|(key, mut item)| {
            let AttributeValue::S(state) = item.remove("status")? else { return None };
            Some((EntryKey::new(key), state))
        });
        Ok(states.collect())
    }

    /// The items at these keys by key: whole, or one attribute of each.
    pub(crate) async fn items(
        &self,
        keys: &[EntryKey],
        only: Option<&str>,
    ) -> Result<HashMap<String, Item>, PortError> {
        let mut found = HashMap::new();
        for batch in keys.chunks(BATCH) {
            let mut wanted = KeysAndAttributes::builder();
            for key in batch {
                let pk = AttributeValue::S(key.to_string());
                wanted = wanted.keys(Item::from([("pk".to_owned(), pk)]));
            }
            if let Some(name) = only {
                wanted = wanted.projection_expression("pk, #only");
                wanted = wanted.expression_attribute_names("#only", name);
            }
            let wanted = wanted.build().map_err(|e| PortError::new("read the entries", e))?;
            self.batch(wanted, &mut found).await?;
        }
        Ok(found)
    }

    async fn batch(
        &self,
        wanted: KeysAndAttributes,
        found: &mut HashMap<String, Item>,
    ) -> Result<(), PortError> {
        let mut left = HashMap::from([(self.table.clone(), wanted)]);
        for _ in 0..TRIES {
            let get = self.client.batch_get_item().set_request_items(Some(left));
            let answer = get.send().await;
            let answer = answer.map_err(|e| PortError::new("read the entries", chain(e)))?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                if let Some(AttributeValue::S(pk)) = item.get("pk") {
                    found.insert(pk.clone(), item);
                }
            }
            // A batch ends at 16 MB; what did not fit is asked for again.
            left = answer.unprocessed_keys.unwrap_or_default();
            if left.is_empty() {
                return Ok(());
            }
        }
        Err(PortError::new("read the entries", "DynamoDB leaves entries out again and again"))
    }
}
