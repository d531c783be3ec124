//! Reads both sides: a page of the vendor's list, and an entry of the ledger.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Ours, ReconcileRule, Says, Theirs};
use crate::{
    class::Class,
    entry::{Carries, End, Entry, State},
    expression::{Expression, Scope},
    id::VendorId,
    integration::Method,
};

/// One page of a vendor's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What it lists.
    pub items: Vec<Theirs>,
    /// The path of the next one.
    pub next: Option<String>,
}

/// Why an answer is no page of a list. It is never taken for an empty one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAList {
    /// `items` fails on it.
    #[error("reconcile.items does not fit the answer")]
    Items,
    /// One of its items has no id.
    #[error("reconcile.id gives no id for an item of the answer")]
    Id,
    /// `next` fails on it.
    #[error("reconcile.next does not fit the answer")]
    Next,
}

/// Reads an answer, `{status, headers, body}`, by the rule.
///
/// # Errors
/// When it does not fit.
pub fn page(rule: &ReconcileRule, answer: &Value) -> Result<Page, NotAList> {
    let scope = Scope::default();
    let items = rule.items.values(answer, &scope).ok_or(NotAList::Items)?;
    let items: Option<Vec<Theirs>> = items.iter().map(|item| rule.theirs(item)).collect();
    let next = match &rule.next {
        None => None,
        Some(next) => match next.values(answer, &scope).ok_or(NotAList::Next)?.as_slice() {
            [] | [Value::Null] => None,
            [Value::String(path)] if path.is_empty() => None,
            [Value::String(path)] => Some(path.clone()),
            _ => return Err(NotAList::Next),
        },
    };
    Ok(Page { items: items.ok_or(NotAList::Id)?, next })
}

impl ReconcileRule {
    /// Whether the list is asked for what was made since some time.
    pub fn asks_since(&self) -> bool {
        let day = |days: i64| Timestamp::from_second(days * 86_400).unwrap_or_default();
        self.first(day(0)) != self.first(day(400))
    }

    /// The path of the list of what was made since then.
    pub fn first(&self, since: Timestamp) -> Option<String> {
        let second = since.as_second();
        let text = format!("{since:.0}");
        let date = text.get(..10).unwrap_or_default();
        let input = json!({"since": text, "since_date": date, "since_seconds": second});
        let path = self.list.value(&input, &Scope::default())?;
        path.as_str().map(str::to_owned)
    }

    /// What the ledger says of a delivery; none of one that has nothing to be recognised by.
    pub fn ours(&self, entry: &Entry, since: Timestamp) -> Option<Ours> {
        let json = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        let scope = Scope {
            event: json(&entry.event),
            request: entry.request.as_ref().map_or(Value::Null, |request| json(&request.body)),
            key: Value::from(entry.idempotency_key.as_str()),
        };
        let name = name(&self.ours.value(&scope.event, &scope)?)?;
        let value = |of: &Expression| of.value(&scope.event, &scope).unwrap_or_default();
        Some(Ours {
            delivery: entry.id,
            record: entry.record.to_string(),
            name,
            vendor_id: entry.life.vendor_id.clone(),
            says: says(entry, since),
            creates: creates(entry),
            fields: self.compare.iter().map(|(n, pair)| (n.clone(), value(&pair.ours))).collect(),
        })
    }

    fn theirs(&self, item: &Value) -> Option<Theirs> {
        let scope = Scope::default();
        let value = |of: &Expression| of.value(item, &scope);
        let fields = self.compare.iter();
        let fields: BTreeMap<String, Value> =
            fields.map(|(n, pair)| (n.clone(), value(&pair.theirs).unwrap_or_default())).collect();
        Some(Theirs {
            id: VendorId::read(&value(&self.id)?)?,
            name: value(&self.theirs).as_ref().and_then(name),
            status: self.status.as_ref().map(|rule| value(&rule.theirs).unwrap_or_default()),
            fields,
        })
    }
}

/// A text or a number by which things are recognised.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// What is put under a name of ours may have been there before.
fn creates(entry: &Entry) -> bool {
    let posts = entry.request.as_ref().is_some_and(|request| request.method == Method::Post);
    entry.life.carries == Carries::Request && posts
}

/// What was first sent before the list begins may have been made before it.
fn says(entry: &Entry, since: Timestamp) -> Says {
    let before = entry.life.first_sent_at.is_none_or(|sent| sent < since);
    match &entry.life.state {
        State::Delivered | State::Closed { how: End::Resolved } if before => Says::Before,
        State::Delivered | State::Closed { how: End::Resolved } => Says::Delivered,
        State::Closed { .. } if entry.history.heard_late() => Says::Before,
        // What could take effect late may do so yet.
        State::Closed { how: End::Superseded } => Says::Moving,
        State::Closed { how } => Says::Not(how.word().to_owned()),
        State::Parked { class: Class::InDoubt, .. } => Says::InDoubt,
        State::Parked { class, .. } => Says::Not(format!("parked: {}", class.word())),
        State::Accepted | State::Sending { .. } | State::Looking { .. } | State::Waiting { .. } => {
            Says::Moving
        }
    }
}
