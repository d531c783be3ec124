//! Issues in DynamoDB: small items, listed in the sparse index while they are open, and their deliveries there.

use aws_sdk_dynamodb::types::{AttributeValue, Select};
use fairlead_core::{
    entry::Work,
    id::Version,
    issue::{Issue, IssueId, PARTITION, look::OLD_PARTITION, step::Looked},
    ports::{Issues, PortError, Saved},
};
use futures::{StreamExt, stream};
use jiff::Timestamp;

use crate::{
    ledger::{Ledger, chain},
    small::Small,
};

/// The most issues that one look takes.
const MOST_ISSUES: i32 = 1_000;

/// The most pages that are counted: some 80,000 deliveries. What is more is said as so many.
const MOST_PAGES: usize = 10;

impl Issues for Ledger {
    async fn issue(&self, id: &IssueId) -> Result<Option<Issue>, PortError> {
        self.small(key(id)).await
    }

    async fn save_issue(&self, issue: &Issue, replaces: Version) -> Result<Saved, PortError> {
        let work = Work { partition: PARTITION.to_owned(), at: issue.last_seen };
        let small = Small::new(key(&issue.id), issue.version);
        self.save_small(small.listed(issue.is_watched().then_some(work)), issue, replaces).await
    }

    async fn watched(&self) -> Result<Vec<IssueId>, PortError> {
        let query = self.client.query().table_name(&self.table).index_name("work");
        let answer = query
            .key_condition_expression("#work = :partition")
            .expression_attribute_names("#work", "work")
            .expression_attribute_values(":partition", AttributeValue::S(PARTITION.to_owned()))
            .scan_index_forward(false)
            .limit(MOST_ISSUES)
            .send()
            .await
            .map_err(|e| PortError::new("list the issues", chain(e)))?;
        let items = answer.items.unwrap_or_default();
        let name = |item: &crate::ledger::Item| {
            let id = item.get("pk")?.as_s().ok()?.strip_prefix("issue#")?;
            Some(IssueId::new(id))
        };
        Ok(items.iter().filter_map(name).collect())
    }

    async fn parked(&self, id: &IssueId) -> Result<Looked, PortError> {
        let newest = self.newest(id).await?;
        let (mut count, mut next) = (0, None);
        if newest.is_none() {
            return Ok(Looked { count, newest });
        }
        for _ in 0..MOST_PAGES {
            let page = self.of_issue(id).select(Select::Count).set_exclusive_start_key(next);
            let page = page.send().await;
            let page = page.map_err(|e| PortError::new("count the parked deliveries", chain(e)))?;
            count += u64::try_from(page.count).unwrap_or_default();
            next = page.last_evaluated_key;
            if next.is_none() {
                break;
            }
        }
        Ok(Looked { count, newest })
    }
}

impl Ledger {
    /// The issues whose names begin so, the one that was seen last first; all that are open for an empty beginning.
    ///
    /// A whole name also finds an issue that was resolved long ago.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn issues_beginning(&self, beginning: &str) -> Result<Vec<Issue>, PortError> {
        let mut found = Vec::new();
        for id in self.watched().await?.iter().filter(|id| id.as_str().starts_with(beginning)) {
            found.extend(self.issue(id).await?);
        }
        if found.is_empty() && !beginning.is_empty() {
            found.extend(self.issue(&IssueId::new(beginning)).await?);
        }
        Ok(found)
    }

    /// Every partition of the index in which deliveries stand that are parked under issues whose names begin so, of this
    /// integration where one is named: one per issue, oldest first within each, and the one in which release 0.1.0 kept
    /// them all.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn parked_partitions(
        &self,
        beginning: &str,
        integration: Option<&str>,
    ) -> Result<Vec<String>, PortError> {
        let mut ids = self.watched().await?;
        ids.retain(|id| id.as_str().starts_with(beginning));
        // A whole name may be of an issue that is watched no longer.
        if ids.is_empty() && !beginning.is_empty() {
            ids.push(IssueId::new(beginning));
        } else if let Some(name) = integration {
            ids = self.of_integration(ids, name).await;
        }
        let partitions = ids.iter().map(IssueId::partition);
        Ok(partitions.chain([OLD_PARTITION.to_owned()]).collect())
    }

    /// Those that are of this integration, and those that cannot be read: they may be.
    async fn of_integration(&self, ids: Vec<IssueId>, name: &str) -> Vec<IssueId> {
        let asked: Vec<_> = ids.iter().map(|id| self.issue(id)).collect();
        let issues: Vec<Result<Option<Issue>, PortError>> =
            stream::iter(asked).buffered(8).collect().await;
        let may_be = |found: &Result<Option<Issue>, PortError>| match found {
            Ok(issue) => issue.as_ref().is_some_and(|i| i.cause.integration.as_str() == name),
            Err(_) => true,
        };
        let meant = ids.into_iter().zip(issues).filter(|(_, found)| may_be(found));
        meant.map(|(id, _)| id).collect()
    }

    async fn newest(&self, id: &IssueId) -> Result<Option<Timestamp>, PortError> {
        let answer = self.of_issue(id).scan_index_forward(false).limit(1).send().await;
        let answer =
            answer.map_err(|e| PortError::new("look at the parked deliveries", chain(e)))?;
        let at = answer.items.unwrap_or_default().into_iter().next().and_then(|item| {
            let millis = item.get("work_at")?.as_n().ok()?.parse().ok()?;
            Timestamp::from_millisecond(millis).ok()
        });
        Ok(at)
    }

    fn of_issue(
        &self,
        id: &IssueId,
    ) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        let query = self.client.query().table_name(&self.table).index_name("work");
        query
            .key_condition_expression("#work = :partition")
            .expression_attribute_names("#work", "work")
            .expression_attribute_values(":partition", AttributeValue::S(id.partition()))
    }
}

fn key(id: &IssueId) -> String {
    format!("issue#{id}")
}
