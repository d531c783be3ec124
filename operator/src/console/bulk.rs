//! A retry of all that is parked under one issue: the plan first, then the orders, while pages go on being read.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Form,
    extract::{Path, State},
};
use fairlead_core::{audit::Note, entry::Entry, order::Refusal};
use jiff::Timestamp;

use super::{
    act::Given,
    page,
    site::{Said, Shown, Site, Trouble, shown, went},
};
use crate::desk::{
    DeskError, Filter,
    bulk::Planned,
    view::{Figures, counted, number},
};

/// The retries that this start of the console has begun, by issue.
#[derive(Debug, Default)]
pub(super) struct Bulks(Mutex<BTreeMap<String, Bulk>>);

/// How far one of them is.
#[derive(Clone, Debug, Default)]
pub(super) struct Bulk {
    of: usize,
    sent: usize,
    ended: Option<Result<(), String>>,
}

impl Bulk {
    /// How far it is, and how that is coloured.
    pub(super) fn told(&self) -> (&'static str, String) {
        let (sent, of) = (number(self.sent), number(self.of));
        match &self.ended {
            None => ("wait", format!("A retry goes on: {sent} of {of} are ordered.")),
            Some(Ok(())) => ("good", format!("The retry is ordered: {of} of {of}.")),
            Some(Err(why)) => {
                let what = format!("The retry ended after {sent} of {of}: {why}.");
                ("bad", format!("{what} Begin it again; what was ordered is not ordered twice."))
            }
        }
    }

    /// Orders are still going out.
    pub(super) fn goes_on(&self) -> bool {
        self.ended.is_none()
    }
}

impl Bulks {
    /// The last one of this issue.
    pub(super) fn of(&self, issue: &str) -> Option<Bulk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(issue).cloned()
    }

    /// Takes the issue for one more retry; there is one at a time.
    fn begin(&self, issue: &str, of: usize) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let free = all.get(issue).is_none_or(|bulk| !bulk.goes_on());
        if free {
            all.insert(issue.to_owned(), Bulk { of, ..Bulk::default() });
        }
        free
    }

    fn change(&self, issue: &str, change: impl FnOnce(&mut Bulk)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry(issue.to_owned()).or_default());
    }
}

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Form(given): Form<Given>,
) -> Shown {
    let back = format!("/issues/{id}");
    given.check(&site, &back)?;
    let refused = |e: DeskError| site.refused(&e, &back);
    let issue = site.desk.issue(&id).await.map_err(refused)?.issue.id.to_string();
    let until = given.until.and_then(|millis| Timestamp::from_millisecond(millis).ok());
    // Who has looked has looked at what a plan showed her: without its time, nothing was.
    let unseen = given.checked.is_some() && until.is_none();
    let checked = given.checked.is_some() && !unseen;
    let planned = site.desk.planned_until(&of_issue(&issue), checked, until).await;
    let planned = planned.map_err(refused)?;
    if given.sure.is_none() || unseen || planned.entries.is_empty() {
        return shown(&plan(&site, issue, given.reason.trim(), checked, until, &planned));
    }
    let count = planned.entries.len();
    begin(&site, &issue, count, &back)?;
    let reason = given.reason.trim().to_owned();
    // Apart from this request: a browser that goes away ends the request, and the issue would stay taken for ever.
    let begun = announce(Arc::clone(&site), issue, reason, planned.entries, checked);
    let name = tokio::spawn(begun).await.unwrap_or_else(|e| Err(e.to_string()));
    let name = name.map_err(|why| site.trouble("That did not work", &why, &back))?;
    let orders = counted(count, "delivery", "deliveries");
    Ok(went(&back, &format!("ordered: retry {orders}, bulk {name}")))
}

fn begin(site: &Site, issue: &str, count: usize, back: &str) -> Result<(), Trouble> {
    if site.bulks.begin(issue, count) {
        return Ok(());
    }
    let why = "A retry of this issue goes on already; its page shows how far it is.";
    Err(site.trouble("It is under way", why, back))
}

