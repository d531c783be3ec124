//! What a repeated request does, when to try again, and the translation tables.

use std::{collections::BTreeMap, time::Duration};

use fairlead_core::integration::{Dedupe, Lookup, RequestRule, RetryPolicy};

use super::{Reader, Tables, backoff, identity::Identity, response::Response};
use crate::{
    code::Code,
    fields::{Fields, length, said},
    policy,
    yaml::{Kind, Node},
};

const HOUR: Duration = Duration::from_secs(3_600);

/// The waits when nothing else is said, in seconds: 46 hours in nine tries.
const SCHEDULE: [u64; 9] = [10, 60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400];

/// When to try again, and when to stop, when nothing else is said.
pub(super) fn usual() -> RetryPolicy {
    RetryPolicy {
        schedule: SCHEDULE.map(Duration::from_secs).to_vec(),
        give_up_after: 72 * HOUR,
        retry_after_max: 6 * HOUR,
    }
}

impl Reader<'_> {
    /// The rules that need several keys; told even when other parts have mistakes.
    pub(super) fn policy(
        &mut self,
        file: &mut Fields<'_>,
        request: Option<&RequestRule>,
        identity: Option<&Identity<'_>>,
        response: Option<&Response<'_>>,
    ) -> Option<(Dedupe, Option<Lookup>, RetryPolicy)> {
        let at = file.optional("request").map(|node| node.span.clone());
        let retry = self.retry(file);
        let identity = identity?;
        if let Some(retry) = &retry {
            policy::lengths(self.source, retry, &identity.keep, self.mistakes);
        }
        let promises = policy::Promises {
            method: request?.method,
            header: identity.header.clone(),
            max_age: identity.max_age,
            quoted: identity.quoted,
            unsure: response?.unsure.clone(),
        };
        let dedupe = policy::dedupe(self.source, &at?, promises, self.mistakes);
        let (dedupe, lookup) = dedupe?;
        Some((dedupe, lookup, retry?.policy))
    }

    pub(super) fn retry<'n>(&mut self, file: &mut Fields<'n>) -> Option<policy::Retry<'n>> {
        let usual = self.defaults.retry.clone();
        let Some(mut fields) = file.optional_map("retry", self.mistakes) else {
            let defaults = policy::Retry { policy: usual, schedule_at: None, give_up_at: None };
            return file.optional("retry").is_none().then_some(defaults);
        };
        let schedule_at = fields.optional("schedule");
        let schedule = schedule_at.map_or(Some(usual.schedule), |node| self.schedule(node));
        let give_up = fields.length("give_up_after", usual.give_up_after, self.mistakes);
        let most = fields.length("retry_after_max", usual.retry_after_max, self.mistakes);
        fields.finish(self.mistakes);
        let (give_up_after, give_up_at) = give_up?;
        let policy = RetryPolicy { schedule: schedule?, give_up_after, retry_after_max: most?.0 };
        Some(policy::Retry { policy, schedule_at, give_up_at })
    }

    fn schedule(&mut self, node: &Node) -> Option<Vec<Duration>> {
        let items = match &node.kind {
            Kind::List(items) => items,
            Kind::Map(_) => {
                let name = "retry.schedule".to_owned();
                let fields = Fields::of(self.source, name, &node.span, node, self.mistakes)?;
                return backoff::read(fields, self.mistakes);
            }
            _ => {
                let help = "write a list of waits, as in [10s, 1m, 1h], or waits that grow, as in {first: 10s, factor: 3, times: 8}";
                let message = "\"retry.schedule\" must be a list or a mapping";
                self.mistakes.add(Code::FL0105, self.source, &node.span, message, help);
                return None;
            }
        };
        let each = items.iter().map(|item| {
            let said = said(self.source, "retry.schedule", item, self.mistakes)?;
            length(self.source, said, self.mistakes)
        });
        // Every item is read before the first bad one ends the list, so all of them are told.
        each.collect::<Vec<_>>().into_iter().collect()
    }

    /// The translation tables; none when the key is missing.
    pub(super) fn tables(&mut self, file: &mut Fields<'_>) -> Option<Tables> {
        let Some(fields) = file.optional_map("tables", self.mistakes) else {
            return file.optional("tables").is_none().then(Tables::new);
        };
        let before = self.mistakes.count();
        let mut tables = Tables::new();
        for (key, node) in fields.each() {
            let name = format!("tables.{}", key.name);
            if let Some(table) =
                Fields::of(self.source, name.clone(), &key.span, node, self.mistakes)
            {
                tables.insert(key.name.clone(), self.table(&name, &table));
            }
        }
        (self.mistakes.count() == before).then_some(tables)
    }

    fn table(&mut self, name: &str, table: &Fields<'_>) -> BTreeMap<String, String> {
        let values = table.each().filter_map(|(from, to)| {
            let to = said(self.source, &format!("{name}.{}", from.name), to, self.mistakes)?;
            Some((from.name.clone(), to.text.to_owned()))
        });
        values.collect()
    }
}