/// Writes the retry down and lets it begin; gives the short name of its note.
async fn announce(
    site: Arc<Site>,
    issue: String,
    reason: String,
    entries: Vec<Entry>,
    checked: bool,
) -> Result<String, String> {
    let filter = of_issue(&issue);
    match site.desk.announce(&filter, &reason, entries.len()).await {
        Ok(note) => {
            let name = note.short();
            tokio::spawn(order(site, issue, entries, note, checked));
            Ok(name)
        }
        Err(e) => {
            site.bulks.change(&issue, |bulk| bulk.ended = Some(Err(e.to_string())));
            Err(e.to_string())
        }
    }
}

/// All that is parked under one issue.
fn of_issue(issue: &str) -> Filter {
    Filter { issue: Some(issue.to_owned()), ..Filter::default() }
}

/// Goes on while pages are read; a console that ends in the middle leaves the rest parked.
async fn order(site: Arc<Site>, issue: String, entries: Vec<Entry>, note: Note, checked: bool) {
    let sent = |more| site.bulks.change(&issue, |bulk| bulk.sent += more);
    let ended = site.desk.order_all(&entries, &note, checked, sent).await;
    let ended = ended.map_err(|e| e.to_string());
    site.bulks.change(&issue, |bulk| bulk.ended = Some(ended));
}

fn plan(
    site: &Site,
    issue: String,
    reason: &str,
    checked: bool,
    until: Option<Timestamp>,
    planned: &Planned,
) -> page::Plan {
    let all = || planned.plan.classes.values();
    let in_doubt = all().any(|figures| figures.refused.contains_key(&Refusal::InDoubt));
    let rows = planned.plan.classes.iter().map(|(class, figures)| page::PlanRow {
        class: class.word(),
        safe: number(figures.safe),
        looked_up: number(figures.looked_up),
        refused: number(figures.refused.values().sum()),
        why: why(figures),
    });
    let narrow = format!("fairlead retry --issue {issue} --since 24h --reason \"...\"");
    page::Plan {
        narrow: site.desk.typed(&narrow),
        frame: site.frame("Issues", Said::default(), None),
        issue,
        count: counted(planned.entries.len(), "delivery", "deliveries"),
        none: planned.entries.is_empty(),
        more: planned.more,
        bounded: planned.bounded,
        rows: rows.collect(),
        later: (planned.later > 0)
            .then(|| counted(planned.later, "delivery was", "deliveries were")),
        until: until.or(planned.newest).map(Timestamp::as_millisecond),
        reason: reason.to_owned(),
        checked,
        in_doubt,
    }
}

/// Why some are refused, in the words of the pages.
fn why(figures: &Figures) -> String {
    let sentence = |why: &Refusal| match why {
        Refusal::InDoubt => "the vendor may have it, and cannot be asked: look there first",
        Refusal::NothingToSend => "there is nothing to send: correct the event on its page",
        Refusal::NotParked | Refusal::Gone => why.sentence(),
    };
    figures.refused.keys().map(sentence).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_retried_once_at_a_time_and_tells_how_far_it_is() {
        let bulks = Bulks::default();
        assert!(bulks.begin("7Q2FXK", 1_500) && !bulks.begin("7Q2FXK", 1));
        assert!(bulks.begin("K3F8QJ", 1), "another issue does not wait");
        bulks.change("7Q2FXK", |bulk| bulk.sent += 10);
        let told = |bulks: &Bulks| bulks.of("7Q2FXK").expect("it was begun").told();
        assert_eq!(told(&bulks), ("wait", "A retry goes on: 10 of 1,500 are ordered.".to_owned()));
        bulks.change("7Q2FXK", |bulk| bulk.ended = Some(Err("no answer".to_owned())));
        assert!(told(&bulks).1.starts_with("The retry ended after 10 of 1,500: no answer."));
        assert!(bulks.begin("7Q2FXK", 1_490), "what failed may be begun again");
    }
}
